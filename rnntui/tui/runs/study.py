"""The trials of a sweep as tables: where each lies in the space, and what was important."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from rnntui.errors import RnntuiError
from rnntui.runtime.sweep.importance import LEAST_COMPLETE, importances
from rnntui.runtime.sweep.notes import STATES, TrialNote, notes_of
from rnntui.runtime.sweep.space import Value
from rnntui.sparkline import sparkline
from rnntui.text.cells import printable
from rnntui.training.runs.folder import list_runs
from rnntui.training.runs.lock import is_being_trained
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.sentences import one_line
from rnntui.tui.runs.actions import GO, STUDY
from rnntui.tui.widgets.title_bar import TitleBar

POLL_SECONDS: Final = 5.0
"""Interval of reading the trials' notes anew."""

_BAR_CELLS: Final = 20
_STOPPED: Final = "stopped"
_TRIAL, _PLACES, _LOSS, _STATE = "trial", "places", "loss", "state"

Named = tuple[str, TrialNote]
"""A run's name, and what it is a trial of."""


class TrialTable(DataTable[Text]):
    """The trials; Enter and a double click go to a run."""

    BINDINGS: ClassVar[list[BindingType]] = [replace(GO, call="screen.go").binding]

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Stop Textual's event of a single click on the row under the cursor."""
        event.stop()

    async def on_click(self, event: events.Click) -> None:
        """Go to a run by a double click."""
        if event.chain == 2 and event.style.meta.get("row", -1) >= 0:
            await self.run_action("screen.go")


