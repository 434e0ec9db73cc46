"""Statistics of labelled texts: lengths, and memory as ids and as one-hot vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BYTES = 4  # of an int32 and of a float32


@dataclass(frozen=True)
class LengthBin:
    """The number of texts with a length from `start` up to, but excluding, `stop`."""

    start: int
    stop: int
    count: int


@dataclass(frozen=True)
class LengthStatistics:
    """Lengths of texts in ids, with the start token.

    `quantiles` are pairs of a share and the shortest length that at least that share of the texts
    doesn't exceed.
    """

    texts: int
    mean: float
    median: float
    shortest: int
    longest: int
    quantiles: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class InputSize:
    """The memory of a table of texts, in bytes: as int32 ids, and as one-hot float32."""

    texts: int
    length: int
    vocabulary: int

    @property
    def ids_bytes(self) -> int:
        """Bytes as ids: one number per position."""
        return self.texts * self.length * _BYTES

    @property
    def one_hot_bytes(self) -> int:
        """Bytes as one-hot vectors: one number per position and id."""
        return self.ids_bytes * self.vocabulary


def length_statistics(
    lengths: NDArray[np.int64], shares: tuple[float, ...] = (0.25, 0.75, 0.9, 0.95, 0.99)
) -> LengthStatistics:
    """Compute the statistics of `lengths` `[N]`, N at least 1."""
    quantiles = np.quantile(lengths, shares, method="inverted_cdf")
    return LengthStatistics(
        texts=len(lengths),
        mean=float(lengths.mean()),
        median=float(np.median(lengths)),
        shortest=int(lengths.min()),
        longest=int(lengths.max()),
        quantiles=tuple(
            (share, int(length)) for share, length in zip(shares, quantiles, strict=True)
        ),
    )


def length_histogram(lengths: NDArray[np.int64], bins: int = 20) -> tuple[LengthBin, ...]:
    """Count lengths `[N]`, N at least 1, in at most `bins` bins of equal, round width.

    The last bin includes the longest hundredth of the texts, so that a single long one doesn't
    squeeze all others into a few bins.
    """
    shortest, longest = int(lengths.min()), int(lengths.max())
    usual = int(np.quantile(lengths, 0.99, method="inverted_cdf"))
    width = _round_up((usual - shortest + 1) / bins)
    first = shortest // width
    last = max(usual // width, first)
    places = np.minimum(lengths // width, last) - first
    counts = np.bincount(places, minlength=last - first + 1)
    edges = [*range(first * width, (last + 1) * width, width), max(longest + 1, (last + 1) * width)]
    return tuple(
        LengthBin(start, stop, int(count))
        for start, stop, count in zip(edges[:-1], edges[1:], counts, strict=True)
    )


def _round_up(width: float) -> int:
    """The least of 1, 2, 5, 10, 20, 50, … that isn't below `width`."""
    decade = 1
    while True:
        for leading in (1, 2, 5):
            if leading * decade >= width:
                return leading * decade
        decade *= 10
