"""Cuts texts into the units that a classifier reads: words, white-space tokens or characters.

What is cut is kept as numbers of distinct tokens in order of first appearance,
so that every vocabulary, of whatever split, is counted and applied by array
operations alone.
"""

import string
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.text.ids import id_type
from rnntui.text.labelled.choices import Units
from rnntui.text.vocabulary import codepoints

Offsets = NDArray[np.int64]
"""Where each of N texts begins in a flat array, and where the last one ends; [N + 1]."""


@dataclass(frozen=True, eq=False)
class TokenisedTexts:
    """N texts as numbers of tokens, before any vocabulary.

    `tokens` are distinct, in order of first appearance; `numbers` [total] are
    positions in it, `offsets` [N + 1] where each text begins. A text may have
    no token at all.
    """

    units: Units
    tokens: tuple[str, ...]
    numbers: NDArray[np.unsignedinteger[Any]]
    offsets: Offsets

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.offsets) - 1


def units_of(text: str, units: Units) -> list[str]:
    """Cut one text into its units.

    `words` as `word_tokens`; `tokens`: lower-cased, cut at white space, with
    whatever punctuation clings to them; `characters`: each character as it is.
    """
    if units == "words":
        return word_tokens(text)
    return text.lower().split() if units == "tokens" else list(text)


def word_tokens(text: str) -> list[str]:
    """Return the words of a text: lower-case, punctuation to spaces, apostrophes kept.

    The tag `<br />` so gives the word `br`. As in Keras's tokeniser for ASCII;
    punctuation of other scripts is cut away likewise, and the typographic
    apostrophe is one with the straight one.
    """
    return text.lower().translate(_word_table()).split()


def tokenise(texts: Iterable[str], units: Units) -> TokenisedTexts:
    """Cut texts into their units and number these."""
    if units == "characters":
        return _tokenise_characters(texts)
    # A look-up of what isn't there yet gives it the next number.
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    numbers, ends = array("I"), [0]
    for text in texts:
        numbers.extend(map(number.__getitem__, units_of(text, units)))
        ends.append(len(numbers))
    kind = id_type(len(number))
    flat = np.frombuffer(numbers, dtype=np.uintc) if numbers else np.zeros(0, dtype=np.uintc)
    return TokenisedTexts(units, tuple(number), flat.astype(kind), np.array(ends, dtype=np.int64))


def _tokenise_characters(texts: Iterable[str]) -> TokenisedTexts:
    table = np.full(0x110000, -1, dtype=np.int32)
    symbols: list[str] = []
    pieces: list[NDArray[np.int32]] = []
    ends = [0]
    for text in texts:
        codes = codepoints(text)
        numbers = table[codes]
        if (numbers < 0).any():
            new = dict.fromkeys(text[at] for at in np.flatnonzero(numbers < 0))
            table[codepoints("".join(new))] = np.arange(len(symbols), len(symbols) + len(new))
            symbols += new
            numbers = table[codes]
        pieces.append(numbers.astype(np.uint16 if len(symbols) <= 1 << 16 else np.uint32))
        ends.append(ends[-1] + len(text))
    flat = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)
    return TokenisedTexts(
        "characters",
        tuple(symbols),
        flat.astype(id_type(len(symbols))),
        np.array(ends, dtype=np.int64),
    )


@cache
def _word_table() -> dict[int, str]:
    """What becomes of punctuation in `word_tokens`, by code point."""
    table = {ord(mark): " " for mark in string.punctuation}
    for code in range(0x80, 0x10000):
        if unicodedata.category(chr(code)).startswith("P"):
            table[code] = " "
    return {**table, ord("'"): "'", ord("’"): "'"}


def flat_positions(offsets: Offsets, indices: Sequence[int] | NDArray[np.int64]) -> Offsets:
    """Return where, in the flat array, the tokens of the texts `indices` stand, in their order."""
    chosen = np.asarray(indices, dtype=np.int64)
    lengths = np.diff(offsets)[chosen]
    # Counted up by one within a text; at each text's beginning it jumps to its place.
    begins = np.cumsum(lengths) - lengths
    shifts: Offsets = np.repeat(offsets[chosen] - begins, lengths)
    return shifts + np.arange(len(shifts))
