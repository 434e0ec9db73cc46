"""A picture of curves as the text of an SVG file: axes, a legend, a title, and a note below.

Pure functions, without a drawing library. Every text is escaped and cut to what can be drawn, so it
may come from outside; numbers that are not finite are left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from rnntui.text.cells import printable

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart by people who are colour-blind, too (Okabe and Ito 2008)."""

DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
"""Beside its colour each curve has its own dashes."""

PANEL_WIDTH, PANEL_HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 44, 48
LEGEND_ROW, NOTE_ROW = 20, 16
MOST_TICKS = 6
NOTE_CHARACTERS = 150
"""Characters of a line of the note."""

_CHARACTER_WIDTH = 7.0


@dataclass(frozen=True)
class Curve:
    """A named curve through points `(x, y)`."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A pair of axes with their labels, and curves."""

    x_label: str
    y_label: str
    curves: Sequence[Curve]


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
    rows = _legend_rows(names, PANEL_WIDTH * len(panels) - LEFT - RIGHT)
    lines = _folded(_clean(note))
    width = PANEL_WIDTH * len(panels)
    top = TOP + LEGEND_ROW * len(rows)
    height = top + PANEL_HEIGHT + BOTTOM + NOTE_ROW * (len(lines) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="26" font-size="17" font-weight="bold">{_text(title)}</text>',
    ]
    for number, row in enumerate(rows):
        x, y = float(LEFT), TOP + LEGEND_ROW * number + 4
        for index in row:
            parts.append(_line(((x, y), (x + 26, y)), index))
            parts.append(f'<text x="{x + 32:g}" y="{y + 4:g}">{_text(names[index])}</text>')
            x += _legend_width(names[index])
    for number, panel in enumerate(panels):
        parts += _panel(panel, PANEL_WIDTH * number, top)
    for number, line in enumerate(lines):
        y = top + PANEL_HEIGHT + BOTTOM + NOTE_ROW * (number + 1) - 6
        parts.append(
            f'<text x="{LEFT}" y="{y}" font-size="11" font-family="monospace" fill="#555"'
            f' xml:space="preserve">{escape(line)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def ticks(low: float, high: float, most: int = MOST_TICKS) -> list[float]:
    """At most `most` values from `low` to `high`, 1, 2 or 5 times a power of ten apart."""
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    while math.floor(high / step) - math.ceil(low / step) + 1 > most:
        # 1, 2, 5, 10, ...: what follows 2 is two and a half times as much.
        step *= 2.5 if f"{step:e}"[0] == "2" else 2.0
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _panel(panel: Panel, left: float, top: float) -> list[str]:
    points = [point for curve in panel.curves for point in curve.points if _drawn(point)]
    x = _axis([0.0, *(point[0] for point in points)], left + LEFT, left + PANEL_WIDTH - RIGHT, 0.0)
    y = _axis([point[1] for point in points], top + PANEL_HEIGHT, top, 0.05)
    parts = []
    for value in ticks(y.low, y.high):
        parts.append(
            f'<path d="M{x.first:g} {y.at(value):.1f}H{x.last:g}" stroke="#e4e4e4"/>'
            f'<text x="{x.first - 7:g}" y="{y.at(value) + 4:.1f}" text-anchor="end">'
            f"{_number(value)}</text>"
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
        f"{_text(panel.x_label)}</text>"
        f'<text transform="translate({left + 14:g} {middle:g}) rotate(-90)" text-anchor="middle">'
        f"{_text(panel.y_label)}</text>"
    )
    for number, curve in enumerate(panel.curves):
        places = [(x.at(p[0]), y.at(p[1])) for p in curve.points if _drawn(p)]
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


def _drawn(point: tuple[float, float]) -> bool:
    return math.isfinite(point[0]) and math.isfinite(point[1])


def _number(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / min(size, {'G': 1e9, 'M': 1e6, 'k': 1e3}[unit]):.4g}{unit}"
    return f"{value:.4g}"


def _legend_width(name: str) -> float:
    return 32 + _CHARACTER_WIDTH * len(_clean(name)) + 24


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


def _folded(note: str) -> list[str]:
    """The note in lines, broken between words."""
    lines: list[str] = []
    for word in note.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= NOTE_CHARACTERS:
            lines[-1] += " " + word
        else:
            lines += [
                word[at : at + NOTE_CHARACTERS]
                for at in range(0, max(1, len(word)), NOTE_CHARACTERS)
            ]
    return [line for line in lines if line]


def _clean(text: str) -> str:
    """One line without control characters, which XML can't hold."""
    return printable(" ".join(text.split()))


def _text(text: str) -> str:
    return escape(_clean(text))
