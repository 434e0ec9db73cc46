"""A widget of many small pieces of text, each in a style of the theme, drawn line by line.

A `Content` of as many spans takes several times as long to draw, and the pictures of a lens are
drawn anew with each key.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.events import MouseMove
from textual.geometry import Size
from textual.message import Message
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

    class Pointed(Message):
        """The mouse points at other things than before."""

        def __init__(self, lines: "StyledLines", row: int | None, place: int | None) -> None:
            """Tell at which row and which place, as the widget counts them; None is nowhere."""
            super().__init__()
            self.lines, self.row, self.place = lines, row, place

        @property
        def control(self) -> "StyledLines":
            """The widget."""
            return self.lines

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with nothing drawn."""
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._drawn_size: Size | None = None
        self._styles: dict[str, Style] = {}
        self._pointed: tuple[int | None, int | None] = (None, None)

    def lines(self) -> Iterable[Iterable[Piece]]:
        """The lines from the top, as they are now and fit into `size`."""
        raise NotImplementedError

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:  # noqa: ARG002
        """The row and the place that are drawn in a cell; None where there is none."""
        return None, None

    def on_mouse_move(self, event: MouseMove) -> None:
        """Tell what the mouse points at, where that is something else."""
        self._point(self.pointed_at(event.x, event.y))

    def on_leave(self) -> None:
        """The mouse points elsewhere."""
        self._point((None, None))

    def _point(self, pointed: tuple[int | None, int | None]) -> None:
        if pointed != self._pointed:
            self._pointed = pointed
            self.post_message(self.Pointed(self, *pointed))

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
