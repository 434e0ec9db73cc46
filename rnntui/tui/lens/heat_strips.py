"""Rows of numbers as strips, a bar for each number: one unit over time, or all units at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.cells import set_cell_size
from textual.events import Click
from textual.message import Message

from rnntui.tui.lens.bars import bar
from rnntui.tui.lens.styled_lines import Piece, StyledLines

_LABEL_CELLS: Final = 12


@dataclass(frozen=True, eq=False)
class HeatRow:
    """A strip: its label, and its numbers, of which those of size 1 or more fill a cell."""

    label: str
    numbers: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Heat:
    """What is shown: rows of equal length under a head of as many names, one of them chosen."""

    heads: Sequence[str] = ()
    rows: Sequence[HeatRow] = ()
    row: int = 0
    column: int = 0
    cells: int = field(default=1)
    """How wide a column is."""


class HeatStrips(StyledLines):
    """Strips under each other, with a head line; a click chooses a place."""

    class Chosen(Message):
        """A place was clicked: a row, and a column of the numbers."""

        def __init__(self, strips: "HeatStrips", row: int, column: int) -> None:
            """Tell where."""
            super().__init__()
            self.strips, self.row, self.column = strips, row, column

    def __init__(self, *, id: str | None = None) -> None:
        """Make strips of nothing."""
        super().__init__(id=id)
        self.heat = Heat()

    def show(self, heat: Heat) -> None:
        """Show these strips."""
        self.heat = heat
        self.draw_anew()

    def lines(self) -> Iterator[Iterator[Piece]]:
        """The head and the rows around the chosen place, as many as fit."""
        top = self._top
        yield self._head()
        for number in range(top, min(top + max(self.size.height - 1, 0), len(self.heat.rows))):
            yield self._line(number)

    def _head(self) -> Iterator[Piece]:
        heat = self.heat
        yield " " * _LABEL_CELLS, ""
        for column in range(*self._columns):
            style = "$primary bold reverse" if column == heat.column else "$text-muted"
            yield set_cell_size(heat.heads[column], heat.cells), style

    @property
    def _columns(self) -> tuple[int, int]:
        """The columns in view, the chosen one among them."""
        heat = self.heat
        room = max((self.size.width - _LABEL_CELLS) // heat.cells, 1)
        start = min(max(heat.column - room // 2, 0), max(len(heat.heads) - room, 0))
        return start, min(start + room, len(heat.heads))

    @property
    def _top(self) -> int:
        """The first row in view."""
        room = max(self.size.height - 1, 1)
        return min(max(self.heat.row - room // 2, 0), max(len(self.heat.rows) - room, 0))

    def _line(self, number: int) -> Iterator[Piece]:
        heat, row = self.heat, self.heat.rows[number]
        chosen = number == heat.row
        label = set_cell_size(f"{'▸' if chosen else ' '}{row.label}", _LABEL_CELLS)
        yield label, "$primary bold" if chosen else "$text-muted"
        numbers = row.numbers.tolist()
        for column in range(*self._columns):
            drawn, style = bar(numbers[column], chosen and column == heat.column)
            yield drawn * heat.cells, style

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:
        """The row and the column of numbers that are drawn in a cell."""
        start, stop = self._columns
        column = start + (x - _LABEL_CELLS) // self.heat.cells
        row = self._top + y - 1
        if y >= 1 and row < len(self.heat.rows) and start <= column < stop:
            return row, column
        return None, None

    def on_click(self, event: Click) -> None:
        """Tell which place was clicked, if one was."""
        row, column = self.pointed_at(event.x, event.y)
        if row is not None and column is not None:
            self.post_message(self.Chosen(self, row, column))
