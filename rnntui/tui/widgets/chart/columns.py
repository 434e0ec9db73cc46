"""The range of y that a curve of any length covers in each pixel column.

A column is one dot wide. It covers every point in it, with the extremes of that point's
bucket, and the line between points where it crosses the column's two edges, so
neighbouring columns always touch: nothing is drawn off the line, and no spike is lost.
The cost is a few passes over the visible points and O(width) for the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.tui.widgets.chart.buckets import Floats
from rnntui.tui.widgets.chart.scale import Interval, YScale, heights

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Trace:
    """A curve as points in ascending x, each with a mean and extremes, all [n]."""

    x: Floats
    mean: Floats
    low: Floats
    high: Floats

    def part(self, chosen: slice) -> "Trace":
        """A slice of the points."""
        return Trace(self.x[chosen], self.mean[chosen], self.low[chosen], self.high[chosen])


@dataclass(frozen=True)
class Columns:
    """Heights covered by a curve in each of `width` columns; NaN where there is none."""

    low: Floats  # [width]
    high: Floats  # [width]
    edge: Floats  # [width + 1], where the line crosses the columns' edges


def covered(trace: Trace, span: Interval, width: int, scale: YScale) -> Columns:
    """The heights that `trace` covers in each of `width` columns over `span`."""
    if scale is YScale.LOG:
        trace = _positive(trace)
    edges = np.linspace(span.low, span.high, width + 1)
    low, high = _point_extremes(trace, edges)
    edge = _crossings(trace, edges, scale)
    low, high = heights(low, scale), heights(high, scale)
    return Columns(
        low=np.fmin(low, np.fmin(edge[:-1], edge[1:])),
        high=np.fmax(high, np.fmax(edge[:-1], edge[1:])),
        edge=edge,
    )


def visible(trace: Trace, span: Interval) -> Trace:
    """The points of `trace` inside `span`."""
    inside = slice(
        int(np.searchsorted(trace.x, span.low, side="left")),
        int(np.searchsorted(trace.x, span.high, side="right")),
    )
    return trace.part(inside)


def _positive(trace: Trace) -> Trace:
    """`trace` without points, or low ends of them, that have no logarithm."""
    if trace.low.size == 0 or trace.low.min() > 0:
        return trace
    kept = trace.mean > 0
    low = trace.low[kept]
    return Trace(
        x=trace.x[kept],
        mean=trace.mean[kept],
        low=np.where(low > 0, low, trace.mean[kept]),
        high=trace.high[kept],
    )


def _point_extremes(trace: Trace, edges: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest y of the points in each column, [width]; NaN where none is."""
    width = edges.size - 1
    low, high = np.full(width, np.nan), np.full(width, np.nan)
    bounds: Integers = np.searchsorted(trace.x, edges, side="left")
    # The last column includes the points on its right edge.
    bounds[-1] = np.searchsorted(trace.x, edges[-1], side="right")
    filled = np.flatnonzero(np.diff(bounds) > 0)
    if filled.size:
        # Empty columns in between share their bound with the next filled one, so each
        # slice of reduceat is exactly one column's points.
        first, last = bounds[0], bounds[-1]
        starts = bounds[filled] - first
        low[filled] = np.minimum.reduceat(trace.low[first:last], starts)
        high[filled] = np.maximum.reduceat(trace.high[first:last], starts)
    return low, high


def _crossings(trace: Trace, edges: Floats, scale: YScale) -> Floats:
    """Height of the line through the means at each edge, [width + 1]."""
    size = trace.x.size
    crossing = np.full(edges.shape, np.nan)
    if size == 0:
        return crossing
    after: Integers = np.searchsorted(trace.x, edges, side="right")
    crossing[edges == trace.x[-1]] = heights(trace.mean[-1:], scale)[0]
    between = np.flatnonzero((after > 0) & (after < size))
    right = after[between]
    left = right - 1
    x0, x1 = trace.x[left], trace.x[right]
    y0, y1 = heights(trace.mean[left], scale), heights(trace.mean[right], scale)
    crossing[between] = y0 + (y1 - y0) * ((edges[between] - x0) / (x1 - x0))
    return crossing
