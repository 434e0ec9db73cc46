"""Two panes side by side or one above the other, with a movable border."""

from collections.abc import MutableMapping
from typing import Final, Literal

from textual import events
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.horizontal import HorizontalLayout
from textual.layouts.vertical import VerticalLayout
from textual.reactive import reactive
from textual.widget import Widget

Direction = Literal["columns", "rows"]

Shares = MutableMapping[str, float]
"""Each pane's share of its row or column, between 0 and 1, by the pane's id."""

_LAYOUTS: Final[dict[Direction, type[Layout]]] = {
    "columns": HorizontalLayout,
    "rows": VerticalLayout,
}


class Split(Widget):
    """Divides its area between two panes.

    While `share` is None, or only one of the panes is displayed, the stylesheet
    determines the sizes. The border can be dragged from either side, and a double click
    on it resets the share.
    """

    DEFAULT_CSS = """
    Split { width: 1fr; height: 1fr; overflow: hidden hidden; }
    """

    share: reactive[float | None] = reactive(None, layout=True)
    """The first pane's share; None for the stylesheet's size."""

    def __init__(
        self,
        first: Widget,
        second: Widget,
        direction: Direction,
        least: tuple[int, int],
        shares: Shares,
        *,
        id: str | None = None,
    ) -> None:
        """Divide the area; `least` is the least size of each pane in cells.

        The share is read from `shares`, under the first pane's id, and kept there.
        """
        super().__init__(first, second, id=id)
        self._first, self._second = first, second
        self._direction: Direction = direction
        self._least, self._shares, self._key = least, shares, first.id or ""
        self._sizes = _LAYOUTS[direction]()
        self._layout = _Divided(self, self._sizes)
        self._grip: int | None = None
        """Offset of the pointer from the border while it is dragged, in cells."""
        self.set_reactive(Split.share, shares.get(self._key))

    @property
    def layout(self) -> Layout:
        """The stylesheet's layout with our position of the border."""
        return self._layout

    @property
    def is_divided(self) -> bool:
        """Whether both panes are displayed and have more than their least size together."""
        return self._first.display and self._second.display and self._extent >= sum(self._least)

    @property
    def _extent(self) -> int:
        """Cells to divide."""
        return self.size.width if self._direction == "columns" else self.size.height

    def watch_share(self) -> None:
        """Lay out the panes again, which Textual does only after a resize."""
        self._clear_arrangement_cache()

    def first_cells(self, extent: int) -> int | None:
        """Cells of the first pane out of `extent`; None for the stylesheet's."""
        least, least_of_second = self._least
        if self.share is None or extent < least + least_of_second:
            return None
        return min(max(round(self.share * extent), least), extent - least_of_second)

    def move(self, cells: int) -> bool:
        """Move the border, as far as possible; whether there is one."""
        if self.is_divided:
            self._give(self._asked_cells + cells)
        return self.is_divided

    def reset(self) -> None:
        """Reset to the stylesheet's sizes."""
        self.share = None
        self._shares.pop(self._key, None)

    @property
    def _asked_cells(self) -> int:
        """The last requested size of the first pane, laid out yet or not."""
        given = self.first_cells(self._extent)
        if given is not None:
            return given
        placed = self._sizes.arrange(self, list(self.displayed_children), self.size)
        first: Region = placed[0].region
        return first.width if self._direction == "columns" else first.height

    def _give(self, cells: int) -> None:
        """Give the first pane `cells` cells, or the nearest possible size."""
        extent = self._extent
        self.share = min(max(cells / extent, 0.0), 1.0)
        given = self.first_cells(extent)
        if given is not None:
            # The visible size is kept, so that moving back has an effect at once.
            self.share = self._shares[self._key] = given / extent

    @property
    def _start(self) -> int:
        return self.region.x if self._direction == "columns" else self.region.y

    @property
    def _border(self) -> int:
        """Screen position of the second pane."""
        first = self._first.region
        return first.right if self._direction == "columns" else first.bottom

    def _place(self, event: events.MouseEvent) -> int:
        return event.screen_x if self._direction == "columns" else event.screen_y

    def _is_at_border(self, event: events.MouseEvent) -> bool:
        at_border = self._place(event) in (self._border - 1, self._border)
        # A border may contain links.
        return self.is_divided and at_border and "@click" not in event.style.meta

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start dragging the border."""
        if event.button == 1 and self._is_at_border(event):
            event.stop()
            self._grip = self._place(event) - self._border
            self.capture_mouse()
            # Textual would select text under the pointer.
            self.screen._select_state = None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border with the pointer."""
        if self._grip is not None and self.is_divided:
            event.stop()
            self._give(self._place(event) - self._grip - self._start)

    def on_mouse_up(self) -> None:
        """Stop dragging the border."""
        if self._grip is not None:
            self._grip = None
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Reset the border at a double click."""
        if event.chain == 2 and self._is_at_border(event):
            event.stop()
            self.reset()


class _Divided(Layout):
    """Another layout, with the border at the position of a split."""

    name = "divided"

    def __init__(self, split: Split, sizes: Layout) -> None:
        self._split, self._sizes = split, sizes

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        placed = self._sizes.arrange(parent, children, size, greedy)
        columns = isinstance(self._sizes, HorizontalLayout)
        extent = size.width if columns else size.height
        cells = self._split.first_cells(extent)
        if cells is None or len(placed) != 2:
            return placed
        first, second = placed
        if columns:
            regions = (
                Region(0, first.region.y, cells, first.region.height),
                Region(cells, second.region.y, extent - cells, second.region.height),
            )
        else:
            regions = (
                Region(first.region.x, 0, first.region.width, cells),
                Region(second.region.x, cells, second.region.width, extent - cells),
            )
        return [
            placement._replace(region=region)
            for placement, region in zip(placed, regions, strict=True)
        ]
