"""All runs: a table, their curves over each other, and what can be done with a run."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, Label, Static
from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.curves import NewCurves
from rnntui.runtime.run_list import ListedRun
from rnntui.runtime.run_reading import RunReading
from rnntui.text.cells import printable
from rnntui.training.export import export_run
from rnntui.training.removal import remove_run
from rnntui.training.run_folder import find_checkpoint, is_being_trained, rename_run
from rnntui.tui.actions import Action, called
from rnntui.tui.name_filter import matching
from rnntui.tui.run_actions import OPEN, RUNS
from rnntui.tui.run_slots import RememberedSlots, Slots
from rnntui.tui.screens.ask_text import AskText
from rnntui.tui.screens.question import Question
from rnntui.tui.widgets.chart.inks import line_ink
from rnntui.tui.widgets.chart.palette import styles_for
from rnntui.tui.widgets.key_bar import KeyBar
from rnntui.tui.widgets.run_chart import AXES, KINDS, RunChart
from rnntui.tui.widgets.run_table import Mark, RunTable, described, natural
from rnntui.tui.widgets.safe_fields import StandIns
from rnntui.tui.widgets.split import Shares, Split
from rnntui.tui.widgets.title_bar import TitleBar

POLL_SECONDS: Final = 2.0
"""How often new runs and the news of those in training are looked for."""

SHOW_SECONDS: Final = 0.5
"""How often curves are brought to the screen while they are being read."""

REST_SECONDS: Final = 0.005
"""A breath after each part that was read, as the screen needs the interpreter, too."""

SPEEDS: Final = (1.0, 10.0, 100.0, 0.0)
"""How many times as fast as the training a replay goes; 0 is as fast as possible."""

_ROWS_BESIDE_RUNS: Final = 8
"""Rows of the pane that are no runs: borders, filter, header, details, buttons."""


LEAST_ROWS: Final = (12, 7)
"""The lowest that table and curves may be made."""

_BUTTONS: Final = (
    *("open", "resume", "slower", "replay", "faster"),
    *("pin", "hide", "export", "rename", "delete"),
)


def speed_in_words(speed: float) -> str:
    """How fast a replay goes: 10x, or max."""
    return f"{speed:g}x" if speed else "max"


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
    class Looked(Message):
        """The thread that reads is done; `failure` is a sentence, or empty."""

        failure: str

    @dataclass
    class Done(Message):
        """What was asked for is done; `renamed` is the old name and the new one."""

        sentence: str
        renamed: tuple[str, str] | None = None

    @dataclass
    class Refused(Message):
        """What was asked for could not be done."""

        sentence: str

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
        self._runs: dict[str, ListedRun] = {}
        self._slots: Slots = {}
        self._shown: set[str] = set()
        self._hidden: set[str] = set()
        self._pinned: str | None = None
        self._speed = SPEEDS[1]
        self._is_looking = self._look_again = self._has_looked = False
        self._failure = ""
        self._to_highlight = ""

    def compose(self) -> ComposeResult:
        """The table above the curves."""
        yield TitleBar("runs")
        runs = Vertical(
            Horizontal(*self._filter_row(), id="filter-row"),
            RunTable(id="runs"),
            Static(id="details", markup=False),
            Horizontal(*map(_button, _BUTTONS), id="actions"),
            id="list",
        )
        runs.border_title = "Runs"
        curves = Vertical(RunChart(id="chart"), id="curves")
        curves.border_title = "Curves"
        yield Split(runs, curves, "rows", LEAST_ROWS, self._shares, id="body")
        yield KeyBar()

    def _filter_row(self) -> Iterator[Widget]:
        yield Label("filter")
        yield Input(
            placeholder="a name or a regular expression (/)",
            id="filter",
            compact=True,
            highlighter=StandIns(),
        )
        yield Static(id="matches", markup=False)
        yield from map(_button, ("axis", "kind"))

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
        self._read(tuple(name for name in self._runs if self._is_drawn(name)))

    @work(thread=True, group="read")
    def _read(self, drawn: tuple[str, ...]) -> None:
        """List the runs, then read the curves of those that are drawn."""
        failure = ""
        try:
            runs = self._reading.runs()
            names = sorted((run.name for run in runs), key=natural)
            self.post_message(self.Listed(runs, self._remembered.of(names)))
            self._read_curves(drawn)
        except RnntuiError as error:
            failure = str(error)
        self.post_message(self.Looked(failure))

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
    def _take_runs(self, message: Listed) -> None:
        """Show what runs there are now."""
        names = {run.name for run in message.runs}
        has_new = bool(names - self._runs.keys())
        self._runs = {run.name: run for run in message.runs}
        self._slots = message.slots
        self._hidden &= names
        if self._pinned not in names:
            self._pinned = None
        self._show()
        if self._to_highlight in names:
            self.query_one(RunTable).highlight(self._to_highlight)
            self._to_highlight = ""
        if has_new:
            # The curves of the new ones are wanted, too.
            self._look_again = True

    @on(CurvesRead)
    def _take_curves(self, message: CurvesRead) -> None:
        """Draw what was read."""
        chart = self.query_one(RunChart)
        for name, news in message.news:
            chart.take(name, news)

    @on(Looked)
    def _take_end(self, message: Looked) -> None:
        """Say once what went wrong; look again where somebody asked for it meanwhile."""
        self._is_looking = False
        if message.failure and message.failure != self._failure:
            self._toast(message.failure, "error")
        self._failure = message.failure
        if self._look_again:
            self.look()
        elif not self._has_looked:
            self._has_looked = True
            self._show()

    # Showing.

    def _is_drawn(self, name: str) -> bool:
        return name in self._shown and name not in self._hidden

    def _show(self) -> None:
        """Bring table, chart and words up to what there is and what is asked for."""
        wanted = self.query_one("#filter", Input)
        self._shown, is_valid = matching(self._runs, wanted.value)
        wanted.set_class(not is_valid, "-wrong")
        marks = self._marks()
        shown = [run for name, run in self._runs.items() if name in self._shown]
        self.query_one("#list").styles.max_height = len(shown) + _ROWS_BESIDE_RUNS
        self.query_one(RunTable).show_runs(shown, marks)
        self.query_one(RunChart).show_runs(
            {
                name: (self._slots[name], run.summary.characters_per_step if run.summary else 1)
                for name, run in self._runs.items()
            },
            filter(self._is_drawn, self._runs),
            self._pinned,
            self._empty_text(),
        )
        count = f"{len(shown)} of {len(self._runs)}" if wanted.value else f"{len(self._runs)}"
        if not is_valid:
            count = f"as plain text: {count}"
        self.query_one("#matches", Static).update(count)
        self._show_details()

    def _empty_text(self) -> str:
        if not self._runs and self._has_looked:
            return "There are no runs yet: go back (Esc), choose a text and press t to train one."
        if not self._has_looked:
            return "Reading the runs…"
        if not self._shown:
            return "No run has such a name; change the filter (/)."
        if not any(map(self._is_drawn, self._runs)):
            return "All curves are hidden; press Space on a run to show it."
        return "These runs have no curves yet."

    def _marks(self) -> dict[str, Mark]:
        styles = styles_for(self.query_one(RunChart))
        return {
            name: Mark(
                self._slots[name],
                Style(color=styles[line_ink(self._slots[name])].color),
                name in self._hidden,
                name == self._pinned,
            )
            for name in self._runs
        }

    def _colour_anew(self) -> None:
        """Take up the colours of another theme once the chart has them."""
        self.call_after_refresh(self._show)

    @on(RunTable.Listed)
    @on(DataTable.RowHighlighted)
    def _show_details(self) -> None:
        """Say what is known of the run under the cursor."""
        run = self._highlighted
        about = described(run) if run else ""
        details = self.query_one("#details", Static)
        details.update(Content(printable(about)))
        details.tooltip = Content(printable(about))

    @property
    def _highlighted(self) -> ListedRun | None:
        name = self.query_one(RunTable).highlighted
        return self._runs.get(name) if name is not None else None

    def _label_buttons(self) -> None:
        chart = self.query_one(RunChart)
        for name, label in (
            ("axis", f"x: {chart.axis}"),
            ("kind", f"y: {chart.kind}"),
            ("slower", "<"),
            ("replay", f"Replay {speed_in_words(self._speed)}"),
            ("faster", ">"),
        ):
            self.query_one(f"#button-{name}", Button).label = label

    def _toast(self, sentence: str, severity: str = "information") -> None:
        self.notify(printable(sentence), severity=severity, markup=False)  # type: ignore[arg-type]

    # Looking at it in another way.

    def action_look(self) -> None:
        """Look for runs now."""
        self.look()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        """Show what the filter lets through, and read the curves of what is new."""
        self._show()
        self.look()

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        """Let letter keys act again."""
        self.query_one(RunTable).focus()

    def action_filter(self) -> None:
        """Put the cursor into the filter."""
        self.query_one("#filter", Input).focus()

    def action_back(self) -> None:
        """Out of the filter, which is emptied; else out of the screen."""
        wanted = self.query_one("#filter", Input)
        if self.focused is wanted:
            wanted.value = ""
            self.query_one(RunTable).focus()
        else:
            self.dismiss()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.query_one(RunTable).sort_by_next()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        table = self.query_one(RunTable)
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
        if run := self._highlighted:
            self._toggle_hidden(run.name)

    @on(RunTable.MarkClicked)
    def _hide_clicked(self, event: RunTable.MarkClicked) -> None:
        self._toggle_hidden(event.name)

    def _toggle_hidden(self, name: str) -> None:
        self._hidden ^= {name}
        self._show()
        if name not in self._hidden:
            self.look()

    def action_pin(self) -> None:
        """Put the run under the cursor on top of the others, or back among them."""
        if run := self._highlighted:
            self._pinned = None if run.name == self._pinned else run.name
            self._show()
            self.query_one(RunTable).highlight(run.name)

    def action_speed(self, way: int) -> None:
        """Replay faster or slower."""
        at = SPEEDS.index(self._speed) + way
        self._speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]
        self._label_buttons()

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
        if run := self._highlighted:
            self._leave_for(lambda: self._open_run(find_checkpoint(self._folder, run.name)))

    def action_resume(self) -> None:
        """Go on with the training of the run under the cursor."""
        if run := self._idle_run("resumed"):
            self._leave_for(lambda: self._resume(run.name))

    def action_replay(self) -> None:
        """Show the training of the run under the cursor again."""
        if run := self._highlighted:
            self._leave_for(lambda: self._replay(run.name, self._speed))

    def _leave_for(self, act: Callable[[], None]) -> None:
        """Do something that another screen shows; stay where it can't be done."""
        try:
            act()
        except RnntuiError as error:
            self._toast(str(error), "error")
            return
        if self.is_current:
            self.dismiss()

    def _idle_run(self, done: str) -> ListedRun | None:
        """The run under the cursor; a toast and None where it is in training."""
        run = self._highlighted
        if run is not None and is_being_trained(run.folder):
            self._toast(f"The run '{run.name}' is being trained, so it can't be {done}.", "warning")
            return None
        return run

    def action_export(self) -> None:
        """Ask where to, then write the run to a zip file."""
        if run := self._highlighted:
            sentence = f"Write '{run.name}' to this file:"
            question = AskText("Export", sentence, f"{run.name}.zip", "Export")
            self.app.push_screen(question, partial(self._export, run))

    def _export(self, run: ListedRun, to: str | None) -> None:
        if to is not None:
            target = Path(to).expanduser()
            target = target if target.suffix else target.with_name(f"{target.name}.zip")
            done = self.Done(f"Exported '{run.name}' to {target}.")
            self._do(partial(export_run, run.folder, target), done)

    def action_rename(self) -> None:
        """Ask for another name, then give it."""
        if run := self._idle_run("renamed"):
            sentence = f"Another name for '{run.name}':"
            question = AskText("Rename", sentence, run.name, "Rename")
            self.app.push_screen(question, partial(self._rename, run))

    def _rename(self, run: ListedRun, new_name: str | None) -> None:
        if new_name is not None and new_name != run.name:
            sentence = f"'{run.name}' is called '{new_name}' now."
            done = self.Done(sentence, renamed=(run.name, new_name))
            self._do(partial(self._rename_with_colour, run.name, new_name), done)

    def _rename_with_colour(self, name: str, new_name: str) -> None:
        rename_run(self._folder, name, new_name)
        self._remembered.rename(name, new_name)

    def action_delete(self) -> None:
        """Ask, then delete the run."""
        if run := self._idle_run("deleted"):
            question = Question(
                "Delete a run",
                f"Delete '{run.name}' with its record, samples and checkpoints? There is no undo.",
                "Delete",
                "Keep",
            )
            self.app.push_screen(question, partial(self._delete, run))

    def _delete(self, run: ListedRun, sure: bool | None) -> None:
        if sure:
            done = self.Done(f"Deleted '{run.name}'.")
            self._do(partial(remove_run, self._folder, run.name), done)

    @work(thread=True, group="do")
    def _do(self, act: Callable[[], object], done: Done) -> None:
        """Do what may take a while, and tell how it went."""
        try:
            act()
        except (RnntuiError, OSError) as error:
            self.post_message(self.Refused(str(error)))
        else:
            self.post_message(done)

    @on(Refused)
    def _take_refusal(self, message: Refused) -> None:
        """Say why it could not be done."""
        self._toast(message.sentence, "error")

    @on(Done)
    def _take_done(self, message: Done) -> None:
        """Show what has changed."""
        self._toast(message.sentence)
        if message.renamed:
            old, new = message.renamed
            self._hidden = {new if name == old else name for name in self._hidden}
            self._pinned = new if self._pinned == old else self._pinned
            self._to_highlight = new
        self.look()


def _button(name: str) -> Button:
    """A button that does what a key does."""
    action = called(f"runs.{name}", (OPEN, *RUNS))
    made = Button(
        action.label,
        id=f"button-{name}",
        tooltip=f"{action.tooltip} ({action.key})",
        action=f"screen.{action.call}",
        compact=True,
    )
    made.can_focus = False
    return made
