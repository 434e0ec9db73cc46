"""The race on screen: its lanes' curves in one chart, a table of figures, samples side by side.

The screen polls its session, which owns the threads, and ends it when it is left.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static, Tabs

from rnntui.chart_characters import ORNAMENTS
from rnntui.errors import RnntuiError, reason
from rnntui.runtime.curves import MOST_POINTS, LiveCurves, NewCurves
from rnntui.runtime.phases import Phase
from rnntui.runtime.race.session import RaceRequest, RaceSession, ResumedRace
from rnntui.text.cells import printable
from rnntui.training.commands import SingleStep, Stop
from rnntui.training.events import Failed, Warned
from rnntui.training.runs.folder import find_checkpoint
from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.core.sampling_choices import next_pace, with_temperature
from rnntui.tui.core.sentences import one_line, shown_path
from rnntui.tui.dialogs.question import Question
from rnntui.tui.race.actions import OPEN, RACE
from rnntui.tui.race.export import export_race
from rnntui.tui.race.samples import LaneSamples
from rnntui.tui.race.table import LaneMark, RaceTable
from rnntui.tui.training.run_chart import AXES, KINDS, Charted, RunChart
from rnntui.tui.widgets.chart.inks import line_ink, sign
from rnntui.tui.widgets.chart.palette import styles_for
from rnntui.tui.widgets.title_bar import TitleBar

POLLS_PER_SECOND: Final = 10
SECONDS_TO_END: Final = 60.0
"""How long the lanes may take to finish their steps and save."""

_BAR = (
    "[@click=screen.pause()][b]$state[/b][/]"
    "   x: [@click=screen.axis()][b]$axis[/b][/]"
    "   y: [@click=screen.kind()][b]$kind[/b][/]"
    "   temperature [@click=screen.temperature('down')]◂[/] [b]$temperature[/b]"
    " [@click=screen.temperature('up')]▸[/]"
    "   [@click=screen.pace()][b]$pace[/b][/]"
    "   chart [@click=screen.scale()]log[/] [@click=screen.smoothing()]smooth[/]"
    " [@click=screen.recent()]recent[/]"
)
_STATES: Final[dict[Phase, str]] = {
    "idle": "■ no race",
    "starting": "● starting …",
    "training": "● racing",
    "paused": "‖ paused",
    "stopped": "■ ended and saved",
    "finished": "■ finished and saved",
    "failed": "■ failed",
}
_AXES: Final = {
    "steps": "steps",
    "seconds": "own seconds",
    "characters": "characters",
    "parameters": "parameters",
}


class RaceScreen(Screen[None]):
    """A race under way, or at its end."""

    CSS_PATH = "race.tcss"
    AUTO_FOCUS = "#lanes-table"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in RACE]
    actions: ClassVar[Sequence[Action]] = (OPEN, *RACE)

    def __init__(
        self,
        session: RaceSession,
        request: RaceRequest,
        open_checkpoint: Callable[[Path], None],
        folder: Path,
    ) -> None:
        """Begin the race of `request` in `session`, which must be idle.

        `open_checkpoint` is called with the path of a lane's checkpoint to open it elsewhere;
        pictures and tables are saved in `folder`.
        """
        super().__init__()
        self.session, self._request, self._folder = session, request, folder
        self._open_checkpoint = open_checkpoint
        self.table, self.chart, self.samples = RaceTable(), RunChart(id="chart"), LaneSamples()
        self._marks: dict[str, LaneMark] = {}
        self._curves: dict[str, LiveCurves] = {}
        self._shown_phase: Phase = "idle"
        self._wants_samples, self._is_leaving = True, False

    def compose(self) -> ComposeResult:
        """The table above the chart above the samples."""
        yield TitleBar("race")
        yield Static(id="bar")
        yield PaneTabs(
            [
                PaneTab("curves", "Curves", find_action("race.tab.curves", RACE)),
                PaneTab("samples", "Samples", find_action("race.tab.samples", RACE)),
            ]
        )
        with Vertical(self.table, id="lanes") as lanes:
            lanes.border_title = "Lanes   losses in bits per character"
        with Vertical(self.chart, id="curves") as curves:
            curves.border_title = "Curves"
        yield self.samples
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin the race."""
        self.session.race(self._request)
        self._show_state()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)
        self.app.theme_changed_signal.subscribe(self, self._recolour)

    def on_unmount(self) -> None:
        """End the samples; whoever leaves a race has ended it."""
        self.session.stop_generating()

    # Showing.

    async def poll(self) -> None:
        """Take the session's news and update every pane once."""
        session = self.session
        news = session.poll()
        if session.file is not None and list(self._marks) != list(session.lanes):
            await self._show_lanes()
        for event in news.events:
            if isinstance(event.event, Warned | Failed):
                of_lane = f"{event.lane}: " if event.lane else ""
                self._tell_event(f"{of_lane}{event.event.sentence}", event.event)
        for name, lane in session.lanes.items():
            events = [event.event for event in news.events if event.lane == name]
            every = max(1, lane.total_steps // MOST_POINTS)
            curves = self._curves[name].read(events, every)
            if curves.training.steps or curves.validation.steps:
                self.chart.add_points(self._marks[name].name, NewCurves(curves, rewound=False))
        if news.events and self._marks:
            self._show_figures()
        self.samples.show(news.rounds)
        for sentence in news.failures:
            self._fail(sentence)
        if self._wants_samples and session.phase not in ("idle", "starting", "failed"):
            self._wants_samples = False
            self._generate()
        if session.phase != self._shown_phase:
            self._show_state()

    async def _show_lanes(self) -> None:
        """Show which lanes there are, once the race is open."""
        session, file = self.session, self.session.file
        assert file is not None
        names = dict(zip(file.lanes, file.labels, strict=True))
        styles, characters = styles_for(self.chart), self.chart.look.characters
        marks = {}
        for slot, lane in enumerate(session.lanes):
            label = names[lane]
            # Two recipes may have the same name.
            shown = label if label and file.labels.count(label) == 1 else lane
            drawn = sign(slot).translate(ORNAMENTS[characters])
            marks[lane] = LaneMark(drawn, Style(color=styles[line_ink(slot)].color), shown)
        self._marks, self._curves = marks, {lane: LiveCurves() for lane in marks} | self._curves
        corpus = next(iter(session.networks.values())).corpus
        self.query_one(TitleBar).show_title(f"race · {one_line(file.name)} · {one_line(corpus)}")
        await self.samples.set_lanes(list(marks.values()))
        self._show_figures()

    async def _recolour(self, _theme: Theme) -> None:
        """Take the colours of another theme, which the chart has by now."""
        if self._marks:
            await self._show_lanes()

    def _show_figures(self) -> None:
        """Update table and chart."""
        lanes = self.session.lanes
        self.table.show(lanes, self._marks)
        self.chart.show_runs(
            {
                self._marks[name].name: Charted(slot, lane.characters_per_step, lane.parameters)
                for slot, (name, lane) in enumerate(lanes.items())
            },
            [mark.name for mark in self._marks.values()],
            None,
            "The race has no losses yet.",
        )

    def _show_state(self) -> None:
        """Update the bar."""
        session, chart = self.session, self.chart
        self._shown_phase = session.phase
        self.query_one("#bar", Static).update(
            Content.from_markup(
                _BAR,
                state=_STATES[session.phase],
                axis=_AXES[chart.axis],
                kind=chart.kind,
                temperature=f"{session.spec.temperature:.2f}",
                pace=f"{session.pace:g} characters/s" if session.pace else "full speed",
            )
        )

    def _tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Show a sentence in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    def _tell_event(self, sentence: str, event: Warned | Failed) -> None:
        if isinstance(event, Failed):
            self._fail(sentence)
        else:
            self._tell(sentence, "warning")

    def _fail(self, sentence: str) -> None:
        """Show an error in a modal, with the path of the log."""
        if isinstance(self.app, SurvivingApp):
            self.app.show_failure(sentence)
        else:
            self._tell(sentence, "error")

    @on(Tabs.TabActivated)
    def _show_tab(self) -> None:
        """Mark the pane that shows where there is little room."""
        self.set_class(self.query_one(PaneTabs).shown == "samples", "-samples")

    @on(RaceTable.RowHighlighted)
    def _list_first(self) -> None:
        """List the lane under the cursor first in the legend."""
        lane = self.table.highlighted
        if lane in self._marks:
            self.chart.list_first(self._marks[str(lane)].name)

    # Actions; `RACE` says what each is for.

    def action_pause(self) -> None:
        """Pause, continue, or go on with a race that was ended."""
        session = self.session
        if session.is_training:
            session.toggle_pause()
        elif session.file is not None and session.phase == "stopped":
            self._wants_samples = session.is_generating
            session.race(ResumedRace(self._request.parent, session.file.name))
            self._show_state()
        elif session.phase == "finished":
            self._tell("All lanes have taken all their steps; each can be resumed by itself.")

    def action_step(self) -> None:
        """One step of every lane."""
        self.session.send(SingleStep())

    def action_stop(self) -> None:
        """Save all lanes and end the race."""
        self.session.send(Stop())

    def action_axis(self) -> None:
        """Draw against the next quantity."""
        self.chart.set_axis(AXES[(AXES.index(self.chart.axis) + 1) % len(AXES)])
        self._show_state()

    def action_kind(self) -> None:
        """Switch between validation and training losses."""
        self.chart.set_kind(KINDS[(KINDS.index(self.chart.kind) + 1) % len(KINDS)])
        self._show_state()

    def action_generate(self) -> None:
        """Generate samples, or stop that."""
        if self.session.is_generating:
            self.session.stop_generating()
        elif self.session.networks:
            self._generate()

    def _generate(self) -> None:
        prime = self.session.generate()
        self.samples.begin(prime.text if self.session.prime else "")
        for warning in prime.warnings:
            self._tell(warning, "warning")

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        self.session.spec = with_temperature(self.session.spec, way)
        self._show_state()

    def action_pace(self) -> None:
        """Take the next pace."""
        self.session.set_pace(next_pace(self.session.pace))
        self._show_state()

    def action_scale(self) -> None:
        """Switch between the linear and the logarithmic scale."""
        self.chart.action_toggle_scale()

    def action_smoothing(self) -> None:
        """Smooth more, or not at all after the heaviest weight."""
        self.chart.action_cycle_smoothing()

    def action_recent(self) -> None:
        """Show the last part of the race, or all of it."""
        self.chart.action_toggle_recent()

    def action_tab(self, name: str) -> None:
        """Open a tab; where all panes are shown, focus the chart or leave it."""
        self.query_one(PaneTabs).turn_to(name)
        self.set_focus(self.chart if name == "curves" else self.query_one("StreamText"))

    @work(thread=True, exclusive=True, group="export")
    def action_export(self) -> None:
        """Save the chart as a picture and as numbers."""
        file = self.session.file
        if file is None:
            return
        try:
            picture, table = export_race(self._request.parent, file, self._folder)
        except (RnntuiError, OSError) as error:
            why = str(error) if isinstance(error, RnntuiError) else reason(error)
            sentence = f"The race can't be saved in {shown_path(self._folder)}: {why}."
            self.app.call_from_thread(self._tell, sentence, "error")
            return
        sentence = f"Saved as {shown_path(picture)} and {table.name}."
        self.app.call_from_thread(self._tell, sentence)

    @on(RaceTable.Opened)
    def action_open_lane(self) -> None:
        """Leave with the network of the lane under the cursor."""
        lane = self.table.highlighted
        if lane is None:
            return
        if self.session.is_training:
            self._tell("The race is in progress; end it (k) before a lane is opened.", "warning")
            return
        try:
            self._open_checkpoint(find_checkpoint(self._request.parent, lane))
        except RnntuiError as error:
            self._tell(str(error), "error")
            return
        self.dismiss()

    def action_leave(self) -> None:
        """Leave the screen, after a question where the race is in progress."""
        if not self.session.is_training:
            self.dismiss()
            return
        question = Question(
            "Leave the race",
            f"{about_race(self.session.phase)}. Save all lanes and leave?",
            "Save and leave",
            "Stay",
        )
        self.app.push_screen(question, self._answer_to_leave)

    def _answer_to_leave(self, leave: bool | None) -> None:
        if leave and not self._is_leaving:
            self._is_leaving = True
            self._end()

    @work(thread=True, group="leave")
    def _end(self) -> None:
        """End the race, saving, in a thread; then leave."""
        self.session.close(SECONDS_TO_END)
        self.app.call_from_thread(self._left)

    def _left(self) -> None:
        if self.is_current:
            self.dismiss()


def about_race(phase: Phase) -> str:
    """The beginning of a sentence about a race that has not ended."""
    return "A race is paused" if phase == "paused" else "A race is in progress"
