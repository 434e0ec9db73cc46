"""Words as units: each with the space before it; punctuation and line ends are units, too.

Joined, the units of a text are the text again. A word that follows a space is another symbol than
the same word at the beginning of a line.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from rnntui.text.unit_kinds import Units
from rnntui.text.vocabulary import UNKNOWN, Ids, Vocabulary

_LAST_MARK: Final = 0x20000
"""The end of the code points among which combining marks are looked for."""


def split_words(text: str) -> list[str]:
    """The words of a text; joined they are the text."""
    # ASCII has no marks, and finding them all takes some hundredths of a second.
    return _unit("" if text.isascii() else _marks()).findall(text)


@cache
def _unit(marks: str) -> "re.Pattern[str]":
    letter = rf"(?:[^\W_]|[{marks}])" if marks else r"[^\W_]"
    return re.compile(
        r"\n"  # a line end is always a unit of its own
        rf"| ?{letter}+(?:['’\-]{letter}+)*"  # don't, sea-wall
        rf"| ?(?:(?!{letter})[^\w\s])+|_+"  # punctuation that belongs together, as ..."
        r"|[^\S\n]+(?= )|[^\S\n]"  # further white space: the last space goes to the next word
    )


@cache
def _marks() -> str:
    """All combining marks, which belong to the letters before them, as ranges."""
    ranges: list[list[int]] = []
    for code in range(0x300, _LAST_MARK):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


class WordVocabulary(Vocabulary):
    """The commonest words of a training part; `UNKNOWN`, which is always there, is all others."""

    units: ClassVar[Units] = "words"

    def split(self, text: str) -> list[str]:
        """The words of `text`."""
        return split_words(text)

    def encode(self, text: str) -> Ids:
        """The ids of the words of `text`, that of `UNKNOWN` for other words."""
        return self.ids_of(split_words(text))

    def ids_of(self, words: Iterable[str]) -> Ids:
        """The ids of words."""
        ranks, missing = self._ranks, self._missing
        return np.fromiter((ranks.get(word, missing) for word in words), np.int64)

    @property
    def draws_after(self) -> int:
        """The id of the line end: as all begin words, `hybrid` draws at the start of a line."""
        return self._ranks.get("\n", -1)

    @property
    def begins_word(self) -> npt.NDArray[np.bool_] | None:
        """None, as each does."""
        return None


def word_vocabulary(counts: Mapping[str, int], min_count: int, most: int) -> WordVocabulary:
    """The words that occur at least `min_count` times, at most `most` symbols in all (0: any).

    `counts` is in the order of first appearance, which decides between equally frequent words.
    """
    kept = [word for word, count in counts.items() if count >= min_count]
    kept.sort(key=lambda word: -counts[word])
    if most:
        kept = kept[: most - 1]
    return WordVocabulary((*kept, UNKNOWN))
