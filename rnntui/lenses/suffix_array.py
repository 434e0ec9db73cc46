"""Sorts all suffixes of a text with NumPy calls that release the GIL.

The suffixes are sorted by their first few characters, packed into one number each. Then, in
rounds, equal ones are sorted by the rank of what follows their equal part, which doubles that part
(Manber & Myers 1993); only unsorted suffixes are looked at again (Larsson & Sadakane 2007). Natural
text takes a handful of rounds of few suffixes each, any text at most log₂ of its length.
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
"""Rows sorted at a time, unless a group of equal ones is longer: bounds the temporary arrays and
the time to a stop."""


class SortingStoppedError(Exception):
    """The caller's `should_stop` asked for an early end."""


@dataclass(frozen=True, eq=False)
class SortedSuffixes:
    """The N suffixes of a text in order: `starts` [N], and `ranks` [N], its inverse."""

    starts: Rows
    ranks: Rows


def sort_suffixes(ids: AnyIds, vocab_size: int, should_stop: Callable[[], bool]) -> SortedSuffixes:
    """Sort the suffixes of `ids` `[N]`; a prefix of another suffix comes before it.

    The ids are below `vocab_size`, and N is below 2²⁹. Takes about 30 bytes per character, and 60
    in the worst case, a text of a single repeated character. `should_stop` is called before each
    quarter of a million suffixes; raises `SortingStoppedError` when it returns True.
    """
    size = len(ids)
    bits = int(vocab_size).bit_length()  # 0 stands for the end
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
    """Sort by as many characters as fit in a number.

    Returns the starts `[N]` in order, whether a group of equals begins at each `[N]`, and the
    number of characters.
    """
    size = len(ids)
    few = max(1, _FIRST_KEY_BITS // bits)
    many = _KEY_BITS // bits
    # The end is 0, so a suffix comes before those that it is a prefix of.
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
    """Pack `count` codes from each place into a number, the first code highest."""
    keys = codes[places].astype(dtype)
    for offset in range(1, count):
        keys <<= bits
        keys |= codes[offset:][places]
    return keys


def _refine(rows: Rows, known: int, starts: Rows, begins: NDArray[np.bool_], ranks: Rows) -> None:
    """Sort the suffixes in `rows`, whole groups, by what follows the first `known` characters.

    Updates `starts`, `begins` and `ranks` in place. Ranks of an order finer than `known` only make
    the groups finer.
    """
    places = np.take(starts, rows)
    after = places + np.int32(known)
    inside = after < len(starts)
    after *= inside
    following = np.take(ranks, after).astype(np.uint64) + np.uint64(1)
    following *= inside  # an ended suffix comes first
    keys = (np.take(ranks, places).astype(np.uint64) << np.uint64(32)) | following
    order = np.argsort(keys)
    places = np.take(places, order)
    first = _changes(np.take(keys, order))
    starts[rows] = places
    begins[rows] = first
    ranks[places] = _group_starts(rows, first)


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each value differs from the one before; True for the first."""
    changes = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def _group_starts(rows: Rows, begins: NDArray[np.bool_]) -> Rows:
    """The start of each row's group; the first row must start one."""
    starts = rows * begins
    # In pieces, because `accumulate` holds the GIL.
    for piece in range(0, len(rows), _CHUNK):
        part = starts[piece : piece + _CHUNK]
        part[0] = max(part[0], starts[max(piece - 1, 0)])
        np.maximum.accumulate(part, out=part)
    return starts


def _unsorted_rows(begins: NDArray[np.bool_]) -> Rows:
    """The rows in groups of more than one."""
    alone = begins.copy()
    alone[:-1] &= begins[1:]
    return np.flatnonzero(~alone).astype(np.int32)


def _chunks(rows: Rows, begins: NDArray[np.bool_]) -> Iterator[Rows]:
    """Cut rows into chunks of about the same size at starts of groups.

    No group is cut, so a chunk is at least as long as the longest group in it.
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
