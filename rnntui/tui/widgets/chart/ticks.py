"""The ticks of an axis and their labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.tui.widgets.chart.scale import Interval, YScale, value_at

_LOG_MULTIPLES: tuple[tuple[int, ...], ...] = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,))
_UNITS: tuple[tuple[float, str], ...] = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PLAIN_BELOW = 10_000


@dataclass(frozen=True)
class Tick:
    """A tick: its number and its label."""

    value: float
    label: str


def linear_ticks(span: Interval, most: int) -> list[Tick]:
    """At most `most` ticks inside `span`, with a step of 1, 2 or 5 times a power of ten."""
    if most < 1:
        return []
    exponent = math.floor(math.log10(span.width / (most + 1)))
    while True:
        for multiple in (1, 2, 5):
            values = _multiples(span, multiple, exponent)
            if len(values) <= most:
                step = multiple * 10.0**exponent
                return [Tick(v, label) for v, label in _labelled(values, step)]
        exponent += 1


def log_ticks(span: Interval, most: int) -> list[Tick]:
    """At most `most` ticks at round values for a span of heights (powers of ten).

    The densest of 1-2-…-9, 1-2-5, 1-3, every decade, every second decade and so on
    that fits; within less than a decade, the ticks of a linear axis.
    """
    if most < 1:
        return []
    low, high = value_at(span.low, YScale.LOG), value_at(span.high, YScale.LOG)
    first, last = math.floor(span.low), math.ceil(span.high)
    for multiples in _LOG_MULTIPLES:
        values = [
            value
            for decade in range(first, last + 1)
            for multiple in multiples
            if low <= (value := multiple * 10.0**decade) <= high
        ]
        if 3 <= len(values) <= most:
            return [Tick(v, _log_label(v)) for v in values]
    if span.width < 1 and low < high:
        return linear_ticks(Interval(low, high), most)
    stride = max(1, math.ceil(span.width / most))
    decades = range(math.ceil(first / stride) * stride, last + 1, stride)
    inside = [d for d in decades if span.holds(d)]
    return [Tick(10.0**d, _log_label(10.0**d)) for d in inside][:most]


def ticks(span: Interval, most: int, scale: YScale) -> list[Tick]:
    """Ticks for a span of heights."""
    return log_ticks(span, most) if scale is YScale.LOG else linear_ticks(span, most)


def format_number(value: float) -> str:
    """A number with four significant digits: 1.432, 12,345, 1.2e-05."""
    size = abs(value)
    if value == int(value) and size < 1e9:
        return f"{int(value):,}"
    if size >= 1e9 or size < 1e-3:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 3 - math.floor(math.log10(size)))}f}"


def _log_label(value: float) -> str:
    """A round number on a logarithmic axis: 0.05, 2, 10k."""
    if _PLAIN_BELOW <= value < 1e15:
        divisor, suffix = next(unit for unit in _UNITS if value >= unit[0])
        return f"{value / divisor:g}{suffix}"
    return f"{value:g}"


def _multiples(span: Interval, multiple: int, exponent: int) -> list[float]:
    """Whole multiples of `multiple` · 10^`exponent` inside `span`, ascending."""
    step = multiple * 10.0**exponent
    first, last = math.ceil(span.low / step), math.floor(span.high / step)
    # Dividing by a whole power of ten gives 0.3, multiplying by 0.1 gives 0.30000000000000004.
    unit = 10 ** abs(exponent)
    values = dict.fromkeys(
        k * multiple * float(unit) if exponent >= 0 else k * multiple / unit
        for k in range(first, last + 1)
    )
    return [value for value in values if span.holds(value)]


def _labelled(values: Sequence[float], step: float) -> list[tuple[float, str]]:
    """Each value with a label; all labels of an axis share unit and decimals."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e15 or (values and step < 1e-5):
        return [(value, f"{value:.4g}") for value in values]
    divisor, suffix = 1.0, ""
    if largest >= _PLAIN_BELOW:
        divisor, suffix = next(unit for unit in _UNITS if largest >= unit[0])
    decimals = max(0, -math.floor(math.log10(step / divisor) + 1e-9))
    return [(v, f"{v / divisor:.{decimals}f}{suffix}" if v else "0") for v in values]
