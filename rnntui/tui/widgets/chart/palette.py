"""The style of each ink from the theme's colours.

The chart's component classes name theme variables. A series' colour is adjusted twice:
`tint` in its rule mixes in a second theme colour, which gives eight colours from a
theme's few, and a colour too faint on the background moves towards the text colour until
it is legible.
"""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color
from textual.css.styles import RenderStyles
from textual.dom import DOMNode

from rnntui.tui.widgets.chart.inks import COLOURS, Ink, line_ink, raw_ink, readout_ink

SLOT_CLASSES = [f"chart--series-{slot}" for slot in range(COLOURS)]
INK_CLASSES = {
    Ink.PLAIN: "chart--text",
    Ink.TITLE: "chart--title",
    Ink.NOTE: "chart--note",
    Ink.AXIS: "chart--axis",
    Ink.TICK_LABEL: "chart--tick-label",
    Ink.GRID: "chart--grid",
    Ink.REFERENCE: "chart--reference",
    Ink.REFERENCE_LABEL: "chart--reference-label",
    Ink.MARKER: "chart--marker",
    Ink.EMPTY: "chart--empty",
    Ink.CROSSHAIR: "chart--crosshair",
    Ink.CROSSHAIR_TAG: "chart--crosshair-tag",
    Ink.READOUT: "chart--readout",
    Ink.READOUT_TITLE: "chart--readout-title",
    Ink.READOUT_NOTE: "chart--readout-note",
}
RAW_CLASS = "chart--raw"
COMPONENT_CLASSES = {*SLOT_CLASSES, *INK_CLASSES.values(), RAW_CLASS}

DEFAULT_CSS = """
Chart {
    width: 1fr;
    height: 1fr;
    color: $foreground;

    & > .chart--text { color: $foreground; }
    & > .chart--title { color: $foreground 65%; }
    & > .chart--note { color: $foreground 55%; }
    & > .chart--axis { color: $foreground 30%; }
    & > .chart--tick-label { color: $foreground 65%; }
    & > .chart--grid { color: $foreground 18%; }
    & > .chart--reference { color: $foreground 50%; }
    & > .chart--reference-label { color: $foreground 65%; }
    & > .chart--marker { color: $foreground; text-style: bold; }
    & > .chart--empty { color: $foreground 65%; text-style: italic; }
    & > .chart--crosshair { color: $foreground 45%; }
    & > .chart--crosshair-tag { color: $background; background: $foreground; }
    & > .chart--readout { color: $foreground; background: $panel; }
    & > .chart--readout-title { color: $foreground; background: $panel; text-style: bold; }
    & > .chart--readout-note { color: $foreground 65%; background: $panel; }
    & > .chart--raw { text-opacity: 50%; }
    & > .chart--series-0 { color: $primary; }
    & > .chart--series-1 { color: $warning; }
    & > .chart--series-2 { color: $success; }
    & > .chart--series-3 { color: $error; }
    & > .chart--series-4 { color: $primary; tint: $error 50%; }
    & > .chart--series-5 { color: $primary; tint: $success 55%; }
    & > .chart--series-6 { color: $warning; tint: $success 50%; }
    & > .chart--series-7 { color: $foreground; }

    &:focus > .chart--axis { color: $primary; }
}
"""

_LEAST_CONTRAST = 4.0
_STEP = 0.05


def styles_for(node: DOMNode) -> Mapping[int, Style]:
    """The style of every ink under `node`'s current stylesheet and theme."""
    _, background = node.background_colors
    text = node.get_component_styles(INK_CLASSES[Ink.PLAIN]).color
    styles: dict[int, Style] = {}
    for ink, name in INK_CLASSES.items():
        component = node.get_component_styles(name)
        styles[ink] = _component_style(component, background)
    readout = node.get_component_styles(INK_CLASSES[Ink.READOUT])
    box = background + readout.background
    faintness = node.get_component_styles(RAW_CLASS).text_opacity
    for slot, name in enumerate(SLOT_CLASSES):
        component = node.get_component_styles(name)
        colour = component.color.tint(component.tint)
        line = legible(colour, background, text)
        in_box = legible(colour, box, text)
        styles[line_ink(slot)] = _style(line, background)
        styles[raw_ink(slot)] = _faint(line, background, faintness)
        styles[readout_ink(slot)] = _style(in_box, box) + Style(bold=True)
    return styles


def legible(colour: Color, background: Color, text: Color) -> Color:
    """`colour`, moved towards `text` until it contrasts with `background`.

    Terminal (ANSI) colours are left unchanged, as their appearance is unknown.
    """
    if colour.ansi is not None or background.ansi is not None or text.ansi is not None:
        return colour
    share = 0.0
    while share < 1 and contrast(colour.blend(text, share), background) < _LEAST_CONTRAST:
        share += _STEP
    return colour.blend(text, share)


def contrast(first: Color, second: Color) -> float:
    """Contrast ratio of two opaque colours, 1 to 21, as WCAG 2 defines it."""
    lights = sorted((_luminance(first), _luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: Color) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _style(colour: Color, background: Color) -> Style:
    return Style(color=colour.rich_color, bgcolor=background.rich_color)


def _component_style(component: RenderStyles, background: Color) -> Style:
    """Style of a component class, with transparent colours blended onto `background`."""
    background = background + component.background
    colour = component.color
    if component.auto_color:
        colour = background.get_contrast_text(colour.a)
    return _style(background + colour, background) + component.text_style


def _faint(colour: Color, background: Color, opacity: float) -> Style:
    """`colour` blended with the background; terminal colours are dimmed instead."""
    if colour.ansi is not None or background.ansi is not None:
        return _style(colour, background) + Style(dim=True)
    return _style(background.blend(colour, opacity), background)
