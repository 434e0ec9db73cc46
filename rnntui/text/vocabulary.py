"""The vocabulary of a corpus: its symbols, encoding and decoding.

A symbol's id is its rank by frequency. Symbols are single characters, except for named ones such as
`<EOS>`: text never encodes to them, and they decode to their name. The named symbol `UNKNOWN`
stands for all characters without a symbol of their own.

`Vocabulary` is also the protocol of all units: those of words, bytes and subwords, in `units/`,
derive from it and override how a text is cut into symbols (`split`, `encode`), what its symbols are
as text (`decode`, `decoder`, `lengths`), and where the sampling mode `hybrid` draws (`draws_after`,
`begins_word`). Their symbols, joined, are the text again, so that a reader of text needn't know
which units it has.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from rnntui.errors import CorpusError
from rnntui.text.unit_kinds import Units

Ids = npt.NDArray[np.int64]
AnyIds = npt.NDArray[np.integer[Any]]
"""Encoded text of any integer type; files use the smallest type for the vocabulary."""

UNKNOWN = "<UNK>"
"""The symbol of all characters too rare to have one of their own."""

UNKNOWN_SHOWN = "\ufffd"
"""The character that `UNKNOWN` decodes to, so that texts keep their length."""

LOOK_ALIKES = {
    **dict.fromkeys("“”„‟«»″〝〞", '"'),
    **dict.fromkeys("‘’‚‛‹›′", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}


@dataclass(frozen=True)
class Vocabulary:
    """Symbols in the order of their ids; distinct, none empty, at least one."""

    symbols: tuple[str, ...]

    units: ClassVar[Units] = "characters"
    """What the symbols are."""

    def __post_init__(self) -> None:
        """Refuse an empty vocabulary and empty or repeated symbols."""
        if not self.symbols:
            raise CorpusError("A vocabulary needs at least one symbol.")
        if "" in self.symbols or len(set(self.symbols)) != len(self.symbols):
            raise CorpusError("A vocabulary's symbols must be distinct and not empty.")

    def __len__(self) -> int:
        """Count the symbols."""
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        """Whether `symbol`, a character or a name, is in the vocabulary."""
        return symbol in self._ranks

    @cached_property
    def unknown(self) -> int | None:
        """The id of `UNKNOWN`, or None without that symbol."""
        return self._ranks.get(UNKNOWN)

    def index(self, symbol: str) -> int:
        """The id of `symbol`. Raises `CorpusError` for an unknown one."""
        try:
            return self._ranks[symbol]
        except KeyError:
            raise CorpusError(
                f"{describe_character(symbol)} isn't in the vocabulary of {len(self)} symbols."
            ) from None

    def split(self, text: str) -> list[str]:
        """The units of `text`, in the vocabulary or not; joined they are the text."""
        return list(text)

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Characters of text that each symbol stands for, `[V]`; 1 for `UNKNOWN`."""
        lengths = [1 if one == UNKNOWN else len(one) for one in self.symbols]
        return np.array(lengths, np.int64)

    def decoder(self) -> Callable[[int], str] | None:
        """A function from the next id of a text to the text that it completes.

        None where that is the symbol itself, whatever came before.
        """
        return None

    @property
    def draws_after(self) -> int:
        """The id after which `hybrid` draws, that of a space; -1 without one."""
        return self._ranks.get(" ", -1)

    @property
    def begins_word(self) -> npt.NDArray[np.bool_] | None:
        """The symbols `[V]` for which `hybrid` draws where one of them is the likeliest."""
        return None

    def encode(self, text: str) -> Ids:
        """The ids of the characters of `text`, `[len(text)]` int64.

        Without the symbol `UNKNOWN`, raises `CorpusError` for an unknown character, naming it.
        """
        ids = self._lookup(text)
        unknown = np.flatnonzero(ids < 0)
        if unknown.size:
            position = int(unknown[0])
            raise CorpusError(
                f"{describe_character(text[position])} at character {position} "
                f"isn't in the vocabulary of {len(self)} symbols."
            )
        return ids

    def decode(self, ids: npt.ArrayLike) -> str:
        """The text of `ids` `[n]`, any integers. Raises `CorpusError` for one out of range."""
        ranks = np.asarray(ids).reshape(-1)
        if ranks.size == 0:
            return ""
        low, high = int(ranks.min()), int(ranks.max())
        if low < 0 or high >= len(self):
            wrong = low if low < 0 else high
            raise CorpusError(f"Id {wrong} isn't in the vocabulary of {len(self)} symbols.")
        if self._codepoints is None:
            return "".join(self._decoded(rank) for rank in ranks)
        data: bytes = self._codepoints[ranks].tobytes()
        return data.decode("utf-32-le", "surrogatepass")

    def translation_from(self, other: "Vocabulary") -> Ids:
        """For each id of `other` the id of the same symbol here, `[len(other)]`.

        For a symbol that isn't here: the id of `UNKNOWN`, or -1 without that symbol.
        """
        missing = self._missing
        ids = [self._ranks.get(symbol, missing) for symbol in other.symbols]
        return np.array(ids, dtype=np.int64)

    @property
    def _missing(self) -> int:
        return -1 if self.unknown is None else self.unknown

    def _decoded(self, rank: int) -> str:
        return UNKNOWN_SHOWN if rank == self.unknown else self.symbols[rank]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {symbol: rank for rank, symbol in enumerate(self.symbols)}

    @cached_property
    def _codepoints(self) -> npt.NDArray[np.uint32] | None:
        """The code point of each id, or None if a symbol isn't a single character."""
        shown = [self._decoded(rank) for rank in range(len(self))]
        if any(len(symbol) != 1 for symbol in shown):
            return None
        return codepoints("".join(shown))

    @cached_property
    def _table(self) -> npt.NDArray[np.int32]:
        """Ids by code point; for unknown ones and the last entry the id of `UNKNOWN`, or -1."""
        single = {symbol: rank for symbol, rank in self._ranks.items() if len(symbol) == 1}
        table = np.full(max(map(ord, single), default=0) + 2, self._missing, dtype=np.int32)
        for symbol, rank in single.items():
            table[ord(symbol)] = rank
        return table

    def _lookup(self, text: str) -> Ids:
        codes = np.minimum(codepoints(text), np.uint32(len(self._table) - 1))
        return self._table[codes].astype(np.int64)


