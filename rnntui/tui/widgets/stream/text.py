"""The streaming text: a scrolling view of characters coloured by their probability.

Draws the visible lines of a `StreamBuffer`, and owns scrolling, following and selection.
It knows nothing of networks: characters come in by `append`, and the caller decides how
often.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from rnntui.text.cells import WIDEST
from rnntui.tui.widgets.stream.buffer import KEPT_CHARACTERS, StreamBuffer
from rnntui.tui.widgets.stream.probability_levels import level_of, plain_level_of
from rnntui.tui.widgets.stream.selection import character_offset, line_end_offset, selected_range
from rnntui.tui.widgets.stream.spans import looks_of, spans
from rnntui.tui.widgets.stream.styles import COMPONENT_CLASSES, PLACEHOLDER, legend_of, style_of

_NO_SELECTION = (0, 0)


class StreamText(ScrollView):
    """An endless text that follows its end, for reading, selecting and copying.

    Component classes:

    | class | means |
    |---|---|
    | `stream-text--p0` … `--p4` | a level of `probability_levels`, `--p0` the most surprising |
    | `stream-text--prime` | no probability: a prime, a notice |
    | `stream-text--plain` | any probability, while `coloured` is off |
    | `stream-text--underlined` | a range given to `set_underlined`; only its text style counts |
    | `stream-text--chosen` | a range given to `set_chosen`; only its text style counts |
    | `stream-text--stand-in` | not a picture of itself; background and text style count |
    | `stream-text--placeholder` | the sentence that stands where no text is |
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENT_CLASSES)

    # The scrollbar always takes its room: if it came and went, the width would change
    # and the whole text would have to be rewrapped.
    DEFAULT_CSS = """
    StreamText {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;

        & > .stream-text--p0 { color: $text-error; text-style: bold italic; }
        & > .stream-text--p1 { color: $text-warning; text-style: bold; }
        & > .stream-text--p2 { color: $text-success; }
        & > .stream-text--p3 { color: $foreground; }
        & > .stream-text--p4 { color: $foreground 75%; }
        & > .stream-text--plain { color: $foreground; }
        & > .stream-text--prime { color: $text-primary; background: $primary-muted; }
        & > .stream-text--underlined { text-style: underline; }
        & > .stream-text--chosen { text-style: bold reverse; }
        & > .stream-text--stand-in { background: $foreground 15%; }
        & > .stream-text--placeholder { color: $text-muted; text-style: italic; }

        &:nocolor > .stream-text--p2 { text-style: italic; }
        &:nocolor > .stream-text--prime { text-style: reverse; }

        /* The terminal's own colours have no shades to tell these by. */
        &:ansi > .stream-text--p4 { text-style: dim; }
        &:ansi > .stream-text--prime { background: $surface; text-style: reverse; }
        &:ansi > .stream-text--stand-in { text-style: reverse; }
    }
    """

    follow: reactive[bool] = reactive(True, repaint=False)
    """Whether the end is kept in view. Scrolling up or selecting ends it; scrolling
    back to the end or clearing the selection resumes it."""

    coloured: reactive[bool] = reactive(True)
    """Whether probabilities are shown; otherwise sampled text has one plain look."""

    underlining: reactive[bool] = reactive(True)
    """Whether underlined ranges are shown."""

    def __init__(
        self,
        *,
        limit: int = KEPT_CHARACTERS,
        placeholder: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Create an empty stream that keeps at most `limit` characters.

        `placeholder` is shown in the first row while there is no text.
        """
        super().__init__(name=name, id=id, classes=classes)
        self._placeholder = placeholder
        # The real width comes with the first resize.
        self._buffer = StreamBuffer(width=80, limit=limit)
        self._strips: LRUCache[int, Strip] = LRUCache(1024)  # by line number, unselected
        self._styles_of_looks: dict[int, Style] = {}
        self._ground = Style()  # the ground that both were made for
        self.has_chosen = False
        """Whether a character was chosen by hand since `clear`."""
        # While text is selected the view doesn't move; this is `follow` for afterwards.
        self._follow_after_selection: bool | None = None

    @property
    def first(self) -> int:
        """Absolute index of the oldest character kept."""
        return self._buffer.first

    @property
    def end(self) -> int:
        """Absolute index of the next character: the number of characters since `clear`."""
        return self._buffer.end

    @property
    def text(self) -> str:
        """All kept characters, exactly as appended."""
        return self._buffer.text(self.first, self.end)

    def append(self, text: str, probabilities: Sequence[float | None]) -> None:
        """Append characters; the cost doesn't depend on the length of the text.

        There is a probability for each, 0 to 1, or None for a prime or a notice. Raises
        `ValueError` if the lengths differ.
        """
        first_line = self._buffer.first_line
        changed = self._buffer.append(text, probabilities)
        self._strips.discard(changed)
        self._renumber_rows(self._buffer.first_line - first_line)
        self._measure_text()
        if self.follow and self.scroll_y != self.max_scroll_y:
            self._scroll_to_end()
        self._refresh_from(changed)

    def mark_prime(self, start: int, stop: int) -> None:
        """Show characters, by absolute index, as a prime, without probabilities."""
        self._buffer.set_prime(start, stop)
        self._strips.clear()
        self.refresh()

    def set_underlined(self, start: int, stop: int) -> None:
        """Underline characters, by absolute index: memorised text."""
        self._buffer.set_underlined(start, stop)
        self._redraw(start, stop)

    def set_chosen(self, start: int, stop: int) -> None:
        """Mark characters, by absolute index, as chosen by hand."""
        self._buffer.set_chosen(start, stop)
        self.has_chosen = True
        self._redraw(start, stop)

    def _redraw(self, start: int, stop: int) -> None:
        first = self._buffer.line_of(start)
        for number in range(first, self._buffer.line_of(stop) + 1):
            self._strips.discard(number)
        self._refresh_from(first)

    def clear(self) -> None:
        """Clear the text; absolute indices count from zero again."""
        if self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()
        self._follow_after_selection = None
        self.has_chosen = False
        self._buffer.clear()
        self._measure_text()
        self._strips.clear()
        self.refresh()
        self.follow = True
        # If the end was followed already, nothing else would reset the scroll position.
        self._scroll_to_end()

    def legend(self) -> Content:
        """The legend of the looks in one line, in the colours of the current theme."""
        return legend_of(self, self.underlining, self.has_chosen)

    def on_resize(self, _event: Resize) -> None:
        """Rewrap the text if the width changed, keeping the position."""
        self._fit()

    @property
    def _width(self) -> int:
        """Width of a line in cells."""
        return max(self.scrollable_size.width, WIDEST)

    def _fit(self) -> None:
        top = self._buffer.line(self._top_line).start
        if self._width != self._buffer.width:
            self._buffer.rewrap(self._width)
        self._measure_text()
        if self.follow:
            self._scroll_to_end()
        else:
            self._scroll_to_row(self._buffer.line_of(top) - self._buffer.first_line)
        self._strips.clear()
        self.refresh()

    @property
    def _top_line(self) -> int:
        """Number of the line at the top of the view."""
        number = self._buffer.first_line + self.scroll_offset.y
        return min(number, self._buffer.end_line - 1)

    def _measure_text(self) -> None:
        """Set the scrollbar's number of lines.

        Not by setting `virtual_size`, which lays out the whole screen again: the size of
        this widget never depends on its text.
        """
        height = self._buffer.end_line - self._buffer.first_line
        size = Size(self.scrollable_size.width, height)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            if self.is_attached:
                self.vertical_scrollbar.window_virtual_size = height

    def _renumber_rows(self, dropped: int) -> None:
        """Renumber the rows after the oldest lines were dropped: the others stay in place.

        Not by scrolling, which would redraw the same rows.
        """
        if not dropped:
            return
        row = self.scroll_y - dropped
        self.set_reactive(Widget.scroll_y, max(row, 0.0))
        self.set_reactive(Widget.scroll_target_y, max(self.scroll_target_y - dropped, 0.0))
        if self.is_attached:
            self.vertical_scrollbar.position = self.scroll_y
        if row < 0:
            self.refresh()

    def _scroll_to_end(self) -> None:
        """Scroll the last line to the bottom of the view, at once, once the view has a size."""
        if self.is_attached:
            self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)

    def _scroll_to_row(self, row: int) -> None:
        """Scroll a row of the kept text to the top of the view, at once."""
        self.scroll_to(y=row, animate=False, force=True)

    def watch_scroll_target_y(self, _old: float, target: float) -> None:
        """Follow once a scroll reaches the end, until one leaves it."""
        at_end = target >= self.max_scroll_y
        if self._follow_after_selection is None:
            self.follow = at_end
        else:
            self._follow_after_selection = at_end

    def watch_follow(self, follow: bool) -> None:
        """Scroll to the end when following begins."""
        if follow:
            self._scroll_to_end()

    def watch_coloured(self) -> None:
        """Redraw everything."""
        self._forget_drawings()

    def watch_underlining(self) -> None:
        """Redraw everything."""
        self._forget_drawings()

    def notify_style_update(self) -> None:
        """Redraw everything: a theme or a class may have changed the colours."""
        super().notify_style_update()
        self._forget_drawings()

    def selection_updated(self, selection: Selection | None) -> None:
        """Stop moving the view while text is selected, and show the selection."""
        if selection is not None and self._follow_after_selection is None:
            self._follow_after_selection, self.follow = self.follow, False
        elif selection is None and self._follow_after_selection is not None:
            self.follow, self._follow_after_selection = self._follow_after_selection, None
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected characters as appended, and what to put after them.

        Lines are those of the text, not of the screen. Lone surrogates, which no clipboard
        accepts, are replaced.
        """
        text = self._buffer.text(*selected_range(selection, self._buffer, self._top_line))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "\n"

    def _forget_drawings(self) -> None:
        """Clear the caches of lines and styles."""
        self._styles_of_looks.clear()
        self._strips.clear()

    def _refresh_from(self, number: int) -> None:
        """Refresh the visible part of the lines from `number` on."""
        width, height = self.scrollable_size
        top = max(number - self._buffer.first_line - self.scroll_offset.y, 0)
        if top < height:
            self.refresh(Region(0, top, width, height - top))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some rows of the view, from scratch where the background changed."""
        if self._width != self._buffer.width:
            # A pane that is shown and widened at once receives only its first size.
            self.call_later(self._fit)
        ground = self.rich_style
        if ground != self._ground:
            self._ground = ground
            self._forget_drawings()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row of the view."""
        number = self._buffer.first_line + self.scroll_offset.y + y
        if not self.end and not y:
            style = self.get_component_rich_style(PLACEHOLDER)
            return self._finish_row([Segment(self._placeholder, style)], self._buffer.end_line - 1)
        if number >= self._buffer.end_line:
            return self._finish_row([], self._buffer.end_line - 1)
        selected = _NO_SELECTION
        if (selection := self.text_selection) is not None:
            selected = selected_range(selection, self._buffer, self._top_line)
        start, stop = self._buffer.line(number)
        if selected[0] < stop and start < selected[1]:
            return self._draw_line(number, selected)
        strip = self._strips.get(number)
        if strip is None:
            strip = self._strips[number] = self._draw_line(number, _NO_SELECTION)
        return strip

    def _draw_line(self, number: int, selected: tuple[int, int]) -> Strip:
        """Draw a line, `selected` being absolute indices (start, stop) of characters."""
        start, stop = self._buffer.line(number)
        line = self._buffer.text(start, stop).removesuffix("\n")
        looks = self._looks(start, start + len(line), selected)
        segments: list[Segment] = []
        for span in spans(line, looks, self.scrollable_size.width):
            offset = Style.from_meta({"offset": character_offset(start + span.start)})
            segments.append(Segment(span.text, self._style_of(span.look) + offset))
        return self._finish_row(segments, number)

    def _finish_row(self, segments: list[Segment], number: int) -> Strip:
        """Fill a row; for the mouse the filling is the end of line `number`."""
        width = self.scrollable_size.width
        missing = width - sum(segment.cell_length for segment in segments)
        if missing:
            end_offset = Style.from_meta({"offset": line_end_offset(self._buffer, number)})
            segments.append(Segment(" " * missing, self._ground + end_offset))
        return Strip(segments, width)

    def _looks(self, start: int, stop: int, selected: tuple[int, int]) -> Sequence[int]:
        """The look of each character of a range, `selected` as for a line."""
        level = level_of if self.coloured else plain_level_of
        levels = map(level, self._buffer.probabilities(start, stop))
        underlined = self._buffer.underlined(start, stop) if self.underlining else ()
        chosen = self._buffer.chosen(start, stop) if self.has_chosen else ()
        return looks_of(levels, underlined, range(selected[0] - start, selected[1] - start), chosen)

    def _style_of(self, look: int) -> Style:
        """The style of a look, cached."""
        style = self._styles_of_looks.get(look)
        if style is None:
            style = self._styles_of_looks[look] = style_of(look, self)
        return style
