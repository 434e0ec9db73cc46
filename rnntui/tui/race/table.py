"""The lanes of a race as a table: how far each is, its losses and its speed."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from rnntui.runtime.race.progress import LaneProgress
from rnntui.text.cells import printable
from rnntui.tui.race.actions import OPEN
from rnntui.tui.widgets.chart.cells import cell_width, shortened_inside

_PADDING: Final = 2
_LEAST_NAME: Final = 8
_STATE_WIDTH: Final = 8
_STATES: Final = {"training": "racing", "starting": "starting", "idle": ""}
"""Phases of a lane that the table calls something else."""


@dataclass(frozen=True)
class LaneMark:
    """A lane's sign and colour in the chart, and its name there."""

    sign: str
    style: Style
    name: str


@dataclass(frozen=True)
class _Column:
    """A column of numbers; those of lower rank stay longer where there is little room."""

    label: str
    width: int
    rank: int
    text: Callable[[LaneProgress], str]


def _bits(loss: float) -> str:
    return "" if math.isnan(loss) else f"{loss / math.log(2):.3f}"


def _steps(lane: LaneProgress) -> str:
    return f"{lane.step:,}" + (f"/{lane.total_steps:,}" if lane.total_steps else "")


_COLUMNS: Final = (
    _Column("parameters", 10, 2, lambda lane: f"{lane.parameters:,}" if lane.parameters else ""),
    _Column("step", 15, 5, _steps),
    _Column("step", 7, 0, lambda lane: f"{lane.step:,}"),
    _Column("training", 8, 1, lambda lane: _bits(lane.loss)),
    _Column("validation", 10, 1, lambda lane: _bits(lane.val_loss)),
    _Column("best", 7, 4, lambda lane: _bits(lane.best_loss)),
    _Column("chars/s", 8, 3, lambda lane: f"{lane.characters_per_second:,.0f}"),
    _Column("own s", 9, 4, lambda lane: f"{lane.seconds:,.1f}"),
)
"""Without room for the first column of steps, the second one shows them without their total."""


class RaceTable(DataTable[Text]):
    """A row for each lane, in the order of the race; the row's key is the lane's name."""

    BINDINGS: ClassVar[list[BindingType]] = [OPEN.binding]

    class Opened(Message):
        """A lane was chosen."""

    def __init__(self) -> None:
        """Create an empty table."""
        super().__init__(id="lanes-table", cursor_type="row", zebra_stripes=False)
        self._lanes: Mapping[str, LaneProgress] = {}
        self._marks: Mapping[str, LaneMark] = {}
        self._laid_out: tuple[object, ...] = ()

    @property
    def highlighted(self) -> str | None:
        """The name of the lane under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        return self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key.value

    def show(self, lanes: Mapping[str, LaneProgress], marks: Mapping[str, LaneMark]) -> None:
        """Show how far the lanes are."""
        self._lanes, self._marks = lanes, marks
        self._fill()

    def on_resize(self) -> None:
        """Show the columns that fit."""
        self._fill()

    def on_click(self, event: events.Click) -> None:
        """Open a lane at a double click."""
        if event.chain == 2 and event.style.meta.get("row", -1) >= 0:
            event.prevent_default()
            self.post_message(self.Opened())

    def _fill(self) -> None:
        if not self.size.width or not self._lanes:
            return
        columns, name_width = self._layout()
        rows = {name: self._cells(name, columns, name_width) for name in self._lanes}
        laid_out = (columns, name_width, tuple(rows))
        if laid_out != self._laid_out:
            self._laid_out = laid_out
            at = self.cursor_row
            self.clear(columns=True)
            self.add_column("", width=1)
            self.add_column("lane", width=name_width)
            for column in columns:
                self.add_column(column.label.rjust(column.width), width=column.width)
            self.add_column("state", width=_STATE_WIDTH)
            for name, cells in rows.items():
                self.add_row(*cells, key=name)
            self.move_cursor(row=at)
            return
        for row, cells in enumerate(rows.values()):
            for place, cell in enumerate(cells):
                at_cell = Coordinate(row, place)
                shown = self.get_cell_at(at_cell)
                if shown != cell or shown.style != cell.style:
                    self.update_cell_at(at_cell, cell)

    def _layout(self) -> tuple[tuple[_Column, ...], int]:
        """The columns that fit, and the width of the lanes' names."""
        longest = max(cell_width(mark.name) for mark in self._marks.values())
        least = max(longest, _LEAST_NAME)
        room = self.size.width - (1 + _PADDING) - (_STATE_WIDTH + _PADDING)
        needed = sum(column.width + _PADDING for column in _COLUMNS if column.rank <= 3)
        width = max(min(least, room - needed - _PADDING), _LEAST_NAME)
        room -= width + _PADDING
        chosen: list[_Column] = []
        for column in sorted(_COLUMNS, key=lambda column: column.rank):
            if column.width + _PADDING <= room:
                room -= column.width + _PADDING
                chosen.append(column)
        shown = [column for column in _COLUMNS if column in chosen]
        if _COLUMNS[1] in shown and _COLUMNS[2] in shown:
            shown.remove(_COLUMNS[2])
        return tuple(shown), width

    def _cells(self, name: str, columns: Sequence[_Column], name_width: int) -> list[Text]:
        lane, mark = self._lanes[name], self._marks[name]
        label = shortened_inside(printable(mark.name.replace("\n", "⏎")), name_width)
        cells = [Text(mark.sign, mark.style), Text(label)]
        cells += [Text(column.text(lane).rjust(column.width)) for column in columns]
        return [*cells, Text(_STATES.get(lane.phase, lane.phase))]
