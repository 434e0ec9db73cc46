"""A widget of many small pieces of text, each in a style of the theme, drawn line by line.

A `Content` of as many spans takes several times as long to draw, and the pictures of a lens are
drawn anew with each key.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

Piece = tuple[str, str]
"""Text, and its style in the words of a theme, such as "$primary bold"; "" is plain."""


class StyledLines(Widget):
    """What its subclasses share; they say in `lines` what is drawn."""

    DEFAULT_CSS = """
    StyledLines { height: 1fr; width: 1fr; color: $foreground; }
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with nothing drawn."""
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._drawn_size: Size | None = None
        self._styles: dict[str, Style] = {}

    def lines(self) -> Iterable[Iterable[Piece]]:
        """The lines from the top, as they are now and fit into `size`."""
        raise NotImplementedError

    def draw_anew(self) -> None:
        """Draw other lines, with one refresh."""
        self._drawn_size = None
        self.refresh()

    @property
    def plain(self) -> str:
        """The text of all lines."""
        return "\n".join("".join(text for text, _ in line) for line in self.lines())

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        if self._drawn_size != self.size:
            self._strips = [self._strip(line) for line in self.lines()]
            self._drawn_size = self.size
        width = self.size.width
        if y >= len(self._strips):
            return Strip.blank(width, self._style(""))
        return self._strips[y].adjust_cell_length(width, self._style(""))

    def _strip(self, line: Iterable[Piece]) -> Strip:
        """A line, in which neighbours of one style are one segment."""
        return Strip(
            Segment("".join(text for text, _ in pieces), self._style(style))
            for style, pieces in groupby(line, itemgetter(1))
        )

    def _style(self, words: str) -> Style:
        """A style by its words, kept until the theme changes."""
        if (style := self._styles.get(words)) is None:
            parsed = VisualStyle.parse(words, self.app.theme_variables)
            style = self._styles[words] = (self.visual_style + parsed).rich_style
        return style

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()
        self._drawn_size = None
