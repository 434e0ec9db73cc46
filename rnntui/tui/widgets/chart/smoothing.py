"""Exponential moving average with bias correction, as experiment trackers draw it.

With weight w, the running sum is s_t = w·s_{t-1} + (1 - w)·y_t from s_0 = 0, and
the smoothed value is s_t / (1 - w^t): dividing by the total weight so far removes the
bias towards the initial zero (Kingma and Ba, 2014, section 3).
A bucket of n points counts as n equal points.
"""

import numpy as np

from rnntui.tui.widgets.chart.buckets import Floats, PointBuckets

_NEGLIGIBLE = 1e-18


def _running_sums(terms: Floats, decay: Floats, start: float) -> Floats:
    """Solve s_i = decay_i · s_{i-1} + terms_i for all i at once, [n].

    A scan by doubling: after the pass with offset d each s_i holds the last 2d terms. It
    ends as soon as earlier terms are negligible.
    """
    sums, reach = terms.copy(), decay.copy()
    if sums.size:
        sums[0] += decay[0] * start
    offset = 1
    while offset < sums.size:
        sums[offset:] += reach[offset:] * sums[:-offset]
        reach[offset:] *= reach[:-offset]
        offset *= 2
        if offset < sums.size and reach[offset:].max() < _NEGLIGIBLE:
            break
    return sums


class RunningAverage:
    """The smoothed values of one `PointBuckets`, extended as it grows.

    Only new buckets are computed, unless the weight changed or earlier buckets were
    merged or dropped.
    """

    def __init__(self) -> None:
        """Start with nothing computed."""
        self._weight = 0.0
        self._rewrites = -1
        self._closed = 0  # buckets that can't change any more
        self._seen = 0.0  # points in the closed buckets
        self._sum = 0.0  # the running sum at the end of the closed buckets
        self._values: Floats = np.empty(0)

    def values(self, buckets: PointBuckets, weight: float) -> Floats:
        """Smoothed value at each bucket, [n]; the means themselves at weight zero."""
        if weight <= 0:
            return buckets.mean
        if weight != self._weight or buckets.rewrites != self._rewrites:
            self._weight, self._rewrites = weight, buckets.rewrites
            self._closed, self._seen, self._sum = 0, 0.0, 0.0
        size = len(buckets)
        if size == 0:
            return buckets.mean
        self._grow(size)
        counts = buckets.count[self._closed :]
        decay = np.power(weight, counts)
        sums = _running_sums(buckets.mean[self._closed :] * (1 - decay), decay, self._sum)
        seen = self._seen + np.cumsum(counts)
        self._values[self._closed : size] = sums / (1 - np.power(weight, seen))
        if size - 1 > self._closed:
            self._sum, self._seen = float(sums[-2]), float(seen[-2])
            self._closed = size - 1
        return self._values[:size]

    def _grow(self, size: int) -> None:
        if size > self._values.size:
            values = np.empty(max(size, 2 * self._values.size))
            values[: self._closed] = self._values[: self._closed]
            self._values = values
