"""The Runs screen: a table of all runs, their curves in one chart, and actions on a run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import get_current_worker

from rnntui import places
from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.runtime.curves import NewCurves
from rnntui.runtime.run_list import ListedRun
from rnntui.runtime.run_reading import RunReading
from rnntui.runtime.sweep.notes import read_note
from rnntui.text.cells import printable
from rnntui.training.runs.folder import find_checkpoint
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.runs.actions import OPEN, RUNS
from rnntui.tui.runs.controller import ChangeRefused, RunChanged, RunController
from rnntui.tui.runs.pane import RunsPane, why_not_drawn
from rnntui.tui.runs.slots import RememberedSlots, Slots
from rnntui.tui.runs.study import StudyScreen
from rnntui.tui.runs.table import RunTable, natural_key
from rnntui.tui.training.run_chart import CURVE_AXES, KINDS, Charted, RunChart
from rnntui.tui.widgets.chart.palette import styles_for
from rnntui.tui.widgets.split import Shares, Split
from rnntui.tui.widgets.title_bar import TitleBar

POLL_SECONDS: Final = 2.0
"""Interval of looking for new runs and new points of curves."""

SHOW_SECONDS: Final = 0.5
"""Interval of drawing curves while they are being read."""

REST_SECONDS: Final = 0.005
"""Pause after each part read, to leave the interpreter to the screen."""

LEAST_ROWS: Final = (12, 7)
"""Least height of table and curves."""


class RunsScreen(Screen[None]):
    """Compare runs; open, resume, replay, export, rename or delete one."""

    CSS_PATH = "runs.tcss"
    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in RUNS]
    actions: ClassVar[Sequence[Action]] = (OPEN, *RUNS)

    @dataclass
    class Listed(Message):
        """The runs were listed, with their slots."""

        runs: tuple[ListedRun, ...]
        slots: Slots

    @dataclass
    class CurvesRead(Message):
        """New parts of curves, by the run's name, in order."""

        news: list[tuple[str, NewCurves]]

    @dataclass
    class ReadingEnded(Message):
        """The reading thread is done; `failure` is a sentence, or empty."""

        failure: str

    def __init__(
        self,
        parent: Path,
        open_run: Callable[[Path], None],
        resume: Callable[[str], None],
        replay: Callable[[str, float], None],
        clock: Clock = time.time,
        poll_seconds: float = POLL_SECONDS,
        shares: Shares | None = None,
    ) -> None:
        """Show the runs in `parent`.

        `open_run` is called with a checkpoint's path, `resume` with a run's name,
        `replay` with a name and a speed (0: as fast as possible); the screen then
        closes, or stays with a toast where one raises `RnntuiError`. `clock` returns
        seconds since 1970. The table's share of the screen is kept in `shares`.
        """
        super().__init__()
        self._folder = parent
        self._open_run, self._resume, self._replay = open_run, resume, replay
        self._poll_seconds = poll_seconds
        self._shares: Shares = {} if shares is None else shares
        self._reading = RunReading(parent, clock)
        self._remembered = RememberedSlots(places.state_dir() / "run-slots.json", parent)
        self.runs = RunsPane()
        self._controller = RunController(self, parent, self._remembered, self._tell)
        self._is_looking = self._look_again = self._has_looked = False
        self._failure = ""

    def compose(self) -> ComposeResult:
        """The table above the curves."""
        yield TitleBar("runs")
        curves = Vertical(RunChart(id="chart"), id="curves")
        curves.border_title = "Curves"
        yield Split(self.runs, curves, "rows", LEAST_ROWS, self._shares, id="body")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start looking for runs at intervals."""
        self._label_buttons()
        self.look()
        self.set_interval(self._poll_seconds, self.look)
        self.app.theme_changed_signal.subscribe(self, self._update_colours)

    # Reading, in a thread.

    def look(self) -> None:
        """List the runs and read their new points in a thread, unless one is running."""
        if self._is_looking:
            self._look_again = True
            return
        self._is_looking, self._look_again = True, False
        self._read(self.runs.drawn)

    @work(thread=True, group="read")
    def _read(self, drawn: tuple[str, ...]) -> None:
        """List the runs, then read the curves of the drawn ones."""
        failure = ""
        try:
            runs = self._reading.runs()
            names = sorted((run.name for run in runs), key=natural_key)
            self.post_message(self.Listed(runs, self._remembered.of(names)))
            self._read_curves(drawn)
        except RnntuiError as error:
            failure = str(error)
        self.post_message(self.ReadingEnded(failure))

    def _read_curves(self, drawn: tuple[str, ...]) -> None:
        worker = get_current_worker()
        gathered: list[tuple[str, NewCurves]] = []
        shown_at = time.monotonic()
        for each in self._reading.curves(drawn):
            if worker.is_cancelled:
                return
            gathered.append(each)
            time.sleep(REST_SECONDS)
            if time.monotonic() - shown_at > SHOW_SECONDS:
                self.post_message(self.CurvesRead(gathered))
                gathered, shown_at = [], time.monotonic()
        if gathered:
            self.post_message(self.CurvesRead(gathered))

    @on(Listed)
    def _runs_listed(self, message: Listed) -> None:
        """Show the runs."""
        has_new = bool({run.name for run in message.runs} - self.runs.runs.keys())
        self.runs.set_runs(message.runs, message.slots)
        self._show()
        if has_new:
            # The curves of the new ones are needed, too.
            self._look_again = True

    @on(CurvesRead)
    def _curves_read(self, message: CurvesRead) -> None:
        """Draw the new points."""
        chart = self.query_one(RunChart)
        for name, news in message.news:
            chart.add_points(name, news)

    @on(ReadingEnded)
    def _reading_ended(self, message: ReadingEnded) -> None:
        """Show an error once; look again if it was requested meanwhile."""
        self._is_looking = False
        if message.failure and message.failure != self._failure:
            self._tell(message.failure, "error")
        self._failure = message.failure
        if self._look_again:
            self.look()
        elif not self._has_looked:
            self._has_looked = True
            self._show()

    # Showing.

    def _show(self) -> None:
        """Update table and chart."""
        runs, chart = self.runs, self.query_one(RunChart)
        runs.show(styles_for(chart), chart.look.characters)
        chart.show_runs(
            {
                name: Charted(
                    runs.slots[name], run.summary.characters_per_step if run.summary else 1
                )
                for name, run in runs.runs.items()
            },
            runs.drawn,
            runs.pinned,
            runs.why_no_curves() if self._has_looked else "Reading the runs…",
        )

    def _update_colours(self, _theme: Theme) -> None:
        """Take the colours of another theme, which the chart has by now."""
        self._show()

    def _label_buttons(self) -> None:
        chart = self.query_one(RunChart)
        self.runs.label(
            (
                ("axis", f"x: {chart.axis}"),
                ("kind", f"y: {chart.kind}"),
            )
        )

    def _tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Show a sentence in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    # Filter, order and axes.

    def action_look(self) -> None:
        """Look for runs now."""
        self.look()

    @on(RunsPane.ViewChanged)
    def _view_changed(self) -> None:
        """Update the screen, and read the curves of newly shown runs."""
        self._show()
        self.look()

    def action_filter(self) -> None:
        """Put the cursor into the filter."""
        self.runs.filter.focus()

    def action_same_text(self) -> None:
        """Show only the runs of the text of the run under the cursor, or all again."""
        if run := self.runs.highlighted:
            self.runs.toggle_text(run)

    @on(RunTable.Listed)
    @on(RunTable.RowHighlighted)
    def _list_first(self) -> None:
        """List the run under the cursor first in the legend."""
        self.query_one(RunChart).list_first(self.runs.table.highlighted)

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.runs.table.sort_by_next()

    def action_reverse(self) -> None:
        """Reverse the order."""
        table = self.runs.table
        table.sort_by(table.order[0])

    def action_axis(self) -> None:
        """Draw the curves against the next quantity."""
        chart = self.query_one(RunChart)
        chart.set_axis(CURVE_AXES[(CURVE_AXES.index(chart.axis) + 1) % len(CURVE_AXES)])
        self._label_buttons()

    def action_kind(self) -> None:
        """Switch between validation and training losses."""
        chart = self.query_one(RunChart)
        chart.set_kind(KINDS[(KINDS.index(chart.kind) + 1) % len(KINDS)])
        self._label_buttons()

    def action_hide(self) -> None:
        """Hide or show the curve of the run under the cursor."""
        run = self.runs.highlighted
        if run is not None and run.classifies:
            self._tell(why_not_drawn([run.name]))
        elif run is not None:
            self.runs.toggle_hidden(run.name)

    def action_pin(self) -> None:
        """Draw the run under the cursor on top, or no longer."""
        if run := self.runs.highlighted:
            self.runs.toggle_pinned(run.name)

    def action_speed(self, way: int) -> None:
        """Make replays faster or slower."""
        self.runs.change_speed(way)

    def action_move_border(self, way: str) -> None:
        """Move the border between table and curves by a few cells."""
        self.query_one(Split).move(-1 if way == "up" else 1)

    def action_reset_layout(self) -> None:
        """Reset the border."""
        self.query_one(Split).reset()

    # Actions on the run under the cursor.

    @on(RunTable.Opened)
    def action_open(self) -> None:
        """Open the run."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._open_run(find_checkpoint(self._folder, run.name)))

    def action_resume(self) -> None:
        """Resume the run."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._resume(run.name))

    def action_replay(self) -> None:
        """Replay the run."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._replay(run.name, self.runs.speed))

    def _open_elsewhere(self, act: Callable[[], None]) -> None:
        """Close the screen for an action on another one; stay if it fails."""
        try:
            act()
        except RnntuiError as error:
            self._tell(str(error), "error")
            return
        if self.is_current:
            self.dismiss()

    def action_export(self) -> None:
        """Export the run to a zip file."""
        if run := self.runs.highlighted:
            self._controller.export(run)

    def action_rename(self) -> None:
        """Rename the run."""
        if run := self.runs.highlighted:
            self._controller.rename(run)

    def action_delete(self) -> None:
        """Delete the run, after a question."""
        if run := self.runs.highlighted:
            self._controller.delete(run)

    def action_sweep(self) -> None:
        """Show the trials of the study that the run is of."""
        run = self.runs.highlighted
        if run is None:
            return
        try:
            note = read_note(run.folder)
        except RnntuiError as error:
            self._tell(str(error), "error")
            return
        if note is None:
            self._tell(f"'{run.name}' is no trial of a sweep; 'rnntui sweep' makes them.")
            return
        self.app.push_screen(StudyScreen(self._folder, note.study, run.name), self._study_left)

    def _study_left(self, run: str | None) -> None:
        """Go to the trial that was chosen."""
        if run is not None:
            self.runs.table.highlight(run)

    @on(ChangeRefused)
    def _change_refused(self, message: ChangeRefused) -> None:
        """Show why a change could not be done."""
        self._tell(message.sentence, "error")

    @on(RunChanged)
    def _run_changed(self, message: RunChanged) -> None:
        """Update the screen after a change."""
        self._tell(message.sentence)
        if message.renamed:
            self.runs.rename(*message.renamed)
        self.look()
