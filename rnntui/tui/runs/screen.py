"""All runs: a table, their curves over each other, and what can be done with a run."""

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
from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.curves import NewCurves
from rnntui.runtime.run_list import ListedRun
from rnntui.runtime.run_reading import RunReading
from rnntui.text.cells import printable
from rnntui.training.runs.folder import find_checkpoint
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.runs.actions import OPEN, RUNS
from rnntui.tui.runs.chart import AXES, KINDS, RunChart
from rnntui.tui.runs.controller import ChangeRefused, RunChanged, RunController
from rnntui.tui.runs.pane import RunsPane, why_not_drawn
from rnntui.tui.runs.slots import RememberedSlots, Slots
from rnntui.tui.runs.table import RunTable, natural_key
from rnntui.tui.widgets.chart.palette import styles_for
from rnntui.tui.widgets.split import Shares, Split
from rnntui.tui.widgets.title_bar import TitleBar

POLL_SECONDS: Final = 2.0
"""How often new runs and the news of those in training are looked for."""

SHOW_SECONDS: Final = 0.5
"""How often curves are brought to the screen while they are being read."""

REST_SECONDS: Final = 0.005
"""A breath after each part that was read, as the screen needs the interpreter, too."""

LEAST_ROWS: Final = (12, 7)
"""The lowest that table and curves may be made."""