class StudyScreen(Screen[str | None]):
    """The trials of one study, one a row, and the importance of its settings.

    Closes with the run that was chosen, if any.
    """

    CSS_PATH = "study.tcss"
    AUTO_FOCUS = "#trials"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in STUDY]
    actions: ClassVar[Sequence[Action]] = STUDY

    @dataclass
    class Read(Message):
        """The notes of the trials were read; `running` are the runs in training."""

        trials: tuple[Named, ...]
        running: frozenset[str]
        shares: Mapping[str, float] | None
        failure: str

    def __init__(self, parent: Path, study: str, run: str) -> None:
        """Show the trials of `study` among the runs in `parent`, the cursor on `run`."""
        super().__init__()
        self._folder, self._study, self._at = parent, study, run
        self._trials: tuple[Named, ...] = ()
        self._trained: frozenset[str] = frozenset()
        self._shares: Mapping[str, float] | None = None
        self._sorted_by, self._descending = _LOSS, False
        self._is_reading = False

    def compose(self) -> ComposeResult:
        """The table of trials above that of the settings."""
        yield TitleBar(f"sweep · {one_line(self._study)}")
        trials = Vertical(TrialTable(id="trials", cursor_type="row"), id="trials-pane")
        trials.border_title = "Trials"
        yield trials
        table = DataTable[Text](id="shares", cursor_type="none", show_cursor=False)
        shares = Vertical(table, Static(id="why", markup=False), id="shares-pane")
        shares.border_title = "Importance (PED-ANOVA)"
        yield shares
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the notes now and at intervals."""
        self.query_one("#shares", DataTable).can_focus = False
        self._look()
        self.set_interval(POLL_SECONDS, self._look)

    def _look(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            self._read()

    @work(thread=True, group="read")
    def _read(self) -> None:
        """Read the trials, and what was important where that has changed."""
        trials: tuple[Named, ...] = ()
        shares: Mapping[str, float] | None = None
        running: frozenset[str] = frozenset()
        failure = ""
        try:
            folders = list_runs(self._folder)
            trials = notes_of(folders, self._study)
            names = {name for name, note in trials if note.state == "running"}
            running = frozenset(f.name for f in folders if f.name in names and is_being_trained(f))
            known = trials == self._trials and self._shares is not None
            shares = self._shares if known else importances([note for _, note in trials])
        except (RnntuiError, OSError) as error:
            failure = str(error)
        self.post_message(self.Read(trials, running, shares, failure))

    @on(Read)
    def _show(self, message: Read) -> None:
        """Show what was read."""
        self._is_reading = False
        before = (self._trials, self._trained)
        self._trials, self._trained, self._shares = message.trials, message.running, message.shares
        if before == (self._trials, self._trained):
            return
        self._fill()
        shares = message.shares or {}
        self._show_shares(shares)
        why = "" if shares else f"It needs {LEAST_COMPLETE} complete trials."
        self.query_one("#why", Static).update(printable(message.failure or why))

    # The trials.

    @property
    def _settings(self) -> tuple[str, ...]:
        return tuple(self._trials[0][1].space) if self._trials else ()

    @property
    def _columns(self) -> tuple[str, ...]:
        return (_TRIAL, *self._settings, _PLACES, _LOSS, _STATE)

    def _fill(self) -> None:
        table = self.query_one("#trials", DataTable)
        if table.row_count and (name := self._highlighted(table)):
            self._at = name
        table.clear(columns=True)
        for column in self._columns:
            sign = (" ▼" if self._descending else " ▲") if column == self._sorted_by else ""
            table.add_column(Text(f"{one_line(column)}{sign}"), key=column)
        ordered = self._ordered()
        with self.prevent(DataTable.RowHighlighted):
            for name, note in ordered:
                table.add_row(*self._cells(name, note), key=name)
            names = [name for name, _ in ordered]
            if self._at in names:
                table.move_cursor(row=names.index(self._at))
        counts = [
            f"{number} {state}"
            for state in (*STATES, _STOPPED)
            if (number := sum(self._state(*one) == state for one in self._trials))
        ]
        self.query_one("#trials-pane").border_subtitle = ", ".join(counts)

    def _cells(self, name: str, note: TrialNote) -> list[Text]:
        places = [one.place(note.values[setting]) for setting, one in note.space.items()]
        in_ascii = getattr(self.app, "chart_characters", "") == "ascii"
        loss = "" if note.loss is None else f"{note.loss:.4f}"
        return [
            Text(str(note.number), justify="right"),
            *(_value(note.values.get(setting, "")) for setting in self._settings),
            Text(sparkline(places, len(places), in_ascii)),
            Text(loss, justify="right"),
            Text(self._state(name, note)),
        ]

    def _state(self, name: str, note: TrialNote) -> str:
        """Its state; one that no process here trains has been stopped."""
        return _STOPPED if note.state == "running" and name not in self._trained else note.state

    def _ordered(self) -> list[Named]:
        """The trials in order; those without a value in the column last."""
        key: Callable[[Named], Any] = {
            _TRIAL: lambda one: one[1].number,
            _PLACES: lambda one: [s.place(one[1].values[n]) for n, s in one[1].space.items()],
            _LOSS: lambda one: one[1].loss,
            _STATE: lambda one: self._state(*one),
        }.get(self._sorted_by, lambda one: _rank(one[1].values.get(self._sorted_by, "")))
        known = [one for one in self._trials if key(one) is not None]
        unknown = [one for one in self._trials if key(one) is None]
        return [*sorted(known, key=key, reverse=self._descending), *unknown]

    @staticmethod
    def _highlighted(table: "DataTable[Text]") -> str:
        return str(table.coordinate_to_cell_key(Coordinate(table.cursor_row, 0)).row_key.value)

    def _sort_by(self, column: str) -> None:
        self._descending = column == self._sorted_by and not self._descending
        self._sorted_by = column
        self._fill()

    @on(DataTable.HeaderSelected, "#trials")
    def _header_clicked(self, event: DataTable.HeaderSelected) -> None:
        """Sort by the clicked column."""
        event.stop()
        self._sort_by(str(event.column_key.value))

    # The settings.

    def _show_shares(self, shares: Mapping[str, float]) -> None:
        table = self.query_one("#shares", DataTable)
        table.clear(columns=True)
        if not shares:
            return
        table.add_columns("setting", Text("importance", justify="right"), "")
        for name, share in shares.items():
            bar = "━" * round(share * _BAR_CELLS)
            table.add_row(Text(one_line(name)), Text(f"{share:.1%}", justify="right"), Text(bar))

    def action_go(self) -> None:
        """Go to the run of the trial under the cursor."""
        table = self.query_one("#trials", DataTable)
        if table.row_count:
            self.dismiss(self._highlighted(table))

    def action_sort(self) -> None:
        """Sort by the next column."""
        columns = self._columns
        at = columns.index(self._sorted_by) if self._sorted_by in columns else -1
        self._sort_by(columns[(at + 1) % len(columns)])

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort_by(self._sorted_by)

    def action_leave(self) -> None:
        """Back to the runs."""
        self.dismiss(None)


def _value(value: Value) -> Text:
    if isinstance(value, str):
        return Text(one_line(value))
    return Text(f"{value:.4g}" if isinstance(value, float) else str(value), justify="right")


def _rank(value: Value) -> tuple[bool, float, str]:
    """A sort key with numbers before names."""
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value), "")
