"""The playground: texts and settings on the left, the loss above, the network's output below.

The screen carries what is asked for to the session, and the session's news to the panes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input, Tabs

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.runtime.phases import going_on
from rnntui.runtime.session import Network, Session
from rnntui.sampling.modes import Mode
from rnntui.tasks.kinds import CLASSIFIER, kind_of_checkpoint
from rnntui.tasks.summary import summarise
from rnntui.text.cells import printable
from rnntui.training.events import (
    Failed,
    Resumed,
    Rewound,
    RolledBack,
    Sampled,
    Started,
    TrainEvent,
    Warned,
)
from rnntui.training.run_folder import find_run
from rnntui.training.run_lock import check_idle
from rnntui.tui.core.actions import PLAYGROUND, Action, find_action
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.next_step import Hint, NextStep
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.core.preferences import Preferences
from rnntui.tui.dialogs.question import Question
from rnntui.tui.playground.command_line import train_command
from rnntui.tui.playground.output_controller import OutputController
from rnntui.tui.playground.output_pane import OutputPane
from rnntui.tui.playground.setup_pane import SetupPane
from rnntui.tui.playground.training_controller import STOP_SECONDS, TrainingController
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.replay_actions import REPLAY, acts_in
from rnntui.tui.training.status import TrainingKind
from rnntui.tui.widgets.chart import YScale
from rnntui.tui.widgets.split import Split
from rnntui.tui.widgets.title_bar import TitleBar
from rnntui.tui.widgets.too_small import is_too_small

if TYPE_CHECKING:
    from rnntui.runtime.classifier_session import ClassifierSession
    from rnntui.tui.classify.screen import ClassifyScreen
    from rnntui.tui.duel.screen import DuelSettings

POLLS_PER_SECOND = 10
LEAST_COLUMNS: Final = (26, 46)
"""The narrowest that set-up and the rest may be made."""

LEAST_ROWS: Final = (8, 8)
"""The fewest rows of chart and output."""

TABS: Final = tuple(
    PaneTab(name, label, find_action(f"tab.{name}", PLAYGROUND))
    for name, label in {
        "setup": "Set-up",
        "overview": "Overview",
        "loss": "Loss",
        "writing": "Output",
    }.items()
)
"""What is shown of the panes where there is little room."""

FOCUSED: Final = {"setup": "#texts", "loss": "#chart", "writing": "#stream"}
"""What has the focus in a pane that is gone to."""

HINTS: Final = (
    Hint(("train",), "train on the chosen text, and watch the loss fall"),
    Hint(("generate",), "let the network generate"),
    Hint(("mode.argmax", "mode.random", "mode.hybrid"), "change how each character is chosen"),
    Hint(("temperature.down", "temperature.up"), "make it safer or wilder"),
    Hint(("prime",), "give it a beginning of your own"),
    Hint(("duel",), "see the three modes side by side"),
    Hint(("runs",), "compare all runs"),
)
"""What a newcomer could do, one after the other."""

BORDER_STEPS: Final = {"left": -2, "right": 2, "up": -1, "down": 1}
"""Cells that a key moves a border."""


class Playground(Screen[None]):
    """Pick a text, train on it, and read what the network generates while it learns."""

    CSS_PATH = "playground.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding for action in (*REPLAY, *PLAYGROUND)),
        Binding(
            "escape",
            "unfocus",
            "Leave",
            show=False,
            tooltip="Leave the list, chart or text that has the focus.",
            id="unfocus",
        ),
    ]
    actions: ClassVar[Sequence[Action]] = (*REPLAY, *PLAYGROUND)

    def __init__(
        self,
        session: Session,
        corpus: str,
        recipe: str,
        preferences: Preferences,
        layout: Mapping[str, float] | None = None,
        followed: Iterable[str] = (),
    ) -> None:
        """Show `session`, with a text and a recipe to begin with.

        `layout` is the `shares` of an earlier session, `followed` the hints that need
        not be given again.
        """
        super().__init__()
        self.session = session
        self._preferences = preferences
        self._classify: ClassifyScreen | None = None
        self.loss = LossPane()
        self.output = OutputPane()
        self.setup = SetupPane(corpus, recipe)
        self.training = TrainingController(session, self.setup, self.loss, self.tell)
        self.stream = OutputController(session, self.output, self.tell)
        self._compared: Network | None = None
        """The network that was last compared with its text."""
        self.next_step = NextStep(HINTS, PLAYGROUND, followed, self._can_be_done)
        self._generates_from_start = False
        """Whether to generate as soon as the requested training run has started."""
        self.shares: dict[str, float] = dict(layout or {})
        """What part of its row or column each pane was given, by the pane's id."""
        right = Split(self.loss, self.output, "rows", LEAST_ROWS, self.shares, id="right")
        self._rows, self._columns = (
            right,
            Split(self.setup, right, "columns", LEAST_COLUMNS, self.shares, id="body"),
        )

    def compose(self) -> ComposeResult:
        """Three panes, which become tabs where there is little room."""
        yield TitleBar()
        yield PaneTabs(TABS)
        yield self._columns
        yield self.next_step
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to poll."""
        self._show_network()
        self._take_preferences()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)

    def _take_preferences(self) -> None:
        preferences = self._preferences
        self.stream.apply(preferences)
        chart = self.loss.chart
        scale = YScale.LOG if preferences.log_scale else YScale.LINEAR
        chart.look = replace(chart.look, smoothing=preferences.smoothing, scale=scale)

    def chosen(self) -> dict[str, Any]:
        """What a person has chosen here, by the names of `Preferences`."""
        spec, look = self.session.spec, self.loss.chart.look
        return {
            "mode": spec.mode,
            "temperature": spec.temperature,
            "pace": self.session.pace,
            "colour_by_probability": self.output.stream.coloured,
            "underline_copied": self.output.stream.underlining,
            "smoothing": look.smoothing,
            "log_scale": look.scale is YScale.LOG,
        }

    # News from the session.

    def poll(self) -> None:
        """Take what has come, and bring every pane up to it once."""
        news, session = self.session.poll(), self.session
        self.loss.show(news.events)
        for event in news.events:
            self._tell(event)
        if news.characters:
            self.output.show(news.characters)
        for sentence in news.failures:
            self.fail(sentence)
        self.training.show_followed()
        self.training.show_question()
        status, kind = self.loss.status, _kind_of(session)
        if (session.phase, kind) != (status.phase, status.kind):
            self.loss.show_phase(session.phase, kind)
            self.refresh_bindings()
        again = self.training.run_to_replay is not None
        self.loss.show_going_on(self.training.run_to_go_on is not None, again)
        self.loss.show_trained(session.network.step if session.network else 0)
        self.output.show_live(session.is_generating)
        self.next_step.look()

    def _can_be_done(self, action: str) -> bool:
        """Whether a hint at an action would be of use now."""
        session = self.session
        if action == "train":
            return not session.is_training
        if action == "generate":
            return session.network is not None and not session.is_generating
        if action in ("mode.argmax", "temperature.down"):
            return session.is_generating
        return action == "runs" or session.network is not None

    def _tell(self, event: TrainEvent) -> None:
        """Say what a person should know of, beyond what the chart shows."""
        self.training.hear(event)
        match event:
            case Started() | Resumed():
                # A text that is built when it is first used is there by now.
                self.setup.show_texts()
                self._show_network()
                if self.session.network is not self._compared:
                    self._compare()
                if self._generates_from_start:
                    self._generates_from_start = False
                    self.stream.toggle()
            case Sampled() if self.session.is_replay and not self.session.is_generating:
                self.output.show_sample(event.prime, event.text)
            case Rewound() if not self.session.is_generating:
                self.output.begin("")
            case Warned():
                self.tell(event.sentence, "warning")
            case RolledBack():
                self.tell(f"Back to the weights of step {event.to_step:,}.")
            case Failed():
                self.fail(event.sentence)
            case _:
                pass

    def _compare(self) -> None:
        """Have the panes compare the network with its text, in the background."""
        self._compared = self.session.network
        if self.session.network is not None:
            self.loss.compare_with_counting(self.session.network)
            self.output.compare_with_text(self.session.network)

    def _show_network(self) -> None:
        network = self.session.network
        about = f"{network.name} · {network.corpus}" if network else "no network yet"
        self.query_one(TitleBar).show_title(about)
        # What another network wrote is not to be taken for this one's.
        self.output.show_network_name(network.name if network else "", self.session.is_generating)

    def show_machine(self, words: str) -> None:
        """Say at the top right what the machine is busy with; empty when it is ready."""
        self.query_one(TitleBar).show_note(words)

    def tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Say something in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    def fail(self, sentence: str) -> None:
        """Say in a modal what failed, and where more about it stands."""
        if isinstance(self.app, SurvivingApp):
            self.app.show_failure(sentence)

    # The panes.

    @on(Input.Changed, "#prime")
    def _take_prime(self, event: Input.Changed) -> None:
        """Start the next output from another prime."""
        self.session.prime = event.value

    @on(Input.Submitted)
    def _leave_input(self, event: Input.Submitted) -> None:
        """Let letter keys act again, unless what was typed has to be mended first."""
        if event.input.has_class("-wrong"):
            return
        self.set_focus(None)
        if event.input.id == "prime":
            self.stream.take_prime()

    def action_unfocus(self) -> None:
        """Leave what has the focus; a field has this key itself."""
        self.set_focus(None)

    @on(Tabs.TabActivated)
    def _show_tab(self) -> None:
        """Mark the panes that show where there is little room."""
        tab = self._tabs.shown
        self.set_class(tab == "overview", "-overview")
        self.setup.set_class(tab == "setup", "-active")
        self._rows.set_class(tab != "setup", "-active")
        for pane in (self.loss, self.output):
            pane.set_class(tab in ("overview", pane.id), "-active")
        self._show_places()

    @property
    def _tabs(self) -> PaneTabs:
        return self.query_one(PaneTabs)

    def action_tab(self, name: str) -> None:
        """Turn to a tab; where all panes are shown, give one of them the focus, or none."""
        self._tabs.turn_to(name)
        if not self.has_class("-narrow"):
            self.set_focus(self.query_one(FOCUSED[name]) if name in FOCUSED else None)

    def on_resize(self) -> None:
        """Some panes may come into view, or go."""
        self._show_places()

    def _show_places(self) -> None:
        # A pane that comes into view isn't always told its size by Textual: not where
        # somebody, any `refresh` say, asked for the size before the screen was laid out.
        for pane in (self.loss, self.output):
            self.call_after_refresh(pane.show_places)

    def action_move_border(self, way: str) -> None:
        """Move a border between panes by a little."""
        split = self._columns if way in ("left", "right") else self._rows
        if not split.move(BORDER_STEPS[way]):
            self.tell("One pane is shown at a time here, so there is no border to move.")

    def action_reset_layout(self) -> None:
        """Give the panes the sizes that they had at first."""
        self._columns.reset()
        self._rows.reset()

    # The training, the controller's business; `tui/core/actions.py` says what each action is for.

    def action_train(self) -> None:
        """Begin a training, pause it, or go on."""
        # One that has just ended is to be gone on with: its end may not have been heard of.
        self.poll()
        was_generating = self.session.is_generating
        if self._may_train() and self.training.toggle():
            # Whoever was reading wants to see how the new network gets on.
            self._generates_from_start |= was_generating and not self.session.is_generating
            self._tabs.turn_to("overview", "loss")
            self.poll()

    def action_step(self) -> None:
        """Take one step."""
        self.training.step()

    @work(thread=True, group="stop")
    def action_stop(self) -> None:
        """End the training, waiting out of the screen's way for it to save."""
        self.training.stop()

    def action_new_run(self) -> None:
        """Let `t` begin a new run."""
        self.training.begin_anew()

    def action_save(self) -> None:
        """Save now."""
        self.training.save()

    def action_roll_back(self) -> None:
        """Go back to the best checkpoint."""
        self.training.roll_back()

    def action_learning_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        self.training.change_rate(way)

    def action_sample_length(self, way: str) -> None:
        """Double or halve the length of the training's own samples."""
        self.training.change_sample_length(way)

    # A replay, which has keys of its own in the place of a training's.

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Rule out what does nothing while a replay is on, or while none is."""
        return acts_in(action, self.training.replays)

    def action_replay_pause(self) -> None:
        """Pause the replay, or go on."""
        self.action_train()

    def action_replay_end(self) -> None:
        """End the replay."""
        self.action_stop()

    def action_replay_next(self) -> None:
        """Step to the next sample."""
        self.training.go_to_next_sample()

    def action_replay_move(self, way: str) -> None:
        """Go back or forward by a tenth."""
        self.training.move_in_replay(way)

    def action_replay_speed(self, way: str) -> None:
        """Double or halve the speed."""
        self.training.change_replay_speed(way)

    # The chart, which has these keys itself while it has the focus.

    def action_scale(self) -> None:
        """Switch between the linear and the logarithmic scale."""
        self.loss.chart.action_toggle_scale()

    def action_smoothing(self) -> None:
        """Smooth more, or not at all after the heaviest weight."""
        self.loss.chart.action_cycle_smoothing()

    def action_recent(self) -> None:
        """Show the last part of the run, or all of it."""
        self.loss.chart.action_toggle_recent()

    # The output, likewise.

    def action_generate(self) -> None:
        """Start or stop generating."""
        if self.stream.toggle():
            self._tabs.turn_to("overview", "writing")

    def action_hold(self) -> None:
        """Let the stream wait, or go on."""
        self.stream.hold()

    def action_mode(self, mode: Mode) -> None:
        """Choose characters in another way."""
        self.stream.choose_by(mode)

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        self.stream.change_temperature(way)

    def action_top_k(self) -> None:
        """Take the next of the usual bounds."""
        self.stream.change_top_k()

    def action_top_p(self) -> None:
        """Take the next of the usual bounds."""
        self.stream.change_top_p()

    def action_reseed(self) -> None:
        """Take the next seed; a stream that goes on begins anew with it."""
        self.stream.reseed()

    def action_pace(self) -> None:
        """Take the next of the usual paces."""
        self.stream.change_pace()

    def action_edit_prime(self) -> None:
        """Put the cursor into the prime."""
        self._tabs.turn_to("overview", "writing")
        self.query_one("#prime", Input).focus()

    def action_toggle_colour(self) -> None:
        """Colour the text by probability, or not."""
        self.output.toggle_colour()

    def action_toggle_copied(self) -> None:
        """Switch the underlining of memorised runs."""
        self.output.toggle_copied()

    def action_keep_text(self) -> None:
        """Write the stream's text into a file."""
        self.stream.keep_text()

    def action_copy_command(self) -> None:
        """Copy what does the same without a screen."""
        form, command = self.setup.form, self.stream.command()
        if command is None and form.config is not None:
            recipe, prime = self.setup.named_recipe, form.recipe.prime
            command = train_command(self.setup.corpus, recipe, form.config, prime)
        if command is None:
            self.tell(form.complaint, "error")
            return
        self.app.copy_to_clipboard(command)

    # The other screens, loaded when they are asked for, as the first picture needs none.

    def action_duel(self) -> None:
        """Open the duel."""
        from rnntui.tui.duel.screen import DuelScreen

        network, session = self.session.network, self.session
        if network is None:
            self.tell("There is no network to generate with yet; press t to train one.", "warning")
            return
        session.stop_generating()
        self.app.clear_notifications()
        duel = DuelScreen(network, session.spec, session.prime, session.seed, session.pace)
        self.app.push_screen(duel, self._take_from_duel)

    def _take_from_duel(self, left: "DuelSettings | None") -> None:
        if left is not None:
            self.stream.go_on_with(left.spec, left.seed, left.pace)
            self.query_one("#prime", Input).value = left.prime

    def action_corpora(self) -> None:
        """Open the library of texts."""
        from rnntui.tui.corpora.screen import CorporaScreen

        self.app.clear_notifications()
        self.app.push_screen(CorporaScreen(self.setup.corpus), self._take_from_library)

    def _take_from_library(self, name: str | None) -> None:
        self.setup.choose(name or self.setup.corpus)

    def action_runs(self) -> None:
        """Open the table of runs."""
        from rnntui.tui.runs.screen import RunsScreen

        parent = places.checkpoints_dir()
        screen = RunsScreen(
            parent, self.open_checkpoint, self.resume, self.replay, shares=self.shares
        )
        self.app.clear_notifications()
        self.app.push_screen(screen)

    def open_checkpoint(self, path: Path) -> None:
        """Sample from the network of a checkpoint, and go on with its run at `t`, or follow it.

        A classifier is opened in the Classify screen. Raises `RnntuiError` where there
        is no such network, or a training goes on.
        """
        if _is_classifier(path):
            self._show_classify().when_ready(lambda screen: screen.open(path))
            return
        if not self.training.open_checkpoint(path):
            return
        if self.session.is_training:
            self._tabs.turn_to("overview", "loss")
        else:
            self._show_network()
            self._compare()

    def resume(self, name: str) -> None:
        """Go on with a run, a classifier's in the Classify screen.

        Raises `RnntuiError` where there is no such run, or another process trains it.
        """
        folder = find_run(places.checkpoints_dir(), name)
        if summarise(folder).kind is CLASSIFIER:
            if self._classify is None or not self._classify.controller.trains(name):
                check_idle(folder, "resumed")
            self._show_classify().when_ready(lambda screen: screen.resume(name))
            return
        if self._may_train() and self.training.resume(name):
            self._tabs.turn_to("overview", "loss")
            self.poll()

    def replay(self, name: str, speed: float) -> None:
        """Show a run again from its record."""
        if self.training.replay(name, speed):
            self._tabs.turn_to("overview", "loss")

    def action_classify(self) -> None:
        """Open the Classify screen, which stays as it is while others are shown."""
        self._show_classify()

    def _show_classify(self) -> "ClassifyScreen":
        """Put the Classify screen in front."""
        screen = self._classify_screen()
        if screen not in self.app.screen_stack:
            self.app.clear_notifications()
            self.app.push_screen(screen)
        return screen

    def _classify_screen(self) -> "ClassifyScreen":
        """The Classify screen, made when it is first asked for."""
        from rnntui.runtime.classifier_session import ClassifierSession

        return self._classify or self.put_classifying(ClassifierSession())

    def put_classifying(self, session: "ClassifierSession") -> "ClassifyScreen":
        """Make the Classify screen over a session; there must be none yet."""
        from rnntui.tui.classify.screen import ClassifyScreen

        self._classify = ClassifyScreen(session, self._about_training)
        self.app.install_screen(self._classify, "classify")
        return self._classify

    @property
    def _trains_its_own(self) -> bool:
        """Whether a training of this process goes on, neither a replay nor another process's."""
        return self.session.is_training and _kind_of(self.session) == "own"

    def _about_training(self) -> str:
        """The beginning of a sentence about a training of this process, empty without one."""
        return going_on(self.session.phase) if self._trains_its_own else ""

    def _about_classifier(self) -> str:
        """The same about a training in the Classify screen."""
        session = self._classify.session if self._classify else None
        return going_on(session.phase) if session and session.is_training else ""

    def _may_train(self) -> bool:
        """Whether no classifier is being trained; says so otherwise."""
        about = self._about_classifier()
        if about:
            self.tell(f"{about} in the Classify screen; press x to see it, and k there.", "warning")
        return not about

    # Leaving.

    def ask_to_quit(self) -> None:
        """Leave, after a question where a training goes on."""
        # Under the sentence for a small terminal nobody would see the question.
        unseen = is_too_small(self.app.size)
        ours = self._about_training() or self._about_classifier()
        if not ours or unseen:
            self.leave()
            return
        question = Question("Quit", f"{ours}. Save it and leave?", "Save and leave", "Stay")
        self.app.push_screen(question, self._answer_to_quit)

    def _answer_to_quit(self, leave: bool | None) -> None:
        if leave:
            self.leave()

    @work(thread=True, group="leave")
    def leave(self, code: int = 0) -> None:
        """End all that goes on, saving, out of the screen's way; then exit with that code."""
        self.end()
        self.app.call_from_thread(self.app.exit, return_code=code)

    def end(self) -> None:
        """End all that goes on here and in the Classify screen, saving."""
        self.session.close(STOP_SECONDS)
        if self._classify is not None:
            self._classify.session.close(STOP_SECONDS)


def _is_classifier(checkpoint: Path) -> bool:
    try:
        return kind_of_checkpoint(checkpoint) is CLASSIFIER
    except CheckpointError:
        # Whoever loads it says what is wrong.
        return False


def _kind_of(session: Session) -> TrainingKind:
    if session.is_followed:
        return "followed"
    return "replay" if session.is_replay else "own"
