"""Two panes side by side or one above the other, with a border between them that can be moved."""

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
"""What part of its row or column, between 0 and 1, each pane was given, by the pane's id."""

_LAYOUTS: Final[dict[Direction, type[Layout]]] = {
    "columns": HorizontalLayout,
    "rows": VerticalLayout,
}


class Split(Widget):
    """Shares its room between two panes.

    While `share` is None, and while only one of the panes is displayed, sizes are
    those of the stylesheet. The border can be dragged from either side of it, and
    a double click on it forgets the share.
    """

    DEFAULT_CSS = """
    Split { width: 1fr; height: 1fr; overflow: hidden hidden; }
    """

    share: reactive[float | None] = reactive(None, layout=True)
    """The part of the room that the first pane was given; None for the stylesheet's."""

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
        """Divide the room; `least` is the fewest cells that each pane gets.

        The share is taken from `shares`, under the first pane's id, and kept there.
        """
        super().__init__(first, second, id=id)
        self._first, self._second = first, second
        self._direction: Direction = direction
        self._least, self._shares, self._key = least, shares, first.id or ""
        self._sizes = _LAYOUTS[direction]()
        self._layout = _Divided(self, self._sizes)
        self._grip: int | None = None
        """Where the pointer holds the border, in cells from it, while it is dragged."""
        self.set_reactive(Split.share, shares.get(self._key))

    @property
    def layout(self) -> Layout:
        """The stylesheet's layout, but for the place of the border."""
        return self._layout

    @property
    def is_divided(self) -> bool:
        """Whether both panes are displayed, and have more than the least room together."""
        return self._first.display and self._second.display and self._extent >= sum(self._least)

    @property
    def _extent(self) -> int:
        """Cells that are shared."""
        return self.size.width if self._direction == "columns" else self.size.height

    def watch_share(self) -> None:
        """Have the panes placed anew, which Textual would do only for another size."""
        self._clear_arrangement_cache()

    def first_cells(self, extent: int) -> int | None:
        """Cells of the first pane where there are so many for both; None for the stylesheet's."""
        least, least_of_second = self._least
        if self.share is None or extent < least + least_of_second:
            return None
        return min(max(round(self.share * extent), least), extent - least_of_second)

    def move(self, cells: int) -> bool:
        """Move the border, as far as it can be; whether there is one."""
        if self.is_divided:
            self._give(self._asked_cells + cells)
        return self.is_divided

    def reset(self) -> None:
        """Go back to the stylesheet's sizes."""
        self.share = None
        self._shares.pop(self._key, None)

    @property
    def _asked_cells(self) -> int:
        """Cells that the first pane was given last, laid out yet or not."""
        given = self.first_cells(self._extent)
        if given is not None:
            return given
        placed = self._sizes.arrange(self, list(self.displayed_children), self.size)
        first: Region = placed[0].region
        return first.width if self._direction == "columns" else first.height

    def _give(self, cells: int) -> None:
        """Give so many cells to the first pane, or what comes nearest."""
        extent = self._extent
        self.share = min(max(cells / extent, 0.0), 1.0)
        given = self.first_cells(extent)
        if given is not None:
            # What is kept is what is seen, so that the way back begins at once.
            self.share = self._shares[self._key] = given / extent

    @property
    def _start(self) -> int:
        return self.region.x if self._direction == "columns" else self.region.y

    @property
    def _border(self) -> int:
        """Where on the screen the second pane begins."""
        first = self._first.region
        return first.right if self._direction == "columns" else first.bottom

    def _place(self, event: events.MouseEvent) -> int:
        return event.screen_x if self._direction == "columns" else event.screen_y

    def _is_at_border(self, event: events.MouseEvent) -> bool:
        at_border = self._place(event) in (self._border - 1, self._border)
        # A border may hold places to click.
        return self.is_divided and at_border and "@click" not in event.style.meta

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the border."""
        if event.button == 1 and self._is_at_border(event):
            event.stop()
            self._grip = self._place(event) - self._border
            self.capture_mouse()
            # Textual would select the text that is passed over.
            self.screen._select_state = None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border with the pointer."""
        if self._grip is not None and self.is_divided:
            event.stop()
            self._give(self._place(event) - self._grip - self._start)

    def on_mouse_up(self) -> None:
        """Let go of the border."""
        if self._grip is not None:
            self._grip = None
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Put the border back where it was, at a double click."""
        if event.chain == 2 and self._is_at_border(event):
            event.stop()
            self.reset()


class _Divided(Layout):
    """Another layout, with the border between two widgets where a split wants it."""

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
