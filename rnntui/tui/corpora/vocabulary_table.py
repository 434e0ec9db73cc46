"""The symbols of a text with their counts, most frequent first, drawn row by row.

Only the visible rows are created, so eleven thousand symbols cost as much as thirty.
"""

import unicodedata
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rnntui.text.cells import symbol_label
from rnntui.tui.widgets.candidates import bar

_SYMBOL_CELLS: Final = 7
_CODE_CELLS: Final = 10
_SHARE_CELLS: Final = 8
_BAR_CELLS: Final = 20
_NAME_CELLS: Final = 16
"""Least width for showing a character's name."""


# Unicode has no names for control characters.
_CONTROL_NAMES: Final = {"\n": "line feed", "\t": "tab", "\r": "carriage return", "\x1b": "escape"}


class VocabularyTable(ScrollView):
    """Each symbol with code point, count, share, a bar, and its name where there is room.

    Component classes: `vocabulary-table--head`, `--bar`, `--quiet` (code points and names).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "vocabulary-table--head",
        "vocabulary-table--bar",
        "vocabulary-table--quiet",
    }

    DEFAULT_CSS = """
    VocabularyTable {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;

        & > .vocabulary-table--head { color: $text-muted; text-style: bold; }
        & > .vocabulary-table--bar { color: $primary; }
        & > .vocabulary-table--quiet { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty table."""
        super().__init__(id=id)
        self._symbols: Sequence[str] = ()
        self._counts: Sequence[int] = ()
        self._total = 0

    def show(self, symbols: Sequence[str], counts: Sequence[int]) -> None:
        """Show symbols (single characters) with a count each, from the top."""
        self._symbols, self._counts, self._total = symbols, counts, sum(counts)
        self.virtual_size = Size(0, len(symbols) + 1 if symbols else 0)  # one for the head
        self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the header, which doesn't scroll, or the row of a symbol."""
        width, ground = self.scrollable_size.width, self.rich_style
        place = self.scroll_offset.y + y - 1
        if not self._symbols or place >= len(self._symbols):
            return Strip.blank(width, ground)
        return Strip(self._head() if y == 0 else self._row(place, width)).adjust_cell_length(
            width, ground
        )

    def _head(self) -> list[Segment]:
        texts = (
            "symbol".ljust(_SYMBOL_CELLS),
            "code".ljust(_CODE_CELLS),
            "count".rjust(self._count_cells),
            "share".rjust(_SHARE_CELLS),
        )
        style = self.get_component_rich_style("vocabulary-table--head")
        return [Segment("".join(texts), style)]

    def _row(self, place: int, width: int) -> list[Segment]:
        symbol, count = self._symbols[place], self._counts[place]
        quiet = self.get_component_rich_style("vocabulary-table--quiet")
        number = f"{count:,}".rjust(self._count_cells) + share(count, self._total)
        segments = [
            Segment(set_cell_size(symbol_label(symbol), _SYMBOL_CELLS), self.rich_style),
            Segment(f"U+{ord(symbol):04X}".ljust(_CODE_CELLS), quiet),
            Segment(number + " ", self.rich_style),
        ]
        room = width - _SYMBOL_CELLS - _CODE_CELLS - len(number) - 1
        bar_cells = max(min(room, _BAR_CELLS), 0)
        length = bar(count / self._counts[0], bar_cells)
        segments.append(Segment(length, self.get_component_rich_style("vocabulary-table--bar")))
        if room - bar_cells > _NAME_CELLS:
            segments.append(Segment(f" {name_of(symbol)}", quiet))
        return segments

    @property
    def _count_cells(self) -> int:
        return max(len(f"{self._counts[0]:,}"), len("count"))


def name_of(symbol: str) -> str:
    """The name of a character."""
    unnamed = _CONTROL_NAMES.get(symbol, "without a name")
    return unicodedata.name(symbol, unnamed).lower()


def share(count: int, total: int) -> str:
    """A share of a total in per cent; a small one is not rounded to zero."""
    per_cent = 100 * count / total
    text = f"{per_cent:.2f}%" if per_cent >= 0.01 else "<0.01%"
    return text.rjust(_SHARE_CELLS)
