"""The vocabulary of a network as JSON values, in the header of its checkpoint."""

import re
from typing import Any, Final

from rnntui.errors import CorpusError
from rnntui.text.units.raw_bytes import BYTE_VOCABULARY
from rnntui.text.units.subwords import SubwordVocabulary
from rnntui.text.units.words import WordVocabulary
from rnntui.text.vocabulary import UNKNOWN, Vocabulary

_NAMED_SYMBOL: Final = re.compile(r"<[\w-]{1,40}>")


def to_json(vocabulary: Vocabulary) -> Any:
    """The values: characters are a list of symbols, as they were before there were other units."""
    symbols = list(vocabulary.symbols)
    if vocabulary.units == "characters":
        return symbols
    about: dict[str, object] = {"units": vocabulary.units}
    if vocabulary.units != "bytes":
        about["symbols"] = symbols
    if isinstance(vocabulary, SubwordVocabulary):
        about["merges"] = [list(merge) for merge in vocabulary.merges]
    return about


def from_json(value: object) -> Vocabulary:
    """The vocabulary of values by `to_json`. Raises `ValueError` or `CorpusError` for others."""
    if not isinstance(value, dict):
        return characters_from_json(value)
    units = value.get("units")
    if units == "bytes" and value.keys() == {"units"}:
        return BYTE_VOCABULARY
    if units == "words" and value.keys() == {"units", "symbols"}:
        return WordVocabulary(_of_words(value["symbols"]))
    if units == "subwords" and value.keys() == {"units", "symbols", "merges"}:
        return SubwordVocabulary(_of_words(value["symbols"]), _merges(value["merges"]))
    raise ValueError("the vocabulary is of no units that this rnntui knows")


def characters_from_json(value: object) -> Vocabulary:
    """The vocabulary of characters in a list of symbols. Raises `ValueError` or `CorpusError`."""
    symbols = _texts(value)
    if not all(len(symbol) == 1 or _NAMED_SYMBOL.fullmatch(symbol) for symbol in symbols):
        raise ValueError("a symbol of the vocabulary is neither one character nor a name")
    return Vocabulary(symbols)


def _of_words(value: object) -> tuple[str, ...]:
    symbols = _texts(value)
    if UNKNOWN not in symbols:
        raise CorpusError(f"The vocabulary has no symbol {UNKNOWN}.")
    return symbols


def _merges(value: object) -> tuple[tuple[str, str], ...]:
    merges = [_texts(merge) for merge in value] if isinstance(value, list) else None
    if merges is None or any(len(merge) != 2 for merge in merges):
        raise ValueError("the merges are not a list of pairs of strings")
    return tuple((left, right) for left, right in merges)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("the vocabulary is not a list of strings")
    return tuple(value)
