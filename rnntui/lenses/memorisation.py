"""The memorisation meter: how much of a stream is copied from the training text.

A copied run is a stretch of the generated text that occurs as a whole in the
learned one. After each character the meter knows the longest that ends there
(the matching statistics of the two texts), by one step in an index of the
learned text, however long both are.

The index is the suffix array of the learned text read backwards, so that a
generated character is put in front of a match. A match of any length is
held as one suffix that begins with it. If the character stands in front of
that suffix, the match grows; if not, the longest part of it that the
character does stand in front of belongs to one of the two nearest suffixes
that do (Bannai, Gagie & I 2020, "Refining the r-index"), which is found by
comparing the text itself: nothing is hashed or guessed.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnntui.lenses.suffix_array import sort_suffixes
from rnntui.text.vocabulary import AnyIds

COPIED_LENGTH: Final = 20
"""Characters that a stretch must have in common with the corpus to count as copied."""

INDEXED_CHARACTERS: Final = 1 << 24
"""Most characters of a text that are indexed: 16.8 million, in 151 MB where an id is a byte."""

FOLLOWED_LENGTH: Final = 4096
"""Run lengths up to this are exact. A longer run is followed along one of its
places in the corpus; where the corpus goes on otherwise there, it may be
reported shorter than it is, but never shorter than this."""


@dataclass(frozen=True, eq=False)
class CorpusIndex:
    """The N indexed characters of a learned text, for meters to share.

    Takes 9 bytes per character where ids are bytes: the text backwards and,
    for each of its suffixes in order, its place and its neighbour's rank.
    """

    corpus_size: int
    """Characters of the text; when more than `size`, what a meter says is a lower bound."""

    backwards: bytes
    """The N ids from the last to the first, `width` bytes each."""

    width: int

    places: memoryview
    """Where in `backwards` the suffix of each rank begins, N `int32`."""

    nexts: memoryview
    """The rank of the suffix one character shorter, N `int32`; -1 for that of none.

    Rising among the suffixes that begin with the same character.
    """

    bounds: tuple[int, ...]
    """The ranks from `bounds[id]` up to `bounds[id + 1]` begin with that id."""

    @staticmethod
    def build(
        ids: AnyIds,
        vocab_size: int,
        should_stop: Callable[[], bool],
        limit: int = INDEXED_CHARACTERS,
    ) -> "CorpusIndex":
        """Index a text, the first `limit` characters of it if it is longer.

        Made for a background thread: nearly all the time is spent in calls
        that let other threads run. Meanwhile takes about 30 bytes per
        character. Raises SortingStoppedError soon after `should_stop` says yes.
        """
        symbol_type = np.min_scalar_type(max(vocab_size - 1, 0))
        backwards = ids[:limit][::-1].astype(symbol_type)
        suffixes = sort_suffixes(backwards, vocab_size, should_stop)
        nexts = np.append(suffixes.ranks[1:], np.int32(-1))  # by place, then by rank
        nexts = np.take(nexts, suffixes.starts)
        firsts = np.take(backwards, suffixes.starts)
        bounds = np.searchsorted(firsts, np.arange(vocab_size, dtype=symbol_type))
        return CorpusIndex(
            corpus_size=len(ids),
            backwards=backwards.tobytes(),
            width=backwards.itemsize,
            places=suffixes.starts.data.toreadonly(),
            nexts=nexts.data.toreadonly(),
            bounds=(*bounds.tolist(), len(backwards)),
        )

    @property
    def size(self) -> int:
        """Characters indexed."""
        return len(self.places)

    @property
    def nbytes(self) -> int:
        """Bytes that the index takes."""
        return len(self.backwards) + self.places.nbytes + self.nexts.nbytes + 8 * len(self.bounds)

    def common_length(self, one: int, other: int, most: int) -> int:
        """Count the characters, up to `most`, that are the same from two places in `backwards`."""
        width = self.width
        left = self.backwards[one * width : (one + most) * width]
        right = self.backwards[other * width : (other + most) * width]
        shared = min(len(left), len(right)) // width
        # The lowest bit in which these numbers differ is in the first byte that does.
        difference = int.from_bytes(left, "little") ^ int.from_bytes(right, "little")
        if difference == 0:
            return shared
        same_bytes = ((difference & -difference).bit_length() - 1) // 8
        return min(shared, same_bytes // width)


@dataclass(frozen=True)
class CopiedRuns:
    """Figures about a generated text."""

    generated: int
    """Characters generated."""

    copied: int
    """Those in runs of `COPIED_LENGTH` or more."""

    longest: int
    """Characters in the longest run."""

    longest_at: int | None
    """Place in the corpus of the first character of the longest run, or of another like it."""

    @property
    def share(self) -> float:
        """The part of the text that is copied, 0 to 1."""
        return self.copied / self.generated if self.generated else 0.0


class CopyMeter:
    """Measures one generated text, in memory that doesn't grow with it.

    A character takes one search among the ranks of its symbol and, where a
    run ends, two comparisons of at most `FOLLOWED_LENGTH` characters.
    """

    def __init__(self, index: CorpusIndex, followed: int = FOLLOWED_LENGTH) -> None:
        """Begin a text; `followed`, 1 or more, is for `FOLLOWED_LENGTH`."""
        self._index = index
        self._followed = followed
        self.reset()

    def reset(self) -> None:
        """Begin another text."""
        self._rank = 0  # of a suffix that begins with the match, backwards
        self._length = 0  # of the match
        self._generated = self._copied = self._longest = self._longest_rank = 0
        self._copied_stop = 0  # where the last copied range ends

    @property
    def length(self) -> int:
        """Characters in the longest run that ends with the last character generated."""
        return self._length

    @property
    def reading(self) -> CopiedRuns:
        """The figures of the text so far."""
        longest_at = None
        if self._longest:
            behind = self._index.places[self._longest_rank]
            longest_at = self._index.size - behind - self._longest
        return CopiedRuns(self._generated, self._copied, self._longest, longest_at)

    def push(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Take the next characters; return the ranges now known to be copied that weren't before.

        Ranges are `(start, stop)` counted from the beginning of the text,
        rising, apart from each other; the first may begin up to
        `COPIED_LENGTH - 1` characters before these characters. An id that the
        corpus doesn't have, such as -1, ends a run.
        """
        ranges: list[tuple[int, int]] = []
        for character in ids:
            self._rank, self._length = self._follow(character)
            self._generated += 1
            if self._length > self._longest:
                self._longest, self._longest_rank = self._length, self._rank
            if self._length >= COPIED_LENGTH:
                start = max(self._generated - self._length, self._copied_stop)
                if ranges and ranges[-1][1] == start:
                    ranges[-1] = (ranges[-1][0], self._generated)
                else:
                    ranges.append((start, self._generated))
                self._copied += self._generated - start
                self._copied_stop = self._generated
        return ranges

    def _follow(self, character: int) -> tuple[int, int]:
        """Return rank and length of the longest match that ends with another character."""
        index, rank, length = self._index, self._rank, self._length
        if not 0 <= character < len(index.bounds) - 1:
            return 0, 0
        first, stop = index.bounds[character], index.bounds[character + 1]
        if first == stop:
            return 0, 0
        above = bisect_left(index.nexts, rank, first, stop)
        if above < stop and index.nexts[above] == rank:
            return above, length + 1
        # Among the suffixes behind this character the nearest on either side
        # have the most in common with the match.
        place, most = index.places[rank], min(length, self._followed)
        best, best_length = above, -1
        for near in (above - 1, above):
            if first <= near < stop:
                common = index.common_length(place, index.places[near] + 1, most)
                if common > best_length:
                    best, best_length = near, common
        return best, best_length + 1
