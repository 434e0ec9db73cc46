"""The table of runs: as many columns as fit, sortable by any of them."""

import math
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from rnntui.runtime.run_list import ListedRun
from rnntui.tasks.summary import RunSummary
from rnntui.text.cells import printable
from rnntui.training.time_left import duration
from rnntui.tui.runs.actions import OPEN
from rnntui.tui.widgets.chart.cells import cell_width, shortened_inside

HIDDEN_SIGN: Final = "─"
PIN: Final = "↑"
_MARK: Final = "mark"
_CHANGED: Final = "changed"
_LEAST_NAME: Final = 12
_WANTED_NAME: Final = 24
"""Width reserved for long names before optional columns."""
_PADDING: Final = 2
_SCROLLBAR: Final = 2


@dataclass(frozen=True)
class RunMark:
    """A run's sign and colour in the chart, and whether it is hidden or on top.

    A classifier, which is not drawn, has no sign.
    """

    sign: str
    style: Style
    hidden: bool = False
    pinned: bool = False


@dataclass(frozen=True)
class _Column:
    """A column other than mark and name; `value` is the sort key."""

    key: str
    label: str
    width: int
    rank: int
    """Columns of lower rank stay longer where there is little room."""
    text: Callable[[RunSummary], str]
    value: Callable[[RunSummary], Any]
    is_number: bool = False


def run_details(run: ListedRun) -> str:
    """Details that the table may have no room for, in one or two lines."""
    summary = run.summary
    if summary is None:
        return run.note
    total = f" of {summary.total_steps:,}" if summary.total_steps else ""
    about = (
        f"{summary.corpus} · {summary.cell} {summary.size} · step {summary.step:,}{total}"
        f" · {duration(summary.elapsed_s)}"
    )
    return f"{about}\n{run.note}" if run.note else about


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts run-2 before run-10."""
    parts = re.split(r"(\d+)", text.casefold(), flags=re.ASCII)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _fitted(text: str, width: int) -> str:
    """`text` on one line of `width` cells, safe to show; cut in the middle."""
    return shortened_inside(printable(text.replace("\n", "⏎")), width)


def _best(summary: RunSummary) -> float:
    """Sort key with the best run first: bits per character, or a classifier's error rate."""
    if summary.best_accuracy is not None:
        return 1 - summary.best_accuracy
    best = summary.best_bits_per_char
    return math.inf if best is None else best


_COLUMNS: Final = (
    _Column("corpus", "corpus", 12, 5, lambda run: run.corpus, lambda run: natural_key(run.corpus)),
    _Column("cell", "cell", 5, 4, lambda run: run.cell, lambda run: run.cell),
    _Column("size", "size", 7, 6, lambda run: run.size, lambda run: natural_key(run.size)),
    _Column("best", "bits/char", 11, 0, lambda run: run.figure, _best, True),
    _Column("steps", "steps", 9, 2, lambda run: f"{run.step:,}", lambda run: run.step, True),
    _Column(
        "time", "time", 9, 3, lambda run: duration(run.elapsed_s), lambda run: run.elapsed_s, True
    ),
    # From the files' times, not their contents, so `_text_of` and `_value_of` handle it.
    _Column(_CHANGED, "changed", 16, 7, lambda _: "", lambda _: 0.0),
)
_STATE_WIDTH: Final = 9
_NOTABLE: Final = ("training", "paused", "quiet", "failed", "damaged")
"""States that have a colour."""

SORTABLE: Final = (
    *(_CHANGED, "name"),
    *(column.key for column in _COLUMNS if column.key != _CHANGED),
    "state",
)
"""The sortable columns: the initial one, then from left to right."""


