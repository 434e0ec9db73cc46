"""The chart widget: it owns the data, the view and the input; drawing is elsewhere.

Data may be added at any rate: the picture is drawn when the screen is refreshed, once
for all points added since. Moving the crosshair reuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable

from numpy.typing import ArrayLike
from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnntui.chart_characters import ORNAMENTS, Characters
from rnntui.tui.widgets.chart import navigation, palette
from rnntui.tui.widgets.chart.buckets import DEFAULT_CAPACITY
from rnntui.tui.widgets.chart.crosshair import with_crosshair
from rnntui.tui.widgets.chart.keys import BINDINGS
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.picture import FIRST_GUTTER, Picture, draw
from rnntui.tui.widgets.chart.series import ChartData, CrosshairValue, Marker, SeriesStyle, read

_KEY_ZOOM = 0.5
_WHEEL_ZOOM = 0.8
_PAN_SHARE = 0.25


@runtime_checkable
class HasChartCharacters(Protocol):
    """An app that chooses the characters of charts; others get Braille."""

    @property
    def chart_characters(self) -> Characters:
        """The characters to draw with."""


@dataclass
class _Drag:
    """A mouse press: where it began, the look at that time, and whether it moved."""

    column: int
    row: int
    look: Look
    picture: Picture
    moved: bool = False


class Chart(Widget, can_focus=True):
    """Curves over a shared x axis, live, with zoom, pan and a crosshair.

    The reactive `look` is its display settings; change it with `dataclasses.replace`, and
    watch it to save a user's choices. `crosshair_x` is where values are read, or None.
    """

    ALLOW_SELECT = False  # a drag moves the view
    BINDINGS = BINDINGS
    COMPONENT_CLASSES: ClassVar[set[str]] = palette.COMPONENT_CLASSES
    DEFAULT_CSS = palette.DEFAULT_CSS

    look: reactive[Look] = reactive(Look(), repaint=False)
    crosshair_x: reactive[float | None] = reactive(None, repaint=False)

    def __init__(
        self,
        look: Look | None = None,
        *,
        capacity: int = DEFAULT_CAPACITY,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Create an empty chart that keeps at most `capacity` points per series."""
        super().__init__(name=name, id=id, classes=classes)
        self.data = ChartData(capacity)
        """The data; change it through the chart's methods, which redraw."""
        self._picture: Picture | None = None
        self._strips: list[Strip] | None = None
        self._styles: Mapping[int, Style] | None = None
        self._gutter = FIRST_GUTTER
        self._pointer_column: int | None = None
        self._drag: _Drag | None = None
        if look is not None:
            self.set_reactive(Chart.look, look)

    def add_series(
        self, name: str, style: SeriesStyle = SeriesStyle.LINE, slot: int | None = None
    ) -> None:
        """Add an empty series, or change the style of the one with this name.

        `slot` determines its colour and sign, by default the lowest free one.
        """
        self.data.add_series(name, style, slot)
        self._redraw()

    def append(self, name: str, xs: ArrayLike, ys: ArrayLike) -> None:
        """Add points to a series, which is created as a line if it is new.

        An x smaller than the one before means that the run was rewound to there. Raises
        `ValueError` if `xs` and `ys` differ in length.
        """
        self.data.append(name, xs, ys)
        self._redraw()

    def rewind(self, name: str, x: float) -> None:
        """Forget a series' points beyond `x`, as when a run is rolled back."""
        if name in self.data.series:
            self.data.series[name].points.rewind(x)
            self._redraw()

    def remove_series(self, name: str) -> None:
        """Remove a series, if there is one of this name."""
        self.data.series.pop(name, None)
        self._redraw()

    def clear(self) -> None:
        """Remove everything and show the text for an empty chart."""
        self.data = ChartData(self.data.capacity)
        self.crosshair_x = self._pointer_column = None
        self.look = navigation.reset(self.look)
        self._redraw()

    def set_reference(self, name: str, value: float) -> None:
        """Draw a labelled dashed line at `value`, or move the one of this name."""
        self.data.set_reference(name, value)
        self._redraw()

    def remove_reference(self, name: str) -> None:
        """Remove a reference line, if there is one of this name."""
        self.data.references.pop(name, None)
        self._redraw()

    def set_marker(self, marker: Marker) -> None:
        """Show a marker; one of the same name is replaced."""
        self.data.set_marker(marker)
        self._redraw()

    def remove_marker(self, name: str) -> None:
        """Remove a marker, if there is one of this name."""
        self.data.markers.pop(name, None)
        self._redraw()

    def values_at(self, x: float) -> list[CrosshairValue]:
        """The values of every shown series at its point nearest to `x`."""
        shown = self.data.shown(self.look.hidden, self.look.pinned)
        return [read(series, x, self.look.smoothing) for series in shown]

    @property
    def picture(self) -> Picture:
        """The current picture, redrawn if anything changed."""
        size = (max(self.size.width, 1), max(self.size.height, 1))
        picture = self._picture
        if picture is None or (picture.cells.width, picture.cells.height) != size:
            picture = draw(self.data, self.look, *size, gutter=self._gutter)
            self._gutter = picture.layout.gutter or self._gutter
            self._picture, self._strips = picture, None
            self._keep_crosshair_under_pointer(picture)
        return picture

    def render_line(self, y: int) -> Strip:
        """One line of the chart; all are drawn at once and cached."""
        picture = self.picture
        if self._styles is None:
            self._styles = palette.styles_for(self)
            self._strips = None
        if self._strips is None:
            cells = picture.cells
            if self.crosshair_x is not None:
                cells = with_crosshair(picture, self.look, self.crosshair_x)
            self._strips = cells.translated(ORNAMENTS[self.look.characters]).strips(self._styles)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def notify_style_update(self) -> None:
        """Update the colours after a change of theme, focus or stylesheet."""
        super().notify_style_update()
        self._styles = None

    def on_mount(self) -> None:
        """Draw with the characters that the app chooses."""
        if isinstance(self.app, HasChartCharacters):
            self.look = replace(self.look, characters=self.app.chart_characters)

    def watch_look(self) -> None:
        """Redraw the chart."""
        self._redraw()

    def watch_crosshair_x(self, before: float | None, now: float | None) -> None:
        """Redraw the crosshair; the chart below it is reused."""
        self._strips = None
        self.refresh()
        if (before is None) != (now is None):
            self.refresh_bindings()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Enable hiding the crosshair only while there is one."""
        return action != "leave_crosshair" or self.crosshair_x is not None

    def action_move_crosshair(self, columns: int) -> None:
        """Move the crosshair by cell columns; it appears at the right edge."""
        plot = self.picture.plot
        if plot is None:
            return
        column = plot.width - 1
        if self.crosshair_x is not None and plot.x.holds(self.crosshair_x):
            column = plot.cell_column(self.crosshair_x) + columns
        self._put_crosshair(min(max(column, 0), plot.width - 1))

    def action_crosshair_to_start(self) -> None:
        """Read the values at the left edge."""
        self._put_crosshair(0)

    def action_crosshair_to_end(self) -> None:
        """Read the values at the right edge."""
        plot = self.picture.plot
        self._put_crosshair(plot.width - 1 if plot else 0)

    def action_leave_crosshair(self) -> None:
        """Hide the crosshair."""
        self.crosshair_x = self._pointer_column = None

    def action_zoom_in(self) -> None:
        """Show half as much."""
        around = navigation.anchor(self.picture, self.crosshair_x)
        self.look = navigation.zoom(self.look, self.picture, _KEY_ZOOM, around)

    def action_zoom_out(self) -> None:
        """Show twice as much."""
        around = navigation.anchor(self.picture, self.crosshair_x)
        self.look = navigation.zoom(self.look, self.picture, 1 / _KEY_ZOOM, around)

    def action_pan(self, direction: int) -> None:
        """Move a quarter of the window to the left (-1) or to the right (1)."""
        plot = self.picture.plot
        if plot is not None:
            by = direction * _PAN_SHARE * plot.width
            self.look = navigation.pan(self.look, self.picture, by)

    def action_reset_view(self) -> None:
        """Undo zooming and panning."""
        self.look = navigation.reset(self.look)

    def action_toggle_recent(self) -> None:
        """Show the last part of the run, or all of it."""
        self.look = navigation.toggle_recent(self.look)

    def action_toggle_scale(self) -> None:
        """Switch between the linear and the logarithmic scale."""
        self.look = navigation.toggle_scale(self.look)

    def action_cycle_smoothing(self) -> None:
        """Smooth more, or not at all after the heaviest weight."""
        self.look = navigation.next_smoothing(self.look)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the crosshair with the pointer, or the view with the button down."""
        column, row = self._cell_of(event)
        plot = self.picture.plot
        if plot is None:
            return
        if self._drag is not None:
            drag = self._drag
            if (column, row) != (drag.column, drag.row):
                drag.moved = True
            if drag.moved:
                by = (drag.column - column, drag.row - row)
                self.look = navigation.pan(drag.look, drag.picture, *by)
        elif 0 <= column < plot.width and 0 <= row < plot.height:
            self._put_crosshair(column)
            self._pointer_column = column
        elif self._pointer_column is not None:
            self.action_leave_crosshair()

    def on_leave(self) -> None:
        """Hide a crosshair that came with the pointer."""
        if self._pointer_column is not None and self._drag is None:
            self.action_leave_crosshair()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start a drag."""
        if event.button == 1 and self.picture.plot is not None:
            column, row = self._cell_of(event)
            self._drag = _Drag(column, row, self.look, self.picture)
            self.capture_mouse()

    def on_mouse_up(self) -> None:
        """End a drag; a press without one leaves the crosshair where it is."""
        drag, self._drag = self._drag, None
        if drag is None:
            return
        self.release_mouse()
        if not drag.moved:
            self._put_crosshair(drag.column)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in around the pointer."""
        self._zoom_at_pointer(event, _WHEEL_ZOOM)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out around the pointer."""
        self._zoom_at_pointer(event, 1 / _WHEEL_ZOOM)

    def _zoom_at_pointer(self, event: events.MouseEvent, factor: float) -> None:
        """Zoom along x, or with Ctrl or Shift held along y."""
        plot = self.picture.plot
        if plot is None:
            return
        event.stop()
        column, row = self._cell_of(event)
        if event.ctrl or event.shift:
            self.look = navigation.zoom_heights(self.look, self.picture, factor, row)
        else:
            around = navigation.centre_of(plot, min(max(column, 0), plot.width - 1))
            self.look = navigation.zoom(self.look, self.picture, factor, around)

    def _cell_of(self, event: events.MouseEvent) -> tuple[int, int]:
        """Column and row of the plot under the pointer, possibly outside it."""
        layout = self.picture.layout
        column = event.x - self.gutter.left - layout.gutter
        return column, event.y - self.gutter.top - layout.plot_top

    def _put_crosshair(self, column: int) -> None:
        """Read the values at a column of the plot, independent of the pointer."""
        plot = self.picture.plot
        if plot is not None and 0 <= column < plot.width:
            self._pointer_column = None
            self.crosshair_x = navigation.centre_of(plot, column)

    def _keep_crosshair_under_pointer(self, picture: Picture) -> None:
        """Keep the crosshair under the pointer when the curves move."""
        if self._pointer_column is not None and picture.plot is not None:
            column = min(self._pointer_column, picture.plot.width - 1)
            self.set_reactive(Chart.crosshair_x, navigation.centre_of(picture.plot, column))

    def _redraw(self) -> None:
        """Request a new picture; further requests before it is drawn cost nothing."""
        if self._picture is not None:
            self._picture = self._strips = None
            self.refresh()
