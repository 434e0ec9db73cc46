"""A text in the ids of a network's units, from the text in characters.

What is learned from a text (which words there are, which pairs are merged) is learned from its
training part alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.corpus import Corpus
from rnntui.text.holding_out import hold_out
from rnntui.text.ids import IdArray, id_type
from rnntui.text.rare import bits_to_tell_apart, rare_symbols, with_rare_merged
from rnntui.text.unit_kinds import BYTES, Units
from rnntui.text.units.raw_bytes import BYTE_VOCABULARY
from rnntui.text.units.subwords import SubwordVocabulary, subword_vocabulary
from rnntui.text.units.words import WordVocabulary, split_words, word_vocabulary
from rnntui.text.val_split import ValSplit
from rnntui.text.vocabulary import Ids, Vocabulary

DEFAULT_SUBWORDS: Final = 2_000
"""Symbols of a vocabulary of subwords whose size isn't given."""

LEAST_COUNT: Final = 2
"""Occurrences of a word in the vocabulary: those that occur once teach the unknown symbol."""

_PIECE: Final = 1 << 20
_SAFE_END: Final = re.compile(r"\n|\S(?= )")


@dataclass(frozen=True)
class UnitChoice:
    """Which units, and how their vocabulary is made.

    `min_count` and `most` (symbols, 0 for the default) bound it; of the text only the training
    part by `val_fraction` and `val_split` is counted.
    """

    units: Units
    min_count: int
    most: int
    val_fraction: float
    val_split: ValSplit


def in_units(corpus: Corpus, choice: UnitChoice) -> Corpus:
    """The text over a new vocabulary of those units.

    Raises `CorpusError` for a text without a word that occurs twice, or for units other than bytes
    of a file that was read as bytes; and `MissingExtraError` for subwords.
    """
    if choice.units == "bytes":
        return _in_bytes(corpus)
    _check_is_text(corpus, choice.units)
    if choice.units == "characters":
        return with_rare_merged(corpus, choice.min_count)
    words = _Words.of(corpus)
    numbers, lengths = words.numbers, words.lengths
    split = (choice.val_fraction, choice.val_split)
    learned, _ = hold_out(numbers, WordVocabulary(words.distinct), *split, lengths)
    if choice.units == "subwords":
        parts = (words.distinct[number] for number in learned)
        size = choice.most or DEFAULT_SUBWORDS
        subwords = subword_vocabulary(parts, size, max(LEAST_COUNT, choice.min_count))
        return _in_subwords(corpus, subwords, words)
    counts = np.bincount(learned, minlength=len(words.distinct)).tolist()
    least = max(LEAST_COUNT, choice.min_count)
    vocabulary = word_vocabulary(dict(zip(words.distinct, counts, strict=True)), least, choice.most)
    if len(vocabulary) < 2:
        raise CorpusError(
            f"No word of '{corpus.name}' occurs {least:,} times in the part to learn from; choose a"
            " longer text, lower --min-count, or use --units characters."
        )
    moved = _in_words(corpus, vocabulary, words)
    notice = _about_unknown(moved, words, vocabulary, least)
    return replace(moved, notices=(*corpus.notices, *notice))


def over(corpus: Corpus, vocabulary: Vocabulary) -> Corpus:
    """The text over a vocabulary of bytes, words or subwords that is given."""
    if vocabulary.units == "bytes":
        return _in_bytes(corpus)
    _check_is_text(corpus, vocabulary.units)
    if isinstance(vocabulary, SubwordVocabulary):
        return _in_subwords(corpus, vocabulary, _Words.of(corpus))
    assert isinstance(vocabulary, WordVocabulary)
    return _in_words(corpus, vocabulary, _Words.of(corpus))


def unknown_units(corpus: Corpus, vocabulary: Vocabulary) -> int:
    """The number of a text's words or characters that have no symbol in a vocabulary.

    The text is in characters; only of a vocabulary of words its words are counted.
    """
    if vocabulary.units != "words":
        return rare_symbols(corpus, vocabulary)
    return sum(word not in vocabulary for word in _Words.of(corpus).distinct)


def require_characters(vocabulary: Vocabulary, what: str) -> None:
    """Raise `CorpusError` for another vocabulary than one of characters, which `what` needs."""
    if vocabulary.units != "characters":
        raise CorpusError(
            f"{what} works on characters so far, and this network's units are {vocabulary.units};"
            " use one trained with --units characters."
        )


