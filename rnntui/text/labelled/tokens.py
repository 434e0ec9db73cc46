"""Cuts texts into a classifier's units: words, white-space tokens or characters.

Tokens are numbered in order of first appearance, so that the vocabulary of any split is counted and
applied by array operations alone.
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
"""The starts of N texts in a flat array, and the end of the last one, `[N + 1]`."""


@dataclass(frozen=True, eq=False)
class TokenisedTexts:
    """N texts as token numbers, before any vocabulary.

    `tokens` are distinct, in order of first appearance; `numbers` `[total]` are their indices,
    `offsets` `[N + 1]` the texts' starts. A text may have no tokens.
    """

    units: Units
    tokens: tuple[str, ...]
    numbers: NDArray[np.unsignedinteger[Any]]
    offsets: Offsets

    def __len__(self) -> int:
        """N, the number of texts."""
        return len(self.offsets) - 1


def units_of(text: str, units: Units) -> list[str]:
    """Cut one text into its units.

    `words`: see `word_tokens`; `tokens`: lower-cased and cut at white space, with adjacent
    punctuation; `characters`: single characters, unchanged.
    """
    if units == "words":
        return word_tokens(text)
    return text.lower().split() if units == "tokens" else list(text)


def word_tokens(text: str) -> list[str]:
    """The words of a text: lower-case, punctuation replaced by spaces, apostrophes kept.

    So the tag `<br />` gives the word `br`. The same as Keras's tokeniser for ASCII; punctuation of
    other scripts is removed, too, and the typographic apostrophe becomes the straight one.
    """
    return text.lower().translate(_word_table()).split()


def tokenise(texts: Iterable[str], units: Units) -> TokenisedTexts:
    """Cut texts into units and number them."""
    if units == "characters":
        return _tokenise_characters(texts)
    # A missing key gets the next number.
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
    """The replacement of punctuation in `word_tokens`, by code point."""
    table = {ord(mark): " " for mark in string.punctuation}
    for code in range(0x80, 0x10000):
        if unicodedata.category(chr(code)).startswith("P"):
            table[code] = " "
    return {**table, ord("'"): "'", ord("’"): "'"}


def flat_positions(offsets: Offsets, indices: Sequence[int] | NDArray[np.int64]) -> Offsets:
    """The positions in the flat array of the tokens of the texts `indices`, in their order."""
    chosen = np.asarray(indices, dtype=np.int64)
    lengths = np.diff(offsets)[chosen]
    # Increases by one within a text and jumps at each text's start.
    begins = np.cumsum(lengths) - lengths
    shifts: Offsets = np.repeat(offsets[chosen] - begins, lengths)
    return shifts + np.arange(len(shifts))
