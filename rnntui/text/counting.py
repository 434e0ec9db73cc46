"""Counts the symbols of a text in chunks, which gives its vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnntui.text.vocabulary import Vocabulary, codepoints

_UNICODE_SIZE = 0x110000


@dataclass(frozen=True)
class SymbolCounts:
    """A vocabulary, the count of each symbol, and the total number of characters."""

    vocabulary: Vocabulary
    counts: tuple[int, ...]
    total: int


def count_symbols(chunks: Iterable[str]) -> SymbolCounts | None:
    """Count the characters of a text; None for an empty one.

    The vocabulary is sorted by frequency, ties by first appearance. Memory is constant.
    """
    counts = np.zeros(_UNICODE_SIZE, dtype=np.int64)
    firsts: dict[int, int] = {}  # code point -> position of its first appearance
    total = 0
    for chunk in chunks:
        if chunk.isascii():
            found = _count_ascii(chunk.encode("ascii"))
            codes = None
        else:
            codes = codepoints(chunk)
            found = np.bincount(codes)
        fresh = np.flatnonzero(found.astype(bool) & (counts[: len(found)] == 0))
        if codes is None:
            firsts.update((int(code), total + chunk.index(chr(code))) for code in fresh)
        elif fresh.size:
            firsts.update(_first_positions(codes, fresh, total))
        counts[: len(found)] += found
        total += len(chunk)
    if not total:
        return None
    ranked = sorted(firsts, key=lambda code: (-int(counts[code]), firsts[code]))
    return SymbolCounts(
        vocabulary=Vocabulary(tuple(map(chr, ranked))),
        counts=tuple(int(counts[code]) for code in ranked),
        total=total,
    )


def _count_ascii(data: bytes) -> npt.NDArray[np.int64]:
    """Count byte values, `[256]`; two bytes at a time, which halves the work of bincount."""
    even = len(data) & ~1
    pairs = np.bincount(np.frombuffer(data, dtype="<u2", count=even // 2), minlength=1 << 16)
    grid = pairs.reshape(256, 256)
    found: npt.NDArray[np.int64] = grid.sum(axis=0) + grid.sum(axis=1)
    if even < len(data):
        found[data[-1]] += 1
    return found


def _first_positions(
    codes: npt.NDArray[np.uint32], fresh: npt.NDArray[np.int64], offset: int
) -> dict[int, int]:
    """The first position in `codes` of each of the code points `fresh`, plus `offset`."""
    is_fresh = np.zeros(int(codes.max()) + 1, dtype=bool)
    is_fresh[fresh] = True
    places = np.flatnonzero(is_fresh[codes])
    values, order = np.unique(codes[places], return_index=True)
    return {
        int(code): offset + int(place) for code, place in zip(values, places[order], strict=True)
    }
