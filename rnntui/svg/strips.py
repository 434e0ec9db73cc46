"""A picture of a text with strips of bars below it, one bar for each character."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from rnntui.svg.page import COLOURS, clean, label, page
from rnntui.text.cells import visible

CELL: Final = 9.6
"""Width of a terminal cell; a wide character has two."""

TEXT_ROW, BAR_ROW, GAP = 20, 15, 10
_LEFT: Final = 20
_TOP: Final = 74
_NAME_CHARACTER: Final = 7
MOST_HEIGHT: Final = 1_000
"""Pixels of the lines of a picture, so that it is fit for a slide."""

COLUMNS: Final = 100
"""Most cells of a line."""

LEAST_WIDTH: Final = 640
"""Pixels of the narrowest picture, in which titles and notes have room."""

POSITIVE, NEGATIVE = COLOURS[0], COLOURS[1]


@dataclass(frozen=True, eq=False)
class Strip:
    """A named row of numbers, one for each character, `[T]`."""

    name: str
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Passage:
    """A text of T characters with its strips; what is `marked` is bold and underlined."""

    characters: Sequence[str]
    strips: Sequence[Strip] = ()
    marked: frozenset[int] = frozenset()
    name: str = ""

    def lines(self) -> list[range]:
        """The characters of each line: after a line end, and where `COLUMNS` cells are full."""
        lines: list[range] = []
        start = used = 0
        for at, character in enumerate(self.characters):
            cells = drawn(character)[1]
            if used + cells > COLUMNS:
                lines.append(range(start, at))
                start, used = at, 0
            used += cells
            if character == "\n":
                lines.append(range(start, at + 1))
                start, used = at + 1, 0
        end = len(self.characters)
        return [*lines, range(start, end)] if start < end else lines


def fitting(characters: Sequence[str], strips: int) -> int:
    """How many characters, with so many strips, are not higher than `MOST_HEIGHT`."""
    lines = Passage(characters).lines()
    most = max(1, MOST_HEIGHT // (TEXT_ROW + GAP + BAR_ROW * strips))
    return len(characters) if len(lines) <= most else lines[most].start


def strips_svg(
    title: str,
    about: str,
    passages: Sequence[Passage],
    scale: tuple[float, str] | None = None,
    note: str = "",
) -> str:
    """The SVG text of passages, and below each of their lines the bars of every strip.

    `about` says in a line what is seen; `scale` is the size of a full bar, and that in words. A bar
    stands where its number is positive and hangs where it is negative; the text of a passage with
    one strip has its colours behind it.
    """
    full = scale[0] if scale is not None and scale[0] > 0 else 1.0
    strips = [strip for passage in passages for strip in passage.strips]
    left = _LEFT + _NAME_CHARACTER * max((len(strip.name) for strip in strips), default=0)
    parts = [f'<text x="{_LEFT}" y="46" fill="#555">{label(about)}</text>']
    if scale is not None:
        parts += _legend(scale[1], any(bool((strip.values < 0).any()) for strip in strips))
    y: float = _TOP
    for passage in passages:
        if passage.name:
            parts.append(
                f'<text x="{_LEFT}" y="{y + 12:g}" font-weight="bold">{label(passage.name)}</text>'
            )
            y += TEXT_ROW
        for line in passage.lines():
            parts += _text_line(passage, line, left, y, full)
            y += TEXT_ROW
            for strip in passage.strips:
                parts.append(
                    f'<text x="{_LEFT}" y="{y + BAR_ROW - 4:g}" font-size="11" fill="#555">'
                    f"{label(strip.name)}</text>"
                )
                parts += _bars(passage.characters, line, strip.values / full, left, y)
                y += BAR_ROW
            y += GAP
    longest = max(
        (_cells(passage.characters, line) for passage in passages for line in passage.lines()),
        default=0,
    )
    width = max(LEAST_WIDTH, left + longest * CELL + _LEFT)
    return page(title, width, y, parts, note, _LEFT)


def drawn(character: str) -> tuple[str, int]:
    """A character as it is drawn, and its cells; a line end is ⏎, a tab ⇥."""
    if character in "\n\t":
        return ("⏎" if character == "\n" else "⇥"), 1
    shown = visible(character)
    return shown.text, shown.width


def _text_line(passage: Passage, line: range, left: float, y: float, full: float) -> list[str]:
    behind = passage.strips[0].values / full if len(passage.strips) == 1 else None
    parts, places, x = [], [], left
    for at in line:
        shown, cells = drawn(passage.characters[at])
        if behind is not None and abs(value := _share(behind[at])) >= 0.01:
            colour = POSITIVE if value > 0 else NEGATIVE
            parts.append(
                f'<rect x="{x:.1f}" y="{y:g}" width="{CELL * cells:.1f}" height="{TEXT_ROW - 2}"'
                f' fill="{colour}" fill-opacity="{0.55 * abs(value):.2f}"/>'
            )
        weight = ' font-weight="bold" text-decoration="underline"' if at in passage.marked else ""
        places.append(f'<tspan x="{x:.1f}"{weight}>{escape(shown)}</tspan>')
        x += CELL * cells
    text = "".join(places)
    return [
        *parts,
        f'<text y="{y + 14:g}" font-size="15" font-family="monospace" xml:space="preserve">'
        f"{text}</text>",
    ]


def _bars(
    characters: Sequence[str], line: range, shares: NDArray[np.float64], left: float, y: float
) -> list[str]:
    parts, x, height = [], left, BAR_ROW - 3
    width = _cells(characters, line) * CELL
    parts.append(
        f'<rect x="{left:g}" y="{y:g}" width="{width:.1f}" height="{height}" fill="#f2f2f2"/>'
    )
    for at in line:
        cells = drawn(characters[at])[1]
        share = _share(shares[at])
        if abs(share) >= 0.01:
            top = y + (height * (1 - share) if share > 0 else 0)
            parts.append(
                f'<rect x="{x + 0.5:.1f}" y="{top:.1f}" width="{CELL * cells - 1:.1f}"'
                f' height="{height * abs(share):.1f}"'
                f' fill="{POSITIVE if share > 0 else NEGATIVE}"/>'
            )
        x += CELL * cells
    return parts


def _cells(characters: Sequence[str], line: range) -> int:
    return sum(drawn(characters[at])[1] for at in line)


def _share(value: float) -> float:
    """A number as a part of a full bar, -1 to 1; 0 where it is none."""
    return float(np.clip(np.nan_to_num(value), -1, 1))


def _legend(words: str, is_signed: bool) -> list[str]:
    """What a full bar means."""
    parts = [
        f'<rect x="{_LEFT}" y="55" width="8" height="12" fill="{POSITIVE}"/>'
        f'<text x="{_LEFT + 14}" y="65" fill="#555">a full bar: {label(words)}</text>'
    ]
    if is_signed:
        x = _LEFT + 40 + _NAME_CHARACTER * len(clean(f"a full bar: {words}"))
        parts.append(
            f'<rect x="{x}" y="55" width="8" height="12" fill="{NEGATIVE}"/>'
            f'<text x="{x + 14}" y="65" fill="#555">hanging: negative</text>'
        )
    return parts
