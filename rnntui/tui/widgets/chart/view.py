"""The visible part of the x axis: pure arithmetic for zooming and panning.

A view is relative to the data; `resolve` turns it into an interval for their extent, so
that a view of the latest points follows a run.
"""

from dataclasses import dataclass

from rnntui.tui.widgets.chart.scale import Interval

_NARROWEST = 1e-6
_AT_THE_END = 1e-9


@dataclass(frozen=True)
class WholeRun:
    """All data."""


@dataclass(frozen=True)
class Recent:
    """The last `share` of the run."""

    share: float = 0.2


@dataclass(frozen=True)
class Latest:
    """The last `width` units of x: a window that follows the end of the run."""

    width: float


@dataclass(frozen=True)
class Window:
    """A fixed interval of x."""

    low: float
    high: float


View = WholeRun | Recent | Latest | Window


def resolve(view: View, extent: Interval) -> Interval:
    """The interval of x that `view` shows of data with this extent."""
    match view:
        case WholeRun():
            return extent
        case Recent(share):
            return _fitted(extent.high - share * extent.width, extent.high, extent)
        case Latest(width):
            return _fitted(extent.high - width, extent.high, extent)
        case Window(low, high):
            return _fitted(low, high, extent)


def zoomed(view: View, extent: Interval, factor: float, around: float) -> View:
    """`view` with its width times `factor`, with `around` staying in place.

    A view that touched the end of the run and still does keeps following it.
    """
    span = resolve(view, extent)
    width = max(span.width * factor, extent.width * _NARROWEST)
    if width >= extent.width:
        return WholeRun()
    share = (around - span.low) / span.width
    return _placed(around - share * width, width, extent)


def panned(view: View, extent: Interval, by: float) -> View:
    """`view` moved by `by` units of x, within the data."""
    span = resolve(view, extent)
    if span.width >= extent.width:
        return WholeRun()
    return _placed(span.low + by, span.width, extent)


def _placed(low: float, width: float, extent: Interval) -> View:
    """A window of `width` from `low`, shifted into `extent`."""
    low = max(low, extent.low)
    if low + width >= extent.high - _AT_THE_END * extent.width:
        return Latest(width)
    return Window(low, low + width)


def _fitted(low: float, high: float, extent: Interval) -> Interval:
    """The part of `low` to `high` inside `extent`, or all of it if nothing is left."""
    low, high = max(low, extent.low), min(high, extent.high)
    return Interval(low, high) if low < high else extent
