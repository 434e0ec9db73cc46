"""The vertical scale, linear or logarithmic, and the choice of its range.

Heights are the drawn numbers: y itself on a linear scale, log10 y on a logarithmic one.
All geometry is in heights.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from rnntui.tui.widgets.chart.buckets import Floats

_OUTER_SHARE = 0.05
_OUTLIER_REACH = 2.0
_FEWEST_FOR_OUTLIERS = 24
_MARGIN = 0.06
_FLAT_MARGIN = 0.05
_WORTH_STRETCHING = 0.25


class YScale(StrEnum):
    """The mapping from y to height."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True)
class Interval:
    """A closed range of numbers, `low` < `high`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Raise `ValueError` unless `low` < `high`."""
        if not self.low < self.high:
            raise ValueError(f"an empty span: {self.low} to {self.high}")

    @property
    def width(self) -> float:
        """Distance from low to high."""
        return self.high - self.low

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside, ends included."""
        return self.low <= value <= self.high


def span_around(low: float, high: float) -> Interval:
    """The interval from `low` to `high`, widened where both are (nearly) equal."""
    middle = low / 2 + high / 2
    least = max(abs(middle) * 1e-9, 1e-15)
    if high - low >= least:
        return Interval(low, high)
    reach = abs(middle) * _FLAT_MARGIN
    if reach < least:
        reach = 0.5
    return Interval(middle - reach, middle + reach)


def heights(values: Floats, scale: YScale) -> Floats:
    """Height of each y, any shape; NaN without a logarithm."""
    if scale is YScale.LINEAR:
        return values
    positive = values > 0
    out = np.full(values.shape, np.nan)
    np.log10(values, out=out, where=positive)
    return out


def height(value: float, scale: YScale) -> float:
    """Height of one y; NaN without a logarithm."""
    return float(heights(np.array([value]), scale)[0])


def value_at(height: float, scale: YScale) -> float:
    """The y drawn at `height`; the inverse of `heights`."""
    return float(10.0**height) if scale is YScale.LOG else height


def sensible_span(lows: Sequence[Floats], highs: Sequence[Floats]) -> Interval | None:
    """The heights to show for curves given as per-column extremes, or None if empty.

    Each pixel column has one vote, so a few huge losses at the start, or a single spike,
    take a small share of the votes and are cut off, while a curve without outliers is
    shown whole: outliers are values further beyond the middle nine tenths than twice
    their extent.
    """
    low = np.concatenate([np.empty(0), *lows])
    high = np.concatenate([np.empty(0), *highs])
    drawn = np.isfinite(low) & np.isfinite(high)
    low, high = low[drawn], high[drawn]
    if low.size == 0:
        return None
    bottom, top = float(low.min()), float(high.max())
    if low.size >= _FEWEST_FOR_OUTLIERS:
        inner_low = float(np.quantile(low, _OUTER_SHARE))
        inner_high = float(np.quantile(high, 1 - _OUTER_SHARE))
        reach = _OUTLIER_REACH * (inner_high - inner_low)
        if reach > 0:
            bottom, top = max(bottom, inner_low - reach), min(top, inner_high + reach)
    return span_around(bottom, top)


def with_room(span: Interval, also: Iterable[float]) -> Interval:
    """`span` with a margin, extended to those of `also` that are close.

    A reference line far from the curves would flatten them: it is left out if showing
    it would add more than a quarter to the span.
    """
    low, high = span.low, span.high
    for wanted in also:
        if span.low - wanted <= _WORTH_STRETCHING * span.width:
            low = min(low, wanted)
        if wanted - span.high <= _WORTH_STRETCHING * span.width:
            high = max(high, wanted)
    margin = _MARGIN * (high - low)
    return Interval(low - margin, high + margin)
