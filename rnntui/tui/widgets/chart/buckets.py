"""Points of one curve in bounded memory.

Points are kept one by one until `capacity` is reached; then neighbours are
merged in pairs, and from there on each bucket stands for twice as many points.
A bucket keeps the first and last x, the lowest and highest y, the mean y and the
number of its points, so a spike survives any number of merges. Adding a point
costs O(1) on average, whatever has been stored before.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DEFAULT_CAPACITY = 2**16
_SMALLEST_ALLOCATION = 256
_TOO_LARGE = 1e100
_FIRST_X, _LAST_X, _X, _LOW, _HIGH, _MEAN, _COUNT = range(7)


def drawable(values: Floats) -> NDArray[np.bool_]:
    """Which values are finite and small enough to calculate with (below 1e100)."""
    small: NDArray[np.bool_] = np.abs(values) < _TOO_LARGE
    return small


class PointBuckets:
    """Buckets of points in ascending x, at most `capacity` of them.

    Points whose x or y isn't `drawable` are left out. A point whose x is smaller than
    the one before it means that the run was rewound, so every bucket that reaches that
    x or beyond is dropped first. Raises `ValueError` if `capacity` is odd or smaller
    than two.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        """Start empty; memory for `capacity` buckets is allocated as needed."""
        if capacity < 2 or capacity % 2:
            raise ValueError(f"the capacity must be even and at least 2, not {capacity}")
        self.capacity = capacity
        self.stride = 1
        """Points in a full bucket; every bucket but the last is full."""
        self.rewrites = 0
        """Number of changes to earlier buckets (merges and rewinds), for caches."""
        self._size = 0
        self._table: Floats = np.empty((_COUNT + 1, min(capacity, _SMALLEST_ALLOCATION)))

    def __len__(self) -> int:
        """How many buckets there are."""
        return self._size

    @property
    def first_x(self) -> Floats:
        """Smallest x of each bucket, [n]."""
        return self._table[_FIRST_X, : self._size]

    @property
    def last_x(self) -> Floats:
        """Greatest x of each bucket, [n]."""
        return self._table[_LAST_X, : self._size]

    @property
    def x(self) -> Floats:
        """Middle of each bucket's x, [n]: where it is drawn."""
        return self._table[_X, : self._size]

    @property
    def low(self) -> Floats:
        """Lowest y of each bucket, [n]."""
        return self._table[_LOW, : self._size]

    @property
    def high(self) -> Floats:
        """Highest y of each bucket, [n]."""
        return self._table[_HIGH, : self._size]

    @property
    def mean(self) -> Floats:
        """Mean y of each bucket, [n]."""
        return self._table[_MEAN, : self._size]

    @property
    def count(self) -> Floats:
        """Number of points in each bucket, [n], as whole floats."""
        return self._table[_COUNT, : self._size]

    def append(self, xs: ArrayLike, ys: ArrayLike) -> None:
        """Add points in order. Raises `ValueError` if `xs` and `ys` differ in length."""
        x = np.atleast_1d(np.asarray(xs, dtype=np.float64)).ravel()
        y = np.atleast_1d(np.asarray(ys, dtype=np.float64)).ravel()
        if x.shape != y.shape:
            raise ValueError(f"{x.size} values of x but {y.size} of y")
        kept = drawable(x) & drawable(y)
        if not kept.all():
            x, y = x[kept], y[kept]
        falls = np.flatnonzero(np.diff(x) < 0) + 1
        for start, stop in zip([0, *falls], [*falls, x.size], strict=True):
            if start < stop:
                self.rewind(x[start])
                self._extend(x[start:stop], y[start:stop])

    def rewind(self, x: float) -> None:
        """Drop every bucket that reaches beyond `x`.

        A bucket of many points that straddles `x` goes as a whole, since its
        extremes can no longer be told apart.
        """
        kept = int(np.searchsorted(self.last_x, x, side="right"))
        if kept < self._size:
            self._size = kept
            self.rewrites += 1

    def clear(self) -> None:
        """Forget every point and start over with one point to a bucket."""
        self._size = 0
        self.stride = 1
        self.rewrites += 1

    def _extend(self, x: Floats, y: Floats) -> None:
        """Add ascending points that lie at or beyond the last bucket."""
        done = self._fill_last_bucket(x, y)
        while done < x.size:
            if self._size == self.capacity:
                self._merge_pairs()
                done += self._fill_last_bucket(x[done:], y[done:])
                continue
            room = (self.capacity - self._size) * self.stride
            part = slice(done, done + room)
            self._add_buckets(x[part], y[part])
            done += room

    def _fill_last_bucket(self, x: Floats, y: Floats) -> int:
        """Fill the last bucket; return how many points went into it."""
        if self._size == 0:
            return 0
        bucket = self._table[:, self._size - 1]
        taken = min(self.stride - int(bucket[_COUNT]), x.size)
        if taken <= 0:
            return 0
        x, y = x[:taken], y[:taken]
        count = bucket[_COUNT] + taken
        bucket[_LAST_X] = x[-1]
        bucket[_X] = (bucket[_FIRST_X] + x[-1]) / 2
        bucket[_LOW] = min(bucket[_LOW], y.min())
        bucket[_HIGH] = max(bucket[_HIGH], y.max())
        bucket[_MEAN] += ((y - bucket[_MEAN]) / count).sum()
        bucket[_COUNT] = count
        return taken

    def _add_buckets(self, x: Floats, y: Floats) -> None:
        """Cut points into new buckets of `stride`; the last may stay open."""
        starts = np.arange(0, x.size, self.stride)
        stops = np.append(starts[1:], x.size)
        counts = stops - starts
        end = self._size + starts.size
        self._grow(end)
        rows = self._table[:, self._size : end]
        rows[_FIRST_X] = x[starts]
        rows[_LAST_X] = x[stops - 1]
        rows[_X] = (rows[_FIRST_X] + rows[_LAST_X]) / 2
        rows[_LOW] = np.minimum.reduceat(y, starts)
        rows[_HIGH] = np.maximum.reduceat(y, starts)
        rows[_MEAN] = np.add.reduceat(y, starts) / counts
        rows[_COUNT] = counts
        self._size = end

    def _merge_pairs(self) -> None:
        """Merge every two buckets, which frees half the room."""
        half = self._size // 2
        left = self._table[:, 0 : 2 * half : 2]
        right = self._table[:, 1 : 2 * half : 2]
        count = left[_COUNT] + right[_COUNT]
        mean = (left[_MEAN] * left[_COUNT] + right[_MEAN] * right[_COUNT]) / count
        merged = np.stack(
            [
                left[_FIRST_X],
                right[_LAST_X],
                (left[_FIRST_X] + right[_LAST_X]) / 2,
                np.minimum(left[_LOW], right[_LOW]),
                np.maximum(left[_HIGH], right[_HIGH]),
                mean,
                count,
            ]
        )
        self._table[:, :half] = merged
        self._size = half
        self.stride *= 2
        self.rewrites += 1

    def _grow(self, size: int) -> None:
        """Make room for `size` buckets, at least doubling what there is."""
        allocated = self._table.shape[1]
        if size <= allocated:
            return
        table = np.empty((_COUNT + 1, min(self.capacity, max(size, 2 * allocated))))
        table[:, : self._size] = self._table[:, : self._size]
        self._table = table
