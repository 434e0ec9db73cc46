"""Keeps text readable in every theme: colours with too little contrast are adjusted.

It is independent of themes: each piece of text is checked as it is drawn, against its
background. Lines, bars and curves are left unchanged.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Generic

from rich.color import Color as RichColor
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App, ReturnType
from textual.color import Color
from textual.filter import LineFilter

LEAST: Final = 4.5
"""Least contrast of text with its background, required by WCAG 2."""

LEAST_MUTED: Final = 3.0
"""The same for text dimmed on purpose: disabled actions, unselected choices."""

MUTED: Final = "muted"
"""Key in the `meta` of the style of dim text."""

_DIM: Final = 0.5
"""Textual's opacity of dim text."""

_STEPS: Final = 20
_TEXT: Final = re.compile("[^\\s─-▟⠀-⣿]")
_BLACK, _WHITE = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)


@lru_cache(maxsize=4096)
def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: ColorTriplet) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _blended(one: ColorTriplet, other: ColorTriplet, part: float) -> ColorTriplet:
    """`one` blended with `part` of `other`."""
    return ColorTriplet(*(round(a + (b - a) * part) for a, b in zip(one, other, strict=True)))


def _lifted(over: ColorTriplet, below: ColorTriplet, least: float) -> ColorTriplet:
    """The colour nearest to `over`, towards black or white, with enough contrast."""
    towards = max(_BLACK, _WHITE, key=lambda end: contrast(end, below))
    steps = (_blended(over, towards, step / _STEPS) for step in range(1, _STEPS + 1))
    return next((color for color in steps if contrast(color, below) >= least), towards)


@lru_cache(maxsize=4096)
def readable(style: Style, background: RichColor, palette: TerminalTheme, in_ansi: bool) -> Style:
    """`style`, readable on its own background or else on `background`.

    `palette` has the assumed RGB values of the terminal's colours; with `in_ansi` only
    those are returned.
    """
    over, below = style.color, style.bgcolor
    if style.reverse:
        over, below = below or background, over
    written = (over or RichColor.default()).get_truecolor(palette, foreground=True)
    if below is None or (below.is_default and not in_ansi):
        below = background
    ground = below.get_truecolor(palette, foreground=bool(style.reverse) and style.color is below)
    least = LEAST
    if style.dim:
        least, written = LEAST_MUTED, _blended(ground, written, _DIM)
        style += Style.from_meta({MUTED: True})
    if contrast(written, ground) >= least:
        return style
    if in_ansi:
        lifted = _ansi(ground, below, palette)
    else:
        lifted = RichColor.from_triplet(_lifted(written, ground, least))
    changed = Style(bgcolor=lifted) if style.reverse else Style(color=lifted)
    return style + changed + Style(dim=False)


def _ansi(ground: ColorTriplet, below: RichColor, palette: TerminalTheme) -> RichColor:
    """The terminal's text colour on its own background; black or white on others."""
    if below.is_default:
        return RichColor.default()
    ends = (RichColor.from_ansi(0), RichColor.from_ansi(15))
    return max(ends, key=lambda end: contrast(end.get_truecolor(palette), ground))


class ReadableText(LineFilter):
    """Adjusts text with too little contrast."""

    def __init__(self, palette: Callable[[], TerminalTheme], in_ansi: Callable[[], bool]) -> None:
        """Assume `palette` for the terminal's colours; `in_ansi` tells if only they are used."""
        super().__init__()
        self._palette, self._in_ansi = palette, in_ansi

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Adjust the text among `segments`."""
        palette, in_ansi, base = self._palette(), self._in_ansi(), background.rich_color
        return [
            Segment(text, readable(style, base, palette, in_ansi), control)
            if style is not None and _TEXT.search(text)
            else segment
            for segment in segments
            for text, style, control in (segment,)
        ]


class ReadableApp(App[ReturnType], Generic[ReturnType]):
    """An app whose texts can be read in every theme."""

    def __init__(self) -> None:
        """Start in the default theme."""
        self._readable = ReadableText(lambda: self.ansi_theme, lambda: self.native_ansi_color)
        super().__init__()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Ours before the others, which remove dim styles."""
        return [self._readable, *super().get_line_filters()]