@dataclass(frozen=True, eq=False)
class _Words:
    """The N words of a text: `numbers` `[N]` into the `distinct` ones, by first appearance."""

    distinct: tuple[str, ...]
    numbers: NDArray[np.int32]

    @staticmethod
    def of(corpus: Corpus) -> "_Words":
        found: dict[str, int] = {}
        parts = [
            np.fromiter((found.setdefault(word, len(found)) for word in words), np.int32)
            for words in map(split_words, _pieces(corpus))
        ]
        return _Words(tuple(found), np.concatenate(parts))

    @property
    def lengths(self) -> IdArray:
        """Characters of each word, `[N]`."""
        lengths = np.fromiter(map(len, self.distinct), np.int64)
        return _small(lengths)[self.numbers]


def _pieces(corpus: Corpus) -> Iterator[str]:
    """The text in pieces that end between words."""
    rest = ""
    for start in range(0, len(corpus), _PIECE):
        rest += corpus.vocabulary.decode(corpus.ids[start : start + _PIECE])
        ends = [found.end() for found in _SAFE_END.finditer(rest, max(0, len(rest) - 4096))]
        if ends:
            yield rest[: ends[-1]]
            rest = rest[ends[-1] :]
    if rest:
        yield rest


def _in_words(corpus: Corpus, vocabulary: WordVocabulary, words: _Words) -> Corpus:
    ids = vocabulary.ids_of(words.distinct)[words.numbers]
    return _moved(corpus, vocabulary, ids, words.lengths)


def _in_subwords(corpus: Corpus, vocabulary: SubwordVocabulary, words: _Words) -> Corpus:
    parts = vocabulary.of_words(words.distinct)
    sizes = np.fromiter(map(len, parts), np.int64)  # subwords of each distinct word
    firsts = np.cumsum(sizes) - sizes
    many = sizes[words.numbers]  # [N]
    # Within each word of the text, its subwords are counted from 0.
    steps = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    ids = np.concatenate(parts)[np.repeat(firsts[words.numbers], many) + steps]
    return _moved(corpus, vocabulary, ids, _small(vocabulary.lengths)[ids])


def _in_bytes(corpus: Corpus) -> Corpus:
    """A file that was read as bytes as it is, the characters of a text in UTF-8."""
    if corpus.vocabulary == BYTE_VOCABULARY:
        return corpus
    data = corpus.vocabulary.decode(corpus.ids).encode("utf-8", "replace")
    ids = np.frombuffer(data, np.uint8)
    return _moved(corpus, BYTE_VOCABULARY, ids, _small(BYTE_VOCABULARY.lengths)[ids])


def _moved(
    corpus: Corpus, vocabulary: Vocabulary, ids: "Ids | IdArray", lengths: IdArray
) -> Corpus:
    kept = ids.astype(id_type(len(vocabulary)))
    kept.flags.writeable = False
    counts = np.bincount(kept, minlength=len(vocabulary))
    return replace(
        corpus, vocabulary=vocabulary, ids=kept, lengths=lengths, counts=tuple(counts.tolist())
    )


def _about_unknown(
    moved: Corpus, words: _Words, vocabulary: Vocabulary, least: int
) -> tuple[str, ...]:
    """A sentence about the words that are one unknown symbol."""
    unknown = vocabulary.unknown
    assert unknown is not None
    if not (times := moved.counts[unknown]):
        return ()
    distinct = sum(word not in vocabulary for word in words.distinct)
    share = times / len(moved)
    more = bits_to_tell_apart(share, distinct) * len(moved) / max(1, moved.characters)
    return (
        f"{distinct:,} of {len(words.distinct):,} words are one unknown symbol, {share:.2%} of all:"
        f" they occur less than {least:,} times in the training part, or are beyond"
        " --vocabulary-size. It is never generated. Bits per character count them as one; telling"
        f" them apart would take {more:.4f} more if all were equally likely.",
    )


def _check_is_text(corpus: Corpus, units: Units) -> None:
    if corpus.text_encoding == BYTES:
        raise CorpusError(
            f"'{corpus.name}' was read as bytes, which have no {units}; use --units bytes, or leave"
            " --text-encoding out."
        )


def _small(values: NDArray[np.int64]) -> NDArray[np.unsignedinteger[Any]]:
    """The values in the smallest unsigned type."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))