class RunsScreen(Screen[None]):
    """Compare runs, open one, go on with it, replay it, export, rename or delete it."""

    CSS_PATH = "runs.tcss"
    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in RUNS]
    actions: ClassVar[Sequence[Action]] = (OPEN, *RUNS)

    @dataclass
    class Listed(Message):
        """The runs there are, and their slots."""

        runs: tuple[ListedRun, ...]
        slots: Slots

    @dataclass
    class CurvesRead(Message):
        """New parts of curves, by the run's name, in order."""

        news: list[tuple[str, NewCurves]]

    @dataclass
    class ReadingEnded(Message):
        """The thread that reads is done; `failure` is a sentence, or empty."""

        failure: str

    def __init__(
        self,
        parent: Path,
        open_run: Callable[[Path], None],
        resume: Callable[[str], None],
        replay: Callable[[str, float], None],
        clock: Callable[[], float] = time.time,
        poll_seconds: float = POLL_SECONDS,
        shares: Shares | None = None,
    ) -> None:
        """Show the runs in `parent`.

        `open_run` is called with a checkpoint's path, `resume` with a run's name,
        `replay` with a name and a speed (0: as fast as possible); the screen then
        goes away, or stays with a toast where one raises `RnntuiError`. `clock`
        gives the seconds since 1970. What part of the screen the table was given
        is kept in `shares`.
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
        """Begin to look for runs, and go on with it."""
        self._label_buttons()
        self.look()
        self.set_interval(self._poll_seconds, self.look)
        self.watch(self.app, "theme", self._colour_anew, init=False)

    # Reading, in a thread.

    def look(self) -> None:
        """Look for runs and read on in their records, unless that is being done."""
        if self._is_looking:
            self._look_again = True
            return
        self._is_looking, self._look_again = True, False
        self._read(self.runs.drawn)

    @work(thread=True, group="read")
    def _read(self, drawn: tuple[str, ...]) -> None:
        """List the runs, then read the curves of those that are drawn."""
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
        """Show what runs there are now."""
        has_new = bool({run.name for run in message.runs} - self.runs.runs.keys())
        self.runs.set_runs(message.runs, message.slots)
        self._show()
        if has_new:
            # The curves of the new ones are wanted, too.
            self._look_again = True

    @on(CurvesRead)
    def _curves_read(self, message: CurvesRead) -> None:
        """Draw what was read."""
        chart = self.query_one(RunChart)
        for name, news in message.news:
            chart.add_points(name, news)

    @on(ReadingEnded)
    def _reading_ended(self, message: ReadingEnded) -> None:
        """Say once what went wrong; look again where somebody asked for it meanwhile."""
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
        """Bring table and chart up to what there is and what is asked for."""
        runs, chart = self.runs, self.query_one(RunChart)
        runs.show(styles_for(chart), chart.look.characters)
        chart.show_runs(
            {
                name: (runs.slots[name], run.summary.characters_per_step if run.summary else 1)
                for name, run in runs.runs.items()
            },
            runs.drawn,
            runs.pinned,
            runs.why_no_curves() if self._has_looked else "Reading the runs…",
        )

    def _colour_anew(self) -> None:
        """Take up the colours of another theme once the chart has them."""
        self.call_after_refresh(self._show)

    def _label_buttons(self) -> None:
        chart = self.query_one(RunChart)
        self.runs.label(
            (
                ("axis", f"x: {chart.axis}"),
                ("kind", f"y: {chart.kind}"),
            )
        )

    def _tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Say something in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    # Looking at it in another way.

    def action_look(self) -> None:
        """Look for runs now."""
        self.look()

    @on(RunsPane.ViewChanged)
    def _view_changed(self) -> None:
        """Show what is asked for, and read the curves of what is new."""
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
        """Let the legend name the run under the cursor, whatever it has no room for."""
        self.query_one(RunChart).list_first(self.runs.table.highlighted)

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.runs.table.sort_by_next()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        table = self.runs.table
        table.sort_by(table.order[0])

    def action_axis(self) -> None:
        """Draw the curves against the next quantity."""
        chart = self.query_one(RunChart)
        chart.set_axis(AXES[(AXES.index(chart.axis) + 1) % len(AXES)])
        self._label_buttons()

    def action_kind(self) -> None:
        """Draw the other losses."""
        chart = self.query_one(RunChart)
        chart.set_kind(KINDS[(KINDS.index(chart.kind) + 1) % len(KINDS)])
        self._label_buttons()

    def action_hide(self) -> None:
        """Hide the curve of the run under the cursor, or show it again."""
        run = self.runs.highlighted
        if run is not None and run.classifies:
            self._tell(why_not_drawn([run.name]))
        elif run is not None:
            self.runs.toggle_hidden(run.name)

    def action_pin(self) -> None:
        """Put the run under the cursor on top of the others, or back among them."""
        if run := self.runs.highlighted:
            self.runs.toggle_pinned(run.name)

    def action_speed(self, way: int) -> None:
        """Replay faster or slower."""
        self.runs.change_speed(way)

    def action_move_border(self, way: str) -> None:
        """Move the border between table and curves by a little."""
        self.query_one(Split).move(-1 if way == "up" else 1)

    def action_reset_layout(self) -> None:
        """Put the border back where it was."""
        self.query_one(Split).reset()

    # What is done with a run.

    @on(RunTable.Opened)
    def action_open(self) -> None:
        """Load the network of the run under the cursor."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._open_run(find_checkpoint(self._folder, run.name)))

    def action_resume(self) -> None:
        """Go on with the training of the run under the cursor."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._resume(run.name))

    def action_replay(self) -> None:
        """Show the training of the run under the cursor again."""
        if run := self.runs.highlighted:
            self._open_elsewhere(lambda: self._replay(run.name, self.runs.speed))

    def _open_elsewhere(self, act: Callable[[], None]) -> None:
        """Do something that another screen shows; stay where it can't be done."""
        try:
            act()
        except RnntuiError as error:
            self._tell(str(error), "error")
            return
        if self.is_current:
            self.dismiss()

    def action_export(self) -> None:
        """Ask where to, then write the run under the cursor to a zip file."""
        if run := self.runs.highlighted:
            self._controller.export(run)

    def action_rename(self) -> None:
        """Ask for another name, then give it."""
        if run := self.runs.highlighted:
            self._controller.rename(run)

    def action_delete(self) -> None:
        """Ask, then delete the run under the cursor."""
        if run := self.runs.highlighted:
            self._controller.delete(run)

    @on(ChangeRefused)
    def _change_refused(self, message: ChangeRefused) -> None:
        """Say why it could not be done."""
        self._tell(message.sentence, "error")

    @on(RunChanged)
    def _run_changed(self, message: RunChanged) -> None:
        """Show what has changed."""
        self._tell(message.sentence)
        if message.renamed:
            self.runs.rename(*message.renamed)
        self.look()
