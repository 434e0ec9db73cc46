"""The data of a chart: named series of points, reference lines and markers.

It is independent of drawing and of Textual.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from rnntui.tui.widgets.chart.buckets import DEFAULT_CAPACITY, PointBuckets, drawable
from rnntui.tui.widgets.chart.columns import Trace
from rnntui.tui.widgets.chart.scale import Interval, span_around
from rnntui.tui.widgets.chart.smoothing import RunningAverage


class SeriesStyle(StrEnum):
    """How a series is drawn."""

    LINE = "line"
    """A connected line; with smoothing, the raw values are dim behind it."""
    POINTS = "points"
    """A sign at each point, without a line."""
    MARKED = "marked"
    """A line with a sign at each point while they are few; never smoothed."""


@dataclass
class Series:
    """A named curve; its `slot` determines its colour, dashes and sign."""

    name: str
    slot: int
    style: SeriesStyle
    points: PointBuckets
    average: RunningAverage = field(default_factory=RunningAverage)

    def raw(self) -> Trace:
        """The points, unsmoothed."""
        points = self.points
        return Trace(points.x, points.mean, points.low, points.high)

    def is_smoothed(self, weight: float) -> bool:
        """Whether smoothing with `weight` changes how this series is drawn."""
        return weight > 0 and self.style is SeriesStyle.LINE

    def smoothed(self, weight: float) -> Trace:
        """The moving average with `weight`; the means if it doesn't apply."""
        values = self.points.mean
        if self.is_smoothed(weight):
            values = self.average.values(self.points, weight)
        return Trace(self.points.x, values, values, values)


@dataclass(frozen=True)
class Marker:
    """A labelled point (x, y), or without y a vertical line at `x`."""

    name: str
    x: float
    y: float | None = None
    label: str = ""


@dataclass(frozen=True)
class CrosshairValue:
    """The values of one series at its point nearest to the crosshair."""

    series: Series
    x: float
    value: float
    """The drawn value: smoothed, if the series is."""
    raw: float


class ChartData:
    """The data of one chart, in the order of addition."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        """Start empty; each series will keep at most `capacity` points."""
        self.capacity = capacity
        self.series: dict[str, Series] = {}
        self.references: dict[str, float] = {}
        self.markers: dict[str, Marker] = {}

    def add_series(self, name: str, style: SeriesStyle, slot: int | None = None) -> Series:
        """Add an empty series, or return the one of that name with its new style.

        Without a `slot` it gets the lowest free one.
        """
        series = self.series.get(name)
        if series is None:
            if slot is None:
                taken = {other.slot for other in self.series.values()}
                slot = next(i for i in range(len(taken) + 1) if i not in taken)
            series = Series(name, slot, style, PointBuckets(self.capacity))
            self.series[name] = series
        series.style = style
        if slot is not None:
            series.slot = slot
        return series

    def append(self, name: str, xs: ArrayLike, ys: ArrayLike) -> None:
        """Add points to a series, which is created as a line if it is new."""
        series = self.series.get(name) or self.add_series(name, SeriesStyle.LINE)
        series.points.append(xs, ys)

    def set_reference(self, name: str, value: float) -> None:
        """Add or move a horizontal line; without a drawable value it is removed."""
        if drawable(np.array([value])).all():
            self.references[name] = float(value)
        else:
            self.references.pop(name, None)

    def set_marker(self, marker: Marker) -> None:
        """Add or move a marker; without a drawable position it is removed."""
        place = [marker.x] if marker.y is None else [marker.x, marker.y]
        if drawable(np.array(place)).all():
            self.markers[marker.name] = marker
        else:
            self.markers.pop(marker.name, None)

    def shown(self, hidden: frozenset[str], pinned: str | None) -> list[Series]:
        """Series with points that aren't hidden, the pinned one last, that is on top."""
        shown = [s for s in self.series.values() if s.name not in hidden and len(s.points)]
        return sorted(shown, key=lambda s: s.name == pinned)


def extent(shown: list[Series]) -> Interval | None:
    """The extent of these series in x, or None without points."""
    if not shown:
        return None
    low = min(float(s.points.first_x[0]) for s in shown)
    high = max(float(s.points.last_x[-1]) for s in shown)
    return span_around(low, high)


def read(series: Series, x: float, weight: float) -> CrosshairValue:
    """The values of a non-empty series at its point nearest to `x`."""
    places = series.points.x
    right = int(np.clip(np.searchsorted(places, x), 0, places.size - 1))
    left = max(right - 1, 0)
    nearest = left if abs(x - places[left]) <= abs(places[right] - x) else right
    return CrosshairValue(
        series=series,
        x=float(places[nearest]),
        value=float(series.smoothed(weight).mean[nearest]),
        raw=float(series.points.mean[nearest]),
    )
