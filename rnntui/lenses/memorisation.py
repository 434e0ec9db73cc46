"""The memorisation meter: how much of a generated text stands in the training text.

A memorised run is a stretch of the generated text that occurs in the corpus. After each character
the meter knows the longest run that ends there (the matching statistics of the two texts), by one
step in an index of the corpus, whatever the length of either.

The index is the suffix array of the reversed corpus, so a generated character is put in front of a
match. A match of any length is held as one suffix that begins with it. If the character precedes
that suffix, the match grows; otherwise the longest part of it that the character precedes belongs
to one of the two nearest suffixes with that character in front (Bannai, Gagie & I 2020, "Refining
the r-index"), found by comparing the text itself: nothing is hashed or guessed.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnntui.lenses.suffix_array import sort_suffixes
from rnntui.text.vocabulary import AnyIds

MEMORISED_LENGTH: Final = 20
"""Characters from which on a run counts as memorised."""

INDEXED_CHARACTERS: Final = 1 << 24
"""Most characters indexed: 16.8 million, in 151 MB for ids of one byte."""

FOLLOWED_LENGTH: Final = 4096
"""Run lengths up to this are exact. A longer run is followed along one of its places in the corpus,
and may be reported shorter than it is, though never shorter than this, where that place goes on
differently."""


@dataclass(frozen=True, eq=False)
class CorpusIndex:
    """The index of a corpus's first N characters, shared by meters.

    Takes 9 bytes per character for ids of one byte: the reversed text and, for each of its
    suffixes in order, its place and its neighbour's rank.
    """

    corpus_size: int
    """Characters of the corpus; if more than `size`, a meter's figures are lower bounds."""

    backwards: bytes
    """The N ids from the last to the first, `width` bytes each."""

    width: int

    places: memoryview
    """The start in `backwards` of the suffix of each rank, N `int32`."""

    nexts: memoryview
    """The rank of the suffix one character shorter, N `int32`; -1 for the empty suffix.

    Increasing among the suffixes that begin with the same character.
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
        """Index a text, or its first `limit` characters.

        Meant for a background thread: nearly all the time is spent without the GIL. Takes about
        30 bytes per character meanwhile. Raises `SortingStoppedError` soon after `should_stop`
        returns True.
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
        """Number of indexed characters, N."""
        return len(self.places)

    @property
    def nbytes(self) -> int:
        """Size of the index in bytes."""
        return len(self.backwards) + self.places.nbytes + self.nexts.nbytes + 8 * len(self.bounds)

    def common_length(self, one: int, other: int, most: int) -> int:
        """The length of the common prefix, up to `most`, of two places in `backwards`."""
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
class MemorisedRuns:
    """What of a generated text is memorised."""

    generated: int
    """Characters generated."""

    memorised: int
    """Those in runs of `MEMORISED_LENGTH` or more."""

    longest: int
    """Characters in the longest run."""

    longest_at: int | None
    """Start in the corpus of the longest run, or of an equal one."""

    @property
    def share(self) -> float:
        """The memorised part of the text, 0 to 1."""
        return self.memorised / self.generated if self.generated else 0.0


class MemorisationMeasure:
    """Measures one generated text in constant memory.

    A character costs one search among the ranks of its symbol and, where a run ends, two
    comparisons of at most `FOLLOWED_LENGTH` characters.
    """

    def __init__(self, index: CorpusIndex, followed: int = FOLLOWED_LENGTH) -> None:
        """Start a text; `followed`, at least 1, replaces `FOLLOWED_LENGTH`."""
        self._index = index
        self._followed = followed
        self.reset()

    def reset(self) -> None:
        """Start another text."""
        self._rank = 0  # of a suffix that begins with the match, backwards
        self._length = 0  # of the match
        self._generated = self._memorised = self._longest = self._longest_rank = 0
        self._memorised_stop = 0  # where the last memorised range ends

    @property
    def length(self) -> int:
        """Length of the longest run that ends with the last generated character."""
        return self._length

    @property
    def reading(self) -> MemorisedRuns:
        """The figures of the text so far."""
        longest_at = None
        if self._longest:
            behind = self._index.places[self._longest_rank]
            longest_at = self._index.size - behind - self._longest
        return MemorisedRuns(self._generated, self._memorised, self._longest, longest_at)

    def push(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Add the next characters; return the ranges newly known to be memorised.

        Ranges are `(start, stop)` from the beginning of the text, increasing and disjoint; the
        first may start up to `MEMORISED_LENGTH - 1` characters before these characters. An id that
        the corpus doesn't have, such as -1, ends a run.
        """
        ranges: list[tuple[int, int]] = []
        for character in ids:
            self._rank, self._length = self._follow(character)
            self._generated += 1
            if self._length > self._longest:
                self._longest, self._longest_rank = self._length, self._rank
            if self._length >= MEMORISED_LENGTH:
                start = max(self._generated - self._length, self._memorised_stop)
                if ranges and ranges[-1][1] == start:
                    ranges[-1] = (ranges[-1][0], self._generated)
                else:
                    ranges.append((start, self._generated))
                self._memorised += self._generated - start
                self._memorised_stop = self._generated
        return ranges

    def _follow(self, character: int) -> tuple[int, int]:
        """Rank and length of the longest match after one more character."""
        index, rank, length = self._index, self._rank, self._length
        if not 0 <= character < len(index.bounds) - 1:
            return 0, 0
        first, stop = index.bounds[character], index.bounds[character + 1]
        if first == stop:
            return 0, 0
        above = bisect_left(index.nexts, rank, first, stop)
        if above < stop and index.nexts[above] == rank:
            return above, length + 1
        # Of the suffixes preceded by this character, the nearest on either side share most with
        # the match.
        place, most = index.places[rank], min(length, self._followed)
        best, best_length = above, -1
        for near in (above - 1, above):
            if first <= near < stop:
                common = index.common_length(place, index.places[near] + 1, most)
                if common > best_length:
                    best, best_length = near, common
        return best, best_length + 1