def codepoints(text: str) -> npt.NDArray[np.uint32]:
    """The code points of `text`, `[len(text)]`, read-only."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def describe_character(symbol: str) -> str:
    """A symbol for messages: `'é' (U+00E9)`, control characters escaped."""
    shown = _quoted(symbol)
    return f"{shown} (U+{ord(symbol):04X})" if len(symbol) == 1 else shown


def substitute_unknown(text: str, vocabulary: Vocabulary) -> tuple[str, dict[str, str]]:
    """Replace each character of a prime that is unknown to `vocabulary` by a known one.

    The replacement is the first known one of: its other case; the ASCII look-alike of a typographic
    quotation mark, dash or ellipsis; the first character of its NFKD form (the letter without its
    accent); the space; the most frequent symbol. Returns the new text, and the replacement of each
    distinct character in order of appearance.
    """
    replacements: dict[str, str] = {}
    for character in text:
        if character not in vocabulary and character not in replacements:
            replacements[character] = _substitute(character, vocabulary)
    substituted = "".join(replacements.get(character, character) for character in text)
    return substituted, replacements


def describe_replacements(replacements: Mapping[str, str]) -> str:
    """Replacements for messages: `'a', '猫' -> ' '; 'é' -> 'e'`.

    The code point is added for a character with an ASCII look-alike.
    """
    replaced: dict[str, list[str]] = {}
    for old, new in replacements.items():
        shown = describe_character(old) if old in LOOK_ALIKES else _quoted(old)
        replaced.setdefault(new, []).append(shown)
    return "; ".join(f"{', '.join(olds)} -> {_quoted(new)}" for new, olds in replaced.items())


def _substitute(character: str, vocabulary: Vocabulary) -> str:
    single = [symbol for symbol in vocabulary.symbols if len(symbol) == 1]
    most_frequent = single[0] if single else ""
    candidates = (
        character.swapcase(),
        LOOK_ALIKES.get(character, ""),
        unicodedata.normalize("NFKD", character)[:1],
        " ",
    )
    for candidate in candidates:
        if candidate and all(part in vocabulary for part in candidate):
            return candidate
    return most_frequent


def _quoted(text: str) -> str:
    return "'" + "".join(map(_visible, text)) + "'"


def _visible(character: str) -> str:
    if character.isprintable() and not unicodedata.combining(character):
        return character
    return character.encode("unicode_escape").decode("ascii")
