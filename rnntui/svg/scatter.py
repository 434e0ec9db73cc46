"""A picture of labelled points in the plane, by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from rnntui.svg.page import COLOURS, label, page
from rnntui.text.cells import printable

WIDTH, HEIGHT = 820, 520
_LEFT: Final = 62
_TOP: Final = 92
_MARGIN: Final = 18
_LEGEND_STEP: Final = 130


@dataclass(frozen=True)
class Labelled:
    """A point with its label, and its kind."""

    x: float
    y: float
    name: str
    kind: str


def scatter_svg(
    title: str,
    about: str,
    axes: tuple[str, str],
    points: Sequence[Labelled],
    note: str = "",
    chosen: int | None = None,
) -> str:
    """The SVG text of points, drawn as their labels, in the colours and styles of their kinds.

    `axes` are the labels of both axes. The point with the number `chosen` has a ring.
    """
    kinds = sorted({point.kind for point in points})
    parts = [f'<text x="{_LEFT}" y="46" fill="#555">{label(about)}</text>']
    for number, kind in enumerate(kinds):
        x = _LEFT + _LEGEND_STEP * (number % 6)
        y = 64 + 16 * (number // 6)
        parts.append(f'<text x="{x}" y="{y}" {_style(number)}>{label(kind)}</text>')
    top = _TOP + 16 * ((len(kinds) - 1) // 6 if kinds else 0)
    parts.append(
        f'<rect x="{_LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#222"/>'
    )
    across, up = _places([point.x for point in points]), _places([point.y for point in points])
    for number, point in enumerate(points):
        right = _LEFT + _MARGIN + across[number] * (WIDTH - 2 * _MARGIN)
        down = top + HEIGHT - _MARGIN - up[number] * (HEIGHT - 2 * _MARGIN)
        if number == chosen:
            parts.append(
                f'<circle cx="{right:.1f}" cy="{down - 5:.1f}" r="13" fill="none" stroke="#222"/>'
            )
        shown = escape(printable(point.name))
        parts.append(
            f'<text x="{right:.1f}" y="{down:.1f}" font-size="15" font-family="monospace"'
            f' text-anchor="middle" {_style(kinds.index(point.kind))}>{shown}</text>'
        )
    bottom = top + HEIGHT
    parts.append(
        f'<text x="{_LEFT + WIDTH / 2:g}" y="{bottom + 22}" text-anchor="middle">'
        f"{label(axes[0])}</text>"
        f'<text transform="translate({_LEFT - 14} {top + HEIGHT / 2:g}) rotate(-90)"'
        f' text-anchor="middle">{label(axes[1])}</text>'
    )
    return page(title, _LEFT + WIDTH + 20, bottom + 36, parts, note, _LEFT)


def _style(number: int) -> str:
    """A kind's colour and, beside it, its weight or slant."""
    weights = ('font-weight="bold"', 'font-style="italic"', "")
    return f'fill="{COLOURS[number % len(COLOURS)]}" {weights[number % len(weights)]}'


def _places(values: Sequence[float]) -> list[float]:
    """Values as parts of their span, 0 to 1."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return [(value - low) / ((high - low) or 1.0) for value in values]
