"""A picture of curves: axes, a legend, a title, and a note below.

Numbers that are not finite are left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.svg.page import COLOURS, clean, label, page

DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
"""Beside its colour each curve has its own dashes."""

PANEL_WIDTH, PANEL_HEIGHT = 420, 300
ALONE_WIDTH = 640
"""Width of a panel without others beside it."""
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 44, 48
LEGEND_ROW = 20
MOST_TICKS = 6

_CHARACTER_WIDTH = 7.0


@dataclass(frozen=True)
class Curve:
    """A named curve through points `(x, y)`."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A pair of axes with their labels, and curves.

    On a logarithmic y axis, values that are not above 0 are left out.
    """

    x_label: str
    y_label: str
    curves: Sequence[Curve]
    y_is_logarithmic: bool = False


@dataclass(frozen=True)
class _Axis:
    """An interval of values, and where its ends are drawn."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)


def chart_svg(title: str, panels: Sequence[Panel], note: str = "") -> str:
    """The SVG text of panels beside each other, which share the legend of the first one."""
    names = [curve.name for curve in panels[0].curves]
    each = ALONE_WIDTH if len(panels) == 1 else PANEL_WIDTH
    width = each * len(panels)
    rows = _legend_rows(names, width - LEFT - RIGHT)
    top = TOP + LEGEND_ROW * len(rows)
    parts: list[str] = []
    for number, row in enumerate(rows):
        x, y = float(LEFT), TOP + LEGEND_ROW * number + 4
        for index in row:
            parts.append(_line(((x, y), (x + 26, y)), index))
            parts.append(f'<text x="{x + 32:g}" y="{y + 4:g}">{label(names[index])}</text>')
            x += _legend_width(names[index])
    for number, panel in enumerate(panels):
        parts += _panel(panel, each * number, top, each)
    return page(title, width, top + PANEL_HEIGHT + BOTTOM, parts, note, LEFT)


def ticks(low: float, high: float, most: int = MOST_TICKS) -> list[float]:
    """At most `most` values from `low` to `high`, 1, 2 or 5 times a power of ten apart."""
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    while math.floor(high / step) - math.ceil(low / step) + 1 > most:
        # 1, 2, 5, 10, ...: what follows 2 is two and a half times as much.
        step *= 2.5 if f"{step:e}"[0] == "2" else 2.0
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _panel(panel: Panel, left: float, top: float, width: float) -> list[str]:
    curves = [_points(curve, panel.y_is_logarithmic) for curve in panel.curves]
    points = [point for curve in curves for point in curve]
    x = _axis([0.0, *(point[0] for point in points)], left + LEFT, left + width - RIGHT, 0.0)
    y = _axis([point[1] for point in points], top + PANEL_HEIGHT, top, 0.05)
    parts = []
    for value in ticks(y.low, y.high):
        if panel.y_is_logarithmic and value != round(value):
            continue
        name = f"1e{value:.0f}" if panel.y_is_logarithmic else _number(value)
        parts.append(
            f'<path d="M{x.first:g} {y.at(value):.1f}H{x.last:g}" stroke="#e4e4e4"/>'
            f'<text x="{x.first - 7:g}" y="{y.at(value) + 4:.1f}" text-anchor="end">'
            f"{name}</text>"
        )
    for value in ticks(x.low, x.high):
        parts.append(
            f'<path d="M{x.at(value):.1f} {y.first:g}v5" stroke="#222"/>'
            f'<text x="{x.at(value):.1f}" y="{y.first + 19:g}" text-anchor="middle">'
            f"{_number(value)}</text>"
        )
    parts.append(
        f'<path d="M{x.first:g} {y.last:g}V{y.first:g}H{x.last:g}" fill="none" stroke="#222"/>'
    )
    middle = (y.first + y.last) / 2
    parts.append(
        f'<text x="{(x.first + x.last) / 2:g}" y="{y.first + 38:g}" text-anchor="middle">'
        f"{label(panel.x_label)}</text>"
        f'<text transform="translate({left + 14:g} {middle:g}) rotate(-90)" text-anchor="middle">'
        f"{label(panel.y_label)}</text>"
    )
    for number, curve in enumerate(curves):
        places = [(x.at(p[0]), y.at(p[1])) for p in curve]
        if places:
            parts.append(_line(places, number))
            parts.append(
                f'<circle cx="{places[-1][0]:.1f}" cy="{places[-1][1]:.1f}" r="3"'
                f' fill="{COLOURS[number % len(COLOURS)]}"/>'
            )
    return parts


def _line(points: Sequence[tuple[float, float]], number: int) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = DASHES[number % len(DASHES)]
    return (
        f'<polyline points="{places}" fill="none" stroke="{COLOURS[number % len(COLOURS)]}"'
        f' stroke-width="2"' + (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>"
    )


def _axis(values: Sequence[float], first: float, last: float, margin: float) -> _Axis:
    """An axis over the values, with a share of `margin` on either side."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) * margin
    if low == high:
        low, room = low - (0.5 if margin else 0.0), 0.0
        high = low + 1.0
    return _Axis(low - room, high + room, first, last)


def _points(curve: Curve, is_logarithmic: bool) -> list[tuple[float, float]]:
    """A curve's points that can be drawn, y by its decimal logarithm on such an axis."""
    points = [point for point in curve.points if math.isfinite(point[0] + point[1])]
    if not is_logarithmic:
        return points
    return [(x, math.log10(y)) for x, y in points if y > 0]


def _number(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / min(size, {'G': 1e9, 'M': 1e6, 'k': 1e3}[unit]):.4g}{unit}"
    return f"{value:.4g}"


def _legend_width(name: str) -> float:
    return 32 + _CHARACTER_WIDTH * len(clean(name)) + 24


def _legend_rows(names: Sequence[str], width: float) -> list[list[int]]:
    """The numbers of the names in each row of the legend."""
    rows: list[list[int]] = [[]]
    used = 0.0
    for number, name in enumerate(names):
        if rows[-1] and used + _legend_width(name) > width:
            rows.append([])
            used = 0.0
        rows[-1].append(number)
        used += _legend_width(name)
    return rows
