"""The playground: texts and settings on the left, the loss above, the output below.

It passes requests to the session, and the session's news to the panes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Tabs

from rnntui.runtime.session import Network, Session
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.tasks.characters.command_line import train_command
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.training.events import (
    Rewound,
    Sampled,
    TrainEvent,
)
from rnntui.tui.core.actions import PLAYGROUND, Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.next_step import Hint, NextStep
from rnntui.tui.core.pane_tabs import PaneTabs
from rnntui.tui.core.preferences import Preferences
from rnntui.tui.playground.controller import PlaygroundController
from rnntui.tui.playground.next_character import NextCharacter
from rnntui.tui.playground.output_controller import OutputController
from rnntui.tui.playground.output_pane import OutputPane
from rnntui.tui.playground.setup_pane import SetupPane
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.replay_actions import REPLAY, is_active_in
from rnntui.tui.training.screen import POLLS_PER_SECOND, TrainingScreen, pane_tabs
from rnntui.tui.training.status import TrainingKind
from rnntui.tui.widgets.chart import YScale
from rnntui.tui.widgets.title_bar import TitleBar

TABS: Final = pane_tabs(
    {"setup": "Set-up", "overview": "Overview", "loss": "Loss", "writing": "Output"}, PLAYGROUND
)
"""The tabs shown where there is little room."""

HINTS: Final = (
    Hint(("train",), "train on the chosen text, and watch the loss fall"),
    Hint(("generate",), "let the network generate"),
    Hint(("mode.argmax", "mode.random", "mode.hybrid"), "change how each character is chosen"),
    Hint(("temperature.down", "temperature.up"), "make it safer or wilder"),
    Hint(("prime",), "give it a beginning of your own"),
    Hint(("duel",), "see the three modes side by side"),
    Hint(("runs",), "compare all runs"),
)
"""Suggestions for a newcomer, one after the other."""


class Playground(TrainingScreen):
    """Choose a text, train on it, and read what the network generates while it learns."""

    controller: PlaygroundController
    CSS_PATH = "playground.tcss"
    FOCUSED: ClassVar[Mapping[str, str]] = {
        "setup": "#texts",
        "loss": "#chart",
        "writing": "#stream",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding for action in (*REPLAY, *PLAYGROUND)),
        Binding(
            "escape",
            "unfocus",
            "Leave",
            show=False,
            tooltip="Leave the focused list, chart or text.",
            id="unfocus",
        ),
    ]
    actions: ClassVar[Sequence[Action]] = (*REPLAY, *PLAYGROUND)

    def __init__(
        self,
        session: Session,
        corpus: str,
        recipe: TrainRecipe,
        preferences: Preferences,
        layout: Mapping[str, float] | None = None,
        followed: Iterable[str] = (),
        elsewhere: Callable[[], str] = lambda: "",
    ) -> None:
        """Show `session`, with an initial text and recipe.

        `layout` is the `shares` of an earlier session, `followed` the hints not to show
        again. `elsewhere` begins a sentence about a classifier that is being trained, and
        is empty without one.
        """
        self.session = session
        self.setup, self.output = SetupPane(corpus, recipe), OutputPane()
        self.shares: dict[str, float] = dict(layout or {})
        """Each pane's share of its row or column, by the pane's id."""
        loss = LossPane()
        controller = PlaygroundController(
            session, self.setup, loss, self.tell, lambda: _in_classify(elsewhere())
        )
        super().__init__(controller, self.setup, loss, self.output, self.shares)
        self.stream = OutputController(session, self.output, self.tell)
        self._preferences = preferences
        self._compared: Network | None = None
        """The network that was last compared with its text."""
        self.next_step = NextStep(HINTS, PLAYGROUND, followed, self._can_be_done)
        self._generates_from_start = False
        """Whether to generate as soon as the requested training run has started."""

    def compose(self) -> ComposeResult:
        """Three panes, which become tabs where there is little room."""
        yield TitleBar()
        yield PaneTabs(TABS)
        yield self._columns
        yield self.next_step
        yield KeyBar()

    def on_mount(self) -> None:
        """Start polling."""
        self._show_network()
        self._apply_preferences()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)

    def _apply_preferences(self) -> None:
        preferences = self._preferences
        self.stream.apply(preferences)
        chart = self.loss.chart
        scale = YScale.LOG if preferences.log_scale else YScale.LINEAR
        chart.look = replace(chart.look, smoothing=preferences.smoothing, scale=scale)

    def chosen(self) -> dict[str, Any]:
        """The settings made here, by their names in `Preferences`."""
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
        """Take the session's news and update every pane once."""
        news, session = self.session.poll(), self.session
        self.show_training(
            news.events, _kind_of(session), session.network.step if session.network else 0
        )
        if news.characters:
            self.stream.show(news.characters)
        is_paused = session.is_generating and session.is_stream_paused
        self.output.show_pause(is_paused, news.prediction)
        for sentence in news.failures:
            self.fail(sentence)
        self.controller.show_followed()
        self.output.show_generating(session.is_generating)
        self.next_step.show_next()

    def _can_be_done(self, action: str) -> bool:
        """Whether a hint at an action is useful now."""
        session = self.session
        if action == "train":
            return not session.is_training
        if action == "generate":
            return session.network is not None and not session.is_generating
        if action == "mode.argmax":
            # In a pause these keys choose a character.
            return session.is_generating and not session.is_stream_paused
        if action == "temperature.down":
            return session.is_generating
        return action == "runs" or session.network is not None

    def handle_event(self, event: TrainEvent) -> None:
        """Handle an event, and show a replay's samples."""
        super().handle_event(event)
        match event:
            case Sampled() if self.session.is_replay and not self.session.is_generating:
                self.output.show_sample(event.prime, event.text)
            case Rewound() if not self.session.is_generating:
                self.output.begin("")
            case _:
                pass

    def show_start(self) -> None:
        """Show the network being trained, and continue generating with it."""
        # A text that is built at first use exists by now.
        self.setup.show_texts()
        self._show_network()
        if self.session.network is not self._compared:
            self._compare()
        if self._generates_from_start:
            self._generates_from_start = False
            self.stream.toggle()

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
        # The output of another network must not be taken for this one's.
        self.output.show_network_name(network.name if network else "", self.session.is_generating)

    def show_machine(self, words: str) -> None:
        """Show at the top right what the machine is busy with; empty when it is ready."""
        self.query_one(TitleBar).show_note(words)

    # The panes.

    @on(Input.Changed, "#prime")
    def _prime_changed(self, event: Input.Changed) -> None:
        """Let the next output start from another prime."""
        self.session.prime = event.value

    @on(Input.Submitted, "#prime")
    def _start_from_prime(self) -> None:
        """Start the output from the typed prime."""
        self.stream.apply_prime()

    def action_unfocus(self) -> None:
        """Leave the focused widget; a field handles this key itself."""
        self.set_focus(None)

    @on(Tabs.TabActivated)
    def _show_tab(self) -> None:
        """Mark the panes that show where there is little room."""
        tab = self.tabs.shown
        shown: dict[Widget, bool] = {self.setup: tab == "setup", self._rows: tab != "setup"}
        for pane in (self.loss, self.output):
            shown[pane] = tab in ("overview", pane.id)
        self.mark_panes(shown, tab == "overview")
        self._show_links()

    def on_resize(self) -> None:
        """Show the links that fit, as panes may appear or vanish."""
        self._show_links()

    def _show_links(self) -> None:
        # Textual doesn't always send a size to a pane that appears: not where something,
        # such as a `refresh`, read the size before the screen was laid out.
        for pane in (self.loss, self.output):
            self.call_after_refresh(pane.show_links)

    # Training runs, beyond what every training screen does.

    def action_train(self) -> None:
        """Begin, pause or continue a training run."""
        # If text was being generated, continue with the new network.
        self._generates_from_start |= self.session.is_generating
        super().action_train()
        self._generates_from_start &= not self.session.is_generating

    def open_checkpoint(self, path: Path) -> None:
        """Load the network of a checkpoint, and let `t` resume its run, or follow it.

        Raises `RnntuiError` where there is no such network, or a training run is in progress.
        """
        if not self.controller.open_checkpoint(path):
            return
        if self.session.is_training:
            self.watch_training()
        else:
            self._show_network()
            self._compare()

    def resume(self, name: str) -> None:
        """Resume a run. Raises `RnntuiError` where there is none, or another process trains it."""
        if self.controller.resume(name):
            self.watch_training()

    def replay(self, name: str, speed: float) -> None:
        """Replay a run from its record."""
        if self.controller.replay(name, speed):
            self.watch_training()

    def action_sample_length(self, way: str) -> None:
        """Double or halve the length of the recorded samples."""
        self.controller.change_sample_length(way)

    # A replay, whose keys replace those of a training run.

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Disable actions without effect during a replay, or without one."""
        return is_active_in(action, self.controller.replays)

    def action_replay_pause(self) -> None:
        """Pause or continue the replay."""
        self.action_train()

    def action_replay_end(self) -> None:
        """End the replay."""
        self.action_stop()

    def action_replay_next(self) -> None:
        """Go to the next sample."""
        self.controller.go_to_next_sample()

    def action_replay_move(self, way: str) -> None:
        """Go back or forward by a tenth."""
        self.controller.move_in_replay(way)

    def action_replay_speed(self, way: str) -> None:
        """Double or halve the speed."""
        self.controller.change_replay_speed(way)

    # The output.

    def action_generate(self) -> None:
        """Start or stop generating."""
        if self.stream.toggle():
            self.tabs.turn_to("overview", "writing")

    def action_hold(self) -> None:
        """Pause or resume the output."""
        self.stream.toggle_pause()

    def action_step_output(self) -> None:
        """Pause the output, or generate one more character in a pause."""
        self.stream.step()

    @on(NextCharacter.Chosen)
    def _choose_next(self, event: NextCharacter.Chosen) -> None:
        """Continue the paused output with a character chosen by hand."""
        self.stream.choose(event.symbol)

    def action_mode(self, mode: Mode) -> None:
        """Set the sampling mode."""
        self.stream.set_mode(mode)

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        self.stream.change_temperature(way)

    def action_top_k(self) -> None:
        """Take the next bound."""
        self.stream.change_top_k()

    def action_top_p(self) -> None:
        """Take the next bound."""
        self.stream.change_top_p()

    def action_reseed(self) -> None:
        """Take the next seed; a stream in progress restarts with it."""
        self.stream.reseed()

    def action_pace(self) -> None:
        """Take the next pace."""
        self.stream.change_pace()

    def action_edit_prime(self) -> None:
        """Put the cursor into the prime."""
        self.tabs.turn_to("overview", "writing")
        self.query_one("#prime", Input).focus()

    def action_toggle_colour(self) -> None:
        """Toggle the colouring by probability."""
        self.output.toggle_colour()

    def action_toggle_copied(self) -> None:
        """Toggle the underlining of memorised stretches."""
        self.output.toggle_copied()

    def action_keep_text(self) -> None:
        """Save the text to a file."""
        self.stream.keep_text()

    def action_copy_command(self) -> None:
        """Copy a command line that does the same without a screen."""
        if command := self.stream.command() or self.training_command:
            self.app.copy_to_clipboard(command)
        else:
            self.tell(self.setup.form.complaint, "error")

    @property
    def training_command(self) -> str:
        """The command that trains as the set-up says; empty while that is wrong."""
        form = self.setup.form
        if form.config is None:
            return ""
        recipe, prime = self.setup.named_recipe, form.recipe.prime
        return train_command(self.setup.corpus, recipe, form.config, prime)

    def apply_duel(self, spec: SamplingSpec, prime: str, seed: int, pace: float) -> None:
        """Apply the settings of a duel, and generate."""
        self.stream.apply_settings(spec, seed, pace)
        self.query_one("#prime", Input).value = prime


def _in_classify(about: str) -> str:
    """A sentence about a classifier being trained; empty without one."""
    return f"{about} in the Classify screen; press x to see it, and k there." if about else ""


def _kind_of(session: Session) -> TrainingKind:
    if session.is_followed:
        return "followed"
    return "replay" if session.is_replay else "own"