class RunTable(DataTable[Text]):
    """The shown runs, one per row; the row's key is the run's name.

    A click on a header sorts, on a mark hides or shows the run's curve; a double click on
    a row opens the run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [OPEN.binding]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"run-table--{state}" for state in _NOTABLE}
    DEFAULT_CSS = """
    RunTable {
        & > .run-table--training { color: $text-success; }
        & > .run-table--paused { color: $text-warning; }
        & > .run-table--quiet { color: $text-warning; }
        & > .run-table--failed { color: $text-error; }
        & > .run-table--damaged { color: $text-error; }
    }
    """

    class Opened(Message):
        """A run was chosen."""

    class MarkClicked(Message):
        """The mark of a run was clicked."""

        def __init__(self, name: str) -> None:
            """Hold the run's name."""
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty table, sorted by the newest run."""
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)
        self._runs: tuple[ListedRun, ...] = ()
        self._marks: Mapping[str, RunMark] = {}
        self._sorted_by, self._descending = _CHANGED, True
        self._laid_out: tuple[object, ...] = ()

    @property
    def order(self) -> tuple[str, bool]:
        """The sort column, and whether the order is descending."""
        return self._sorted_by, self._descending

    @property
    def highlighted(self) -> str | None:
        """The name of the run under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        return self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key.value

    def show_runs(self, runs: Iterable[ListedRun], marks: Mapping[str, RunMark]) -> None:
        """Show these runs, keeping the cursor on its run."""
        self._runs, self._marks = tuple(runs), marks
        self._fill()

    def highlight(self, name: str) -> None:
        """Move the cursor to a run, if it is shown."""
        names = [run.name for run in self._ordered()]
        if name in names:
            self.move_cursor(row=names.index(name))

    def sort_by(self, column: str) -> None:
        """Sort by a column; reverses the order if it is the current one."""
        if column == self._sorted_by:
            self._descending = not self._descending
        elif column in SORTABLE:
            self._sorted_by, self._descending = column, column == _CHANGED
        self._fill()

    def sort_by_next(self) -> None:
        """Sort by the next column, wrapping around."""
        at = SORTABLE.index(self._sorted_by)
        self.sort_by(SORTABLE[(at + 1) % len(SORTABLE)])

    def on_resize(self) -> None:
        """Show the columns that fit."""
        self._fill()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sort by the clicked column."""
        event.stop()
        self.sort_by(str(event.column_key.value))

    def on_click(self, event: events.Click) -> None:
        """Handle clicks on marks and double clicks."""
        meta = event.style.meta
        row = meta.get("row", -1)
        if row < 0 or meta.get("out_of_bounds", False):
            return
        if event.chain == 2:
            event.prevent_default()
            self.action_open()
        elif meta.get("column") == 0:
            name = self.coordinate_to_cell_key(Coordinate(row, 0)).row_key.value
            self.post_message(self.MarkClicked(str(name)))
        if event.chain == 1 and row == self.cursor_row:
            # The table would take it for a selection, and it easily happens by accident.
            event.prevent_default()

    def action_open(self) -> None:
        """Choose the run under the cursor."""
        if self.highlighted is not None:
            self.post_message(self.Opened())

    def _ordered(self) -> list[ListedRun]:
        """The runs in order; the pinned one first, those without a value last.

        Sorted by a figure, classifiers come after the others, as they can't be compared.
        """
        by_name = sorted(self._runs, key=lambda run: natural_key(run.name))
        column = next((c for c in _COLUMNS if c.key == self._sorted_by), None)

        def value(run: ListedRun) -> Any:
            if self._sorted_by == "name":
                return natural_key(run.name)
            return run.state if column is None else _value_of(column, run)

        def is_empty(run: ListedRun) -> bool:
            return column is not None and not _text_of(column, run)

        full = sorted(
            (run for run in by_name if not is_empty(run)), key=value, reverse=self._descending
        )
        if self._sorted_by == "best":
            full.sort(key=lambda run: run.classifies)
        ordered = full + [run for run in by_name if is_empty(run)]
        return sorted(ordered, key=lambda run: not self._marks[run.name].pinned)

    def _fill(self) -> None:
        """Update the rows; they are rebuilt only where their order or columns change."""
        if not self.size.width:
            return
        columns, name_width = self._layout()
        ordered = self._ordered()
        rows = {run.name: self._cells(run, columns, name_width) for run in ordered}
        laid_out = (tuple(c.key for c in columns), name_width, self.order, tuple(rows))
        if laid_out == self._laid_out:
            self._update(rows)
            return
        columns_stay = laid_out[:3] == self._laid_out[:3]
        self._laid_out = laid_out
        highlighted, scrolled = self.highlighted, self.scroll_y
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=not columns_stay)
            if not columns_stay:
                self._add_columns(columns, name_width)
            for name, cells in rows.items():
                self.add_row(*cells, key=name)
            if highlighted in rows:
                self.move_cursor(row=list(rows).index(highlighted), scroll=False)
        self.scroll_to(y=scrolled, animate=False)
        self.post_message(self.Listed())

    class Listed(Message):
        """The rows were rebuilt, so the cursor may be on another run."""

    def _update(self, rows: Mapping[str, Sequence[Text]]) -> None:
        for row, cells in enumerate(rows.values()):
            for column, cell in enumerate(cells):
                at = Coordinate(row, column)
                if not _is_same(self.get_cell_at(at), cell):
                    self.update_cell_at(at, cell)

    def _layout(self) -> tuple[list[_Column], int]:
        """The columns that fit, and the width of the name column."""
        room = self.size.width - _SCROLLBAR - (1 + len(PIN) + _PADDING) - (_STATE_WIDTH + _PADDING)
        longest = max((cell_width(run.name) for run in self._runs), default=0)
        least = min(max(longest, _LEAST_NAME), _WANTED_NAME)
        room -= least + _PADDING
        chosen = []
        for column in sorted(_COLUMNS, key=lambda column: column.rank):
            if column.width + _PADDING > room:
                break
            room -= column.width + _PADDING
            chosen.append(column)
        width = min(least + max(room, 0), max(longest, _LEAST_NAME))
        return [column for column in _COLUMNS if column in chosen], width

    def _add_columns(self, columns: Sequence[_Column], name_width: int) -> None:
        self.add_column(Text(""), key=_MARK, width=1 + len(PIN))
        self.add_column(self._label("name", "name"), key="name", width=name_width)
        for column in columns:
            label = self._label(column.key, column.label)
            if column.is_number:
                label.pad_left(column.width - len(label))
            self.add_column(label, key=column.key, width=column.width)
        self.add_column(self._label("state", "state"), key="state", width=_STATE_WIDTH)

    def _label(self, key: str, label: str) -> Text:
        if key != self._sorted_by:
            return Text(label)
        return Text(f"{label} {'▼' if self._descending else '▲'}")

    def _cells(self, run: ListedRun, columns: Sequence[_Column], name_width: int) -> list[Text]:
        mark = self._marks[run.name]
        dim = Style(dim=True) if mark.hidden else Style()
        signed = Text(PIN if mark.pinned else " ")
        if not run.classifies:
            signed.append(HIDDEN_SIGN if mark.hidden else mark.sign, mark.style + dim)
        name_style = dim + Style(bold=mark.pinned)
        cells = [signed, Text(_fitted(run.name, name_width), name_style)]
        for column in columns:
            text = _fitted(_text_of(column, run), column.width)
            cells.append(Text(text.rjust(column.width) if column.is_number else text, dim))
        cells.append(Text(run.state, dim + self._state_style(run.state)))
        return cells

    def _state_style(self, state: str) -> Style:
        if state not in _NOTABLE:
            return Style()
        return self.get_component_rich_style(f"run-table--{state}", partial=True)


def _text_of(column: _Column, run: ListedRun) -> str:
    """The text of a cell; empty if unknown."""
    if column.key == _CHANGED:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.changed_at))
    return column.text(run.summary) if run.summary else ""


def _value_of(column: _Column, run: ListedRun) -> Any:
    """The sort key of a run that has a text in the column."""
    if column.key == _CHANGED or run.summary is None:
        return run.changed_at
    return column.value(run.summary)


def _is_same(one: Text, other: Text) -> bool:
    """Whether two texts look the same; Rich's `==` ignores the style of the whole."""
    return one == other and one.style == other.style
