"""The looks of a stream as styles, combined from component classes, and their legend."""

from typing import Final

from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.widget import Widget

from rnntui.tui.widgets.stream.probability_levels import PRIME, range_of
from rnntui.tui.widgets.stream.spans import LEVEL_BITS, LookFlag

# In the order of the levels: probabilities, then PRIME, then PLAIN.
_COMPONENT_OF_LEVEL: Final = (
    *(f"stream-text--p{level}" for level in range(PRIME)),
    "stream-text--prime",
    "stream-text--plain",
)
_UNDERLINED: Final = "stream-text--underlined"
_STAND_IN: Final = "stream-text--stand-in"
_CHOSEN: Final = "stream-text--chosen"

PLACEHOLDER: Final = "stream-text--placeholder"

COMPONENT_CLASSES: Final = frozenset(
    {*_COMPONENT_OF_LEVEL, _UNDERLINED, _STAND_IN, _CHOSEN, PLACEHOLDER}
)


def style_of(look: int, stream: Widget) -> Style:
    """Combine the style of a look from the component classes of a stream."""
    style = stream.get_component_rich_style(_COMPONENT_OF_LEVEL[look & LEVEL_BITS])
    if look & LookFlag.STAND_IN:
        style += Style(bgcolor=stream.get_component_rich_style(_STAND_IN).bgcolor)
        style += stream.get_component_styles(_STAND_IN).text_style
    if look & LookFlag.UNDERLINED:
        style += stream.get_component_styles(_UNDERLINED).text_style
    if look & LookFlag.CHOSEN:
        style += stream.get_component_styles(_CHOSEN).text_style
    if look & LookFlag.SELECTED:
        style += stream.screen.get_component_rich_style("screen--selection")
    return style


def legend_of(stream: Widget, underlining: bool, choosing: bool) -> Content:
    """The legend of the current looks in one line, in their current colours."""
    samples = [
        *((range_of(level), _COMPONENT_OF_LEVEL[level]) for level in reversed(range(PRIME))),
        ("prime", _COMPONENT_OF_LEVEL[PRIME]),
    ]
    if choosing:
        samples.append(("chosen", _CHOSEN))
    if underlining:
        samples.append(("memorised", _UNDERLINED))
    return Content(" ").join([_sample(word, component, stream) for word, component in samples])


def _sample(word: str, component: str, stream: Widget) -> Content:
    """A word in the style of a component class, without the stream's background."""
    style = stream.get_component_rich_style(component, partial=True)
    style += Style(color=stream.get_component_rich_style(component).color)
    return Content.from_rich_text(Text(word, style))
