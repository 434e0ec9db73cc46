"""A chart in plain characters: curves over 0, 1, 2, …, on a logarithmic scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.chart_characters import MARKS, Characters, in_ascii

STYLES = ("cyan", "yellow", "magenta", "green", "blue", "red", "white", "bright_black")
"""A colour for each mark."""

MOST_DECADES = 16
"""Powers of ten shown below the highest point at most; curves leave the chart there."""

LABEL = 7
"""Columns of "1e-123" and the axis, left of the curves."""

_ROWS_PER_LABEL = 2


@dataclass(frozen=True)
class Curve:
    """A name and its values at 0, 1, 2, ...; those not finite or not above 0 have no mark."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Decades:
    """The vertical scale, in powers of ten from `low` to `high`."""

    low: int
    high: int


def decades(curves: Sequence[Curve]) -> Decades | None:
    """The common scale of the curves; None if they have no marks."""
    powers = [math.log10(value) for curve in curves for value in curve.values if _shown(value)]
    if not powers:
        return None
    high = math.ceil(max(powers))
    low = max(math.floor(min(powers)), high - MOST_DECADES)
    return Decades(low if low < high else high - 1, high)


def log_chart(
    curves: Sequence[Curve],
    scale: Decades,
    width: int,
    height: int,
    characters: Characters = "braille",
) -> list[str]:
    """Lines of text, `width` wide: `height` of them, a horizontal axis and its labels.

    Curves are drawn with marks; the axes with ASCII if the terminal has nothing else.

    Where curves overlap, their marks alternate from column to column.
    """
    columns = max(width - LABEL, 2)
    grid = [[" "] * columns for _ in range(height)]
    last = max(len(curve.values) for curve in curves) - 1
    for column in range(columns):
        taken: dict[int, list[str]] = {}
        for number, curve in enumerate(curves):
            for value in _values_at(curve, column, columns, last):
                if (power := math.log10(value)) < scale.low:
                    continue
                row = _row(power, scale, height)
                taken.setdefault(row, []).append(MARKS[number % len(MARKS)])
        for row, marks in taken.items():
            grid[row][column] = marks[column % len(marks)]
    labels = _labels(scale, height)
    lines = [f"{labels.get(row, ''):>{LABEL - 1}}" + _axis(row in labels) for row in range(height)]
    lines = [line + "".join(cells).rstrip() for line, cells in zip(lines, grid, strict=True)]
    lines += [" " * (LABEL - 1) + "└" + "─" * columns, _foot(last, columns)]
    return [in_ascii(line) for line in lines] if characters == "ascii" else lines


def _shown(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _values_at(curve: Curve, column: int, columns: int, last: int) -> list[float]:
    """The value drawn in a column: the largest of those that fall there, if any."""
    # Distances d with round(d * (columns - 1) / last) == column, found from both ends.
    span = max(last, 1)
    first = math.ceil((column - 0.5) * span / (columns - 1))
    stop = math.ceil((column + 0.5) * span / (columns - 1))
    there = [value for value in curve.values[max(first, 0) : max(stop, 0)] if _shown(value)]
    return [max(there)] if there else []


def _row(power: float, scale: Decades, height: int) -> int:
    share = (scale.high - power) / (scale.high - scale.low)
    return min(max(round(share * (height - 1)), 0), height - 1)


def _labels(scale: Decades, height: int) -> dict[int, str]:
    """Powers of ten by row, as many as fit."""
    stride = max(1, math.ceil((scale.high - scale.low) * _ROWS_PER_LABEL / (height - 1)))
    powers = range(scale.high, scale.low - 1, -stride)
    return {_row(power, scale, height): f"1e{power:+03d}" for power in powers}


def _axis(labelled: bool) -> str:
    return "┤" if labelled else "│"


def _foot(last: int, columns: int) -> str:
    """The labels of the horizontal axis, each aligned with its place."""
    line = [" "] * (columns + LABEL)
    stride = next(s for s in _strides() if last / s <= columns / 10)
    for value in range(0, last + 1, stride):
        label = str(value)
        at = LABEL - 1 + round(value * (columns - 1) / max(last, 1)) + 1
        at = min(at, len(line) - len(label))
        line[at : at + len(label)] = label
    return "".join(line).rstrip()


def _strides() -> list[int]:
    return [base * 10**power for power in range(12) for base in (1, 2, 5)]
