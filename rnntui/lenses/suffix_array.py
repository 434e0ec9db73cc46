"""Sorts all suffixes of a text, with NumPy calls that let other threads run meanwhile.

The suffixes are sorted by their first few characters, packed into one number
each. Then, in rounds, those that are still equal are sorted by the rank of
what follows the part that is known to be equal, which doubles that part
(Manber & Myers 1993); only what is still unsorted is looked at again (Larsson
& Sadakane 2007). Natural text takes a handful of rounds of few suffixes each,
any text at most log₂ of its length.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.text.vocabulary import AnyIds

Rows = NDArray[np.int32]

_KEY_BITS = 64
_FIRST_KEY_BITS = 16
_CHUNK = 1 << 18
"""Rows that are sorted at a time where equal ones allow it, which bounds the
temporary arrays and the time to a stop."""


class SortingStoppedError(Exception):
    """The caller's `should_stop` asked for an early end."""


@dataclass(frozen=True, eq=False)
class SortedSuffixes:
    """The N suffixes of a text in order: `starts` [N], and `ranks` [N], its inverse."""

    starts: Rows
    ranks: Rows


def sort_suffixes(ids: AnyIds, vocab_size: int, should_stop: Callable[[], bool]) -> SortedSuffixes:
    """Sort the suffixes of `ids` [N]; of two that agree as far as they go, the shorter is first.

    The ids are below `vocab_size`, and N is below 2²⁹. Takes about 30 bytes
    per character, and 60 in the worst case, a text of one character only.
    `should_stop` is read before each quarter of a million suffixes; raises
    SortingStoppedError when it says yes.
    """
    size = len(ids)
    bits = int(vocab_size).bit_length()  # 0 stands for what is behind the end
    if size == 0:
        return SortedSuffixes(np.empty(0, np.int32), np.empty(0, np.int32))
    starts, begins, known = _sorted_by_packed(ids, bits, should_stop)
    ranks = np.empty(size, np.int32)
    ranks[starts] = _group_starts(np.arange(size, dtype=np.int32), begins)
    while len(rows := _unsorted_rows(begins)):
        for chunk in _chunks(rows, begins):
            if should_stop():
                raise SortingStoppedError
            _refine(chunk, known, starts, begins, ranks)
        known *= 2
    return SortedSuffixes(starts, ranks)


def _sorted_by_packed(
    ids: AnyIds, bits: int, should_stop: Callable[[], bool]
) -> tuple[Rows, NDArray[np.bool_], int]:
    """Sort by as many characters as a number holds.

    Return the starts [N] in order, where among them groups of equals begin
    [N], and the number of characters.
    """
    size = len(ids)
    few = max(1, _FIRST_KEY_BITS // bits)
    many = _KEY_BITS // bits
    # What is behind the end is 0, so a suffix comes before those that go on after it.
    codes = np.zeros(size + many, np.min_scalar_type((1 << bits) - 1))
    codes[:size] = ids
    codes[:size] += 1

    # NumPy's stable sort is a radix sort on 16 bits, so this is linear.
    head = _packed(codes, np.s_[:size], few, bits, np.min_scalar_type((1 << few * bits) - 1))
    starts = np.argsort(head, kind="stable").astype(np.int32)
    begins = _changes(np.take(head, starts))
    del head
    for rows in _chunks(np.arange(size, dtype=np.int32), begins):
        if should_stop():
            raise SortingStoppedError
        chunk = starts[rows[0] : rows[-1] + 1]
        keys = _packed(codes, chunk, many, bits, np.dtype(np.uint64))
        order = np.argsort(keys)
        chunk[:] = np.take(chunk, order)
        begins[rows[0] : rows[-1] + 1] = _changes(np.take(keys, order))
    return starts, begins, many


def _packed(
    codes: AnyIds, places: slice | Rows, count: int, bits: int, dtype: np.dtype[Any]
) -> NDArray[np.unsignedinteger[Any]]:
    """Pack `count` codes from each of the places into a number each, the first code highest."""
    keys = codes[places].astype(dtype)
    for offset in range(1, count):
        keys <<= bits
        keys |= codes[offset:][places]
    return keys


def _refine(rows: Rows, known: int, starts: Rows, begins: NDArray[np.bool_], ranks: Rows) -> None:
    """Sort the suffixes in `rows`, whole groups, by what follows the first `known` characters.

    Changes `starts`, `begins` and `ranks` in place. The ranks may already be
    those of an order finer than `known`: then the groups only get finer too.
    """
    places = np.take(starts, rows)
    after = places + np.int32(known)
    inside = after < len(starts)
    after *= inside
    following = np.take(ranks, after).astype(np.uint64) + np.uint64(1)
    following *= inside  # an ended suffix comes before those that go on
    keys = (np.take(ranks, places).astype(np.uint64) << np.uint64(32)) | following
    order = np.argsort(keys)
    places = np.take(places, order)
    first = _changes(np.take(keys, order))
    starts[rows] = places
    begins[rows] = first
    ranks[places] = _group_starts(rows, first)


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say where a value differs from the one before; the first one always does."""
    changes = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def _group_starts(rows: Rows, begins: NDArray[np.bool_]) -> Rows:
    """Return for each of the rows, the first of which begins a group, where its group begins."""
    starts = rows * begins
    # In pieces, because `accumulate` doesn't let other threads run.
    for piece in range(0, len(rows), _CHUNK):
        part = starts[piece : piece + _CHUNK]
        part[0] = max(part[0], starts[max(piece - 1, 0)])
        np.maximum.accumulate(part, out=part)
    return starts


def _unsorted_rows(begins: NDArray[np.bool_]) -> Rows:
    """Return the rows in groups of more than one."""
    alone = begins.copy()
    alone[:-1] &= begins[1:]
    return np.flatnonzero(~alone).astype(np.int32)


def _chunks(rows: Rows, begins: NDArray[np.bool_]) -> Iterator[Rows]:
    """Cut rows into chunks of about the same size, where groups begin.

    A group is never cut, so a chunk is as long as the longest group in it.
    """
    start = 0
    while start < len(rows):
        stop = min(start + _CHUNK, len(rows))
        while stop < len(rows):
            part = begins[rows[stop : stop + _CHUNK]]
            found = int(part.argmax())
            if part[found]:
                stop += found
                break
            stop += len(part)
        yield rows[start:stop]
        start = stop
