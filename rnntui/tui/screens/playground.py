"""The playground: texts and settings on the left, the loss above, the network's writing below.

The screen carries what is asked for to the session, and the session's news to the panes.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Footer, Input, Static, Tab, Tabs

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.session import (
    READING_PACE,
    NewTraining,
    ReplayedTraining,
    ResumedTraining,
    Session,
)
from rnntui.sampling.choice import MAX_TEMPERATURE, MIN_TEMPERATURE
from rnntui.sampling.stream import hybrid_equals_argmax
from rnntui.text.cells import printable
from rnntui.training.events import (
    Changed,
    Evaluated,
    Failed,
    Finished,
    Resumed,
    RolledBack,
    Saved,
    Started,
    Step,
    TrainEvent,
    Warned,
)
from rnntui.training.run_folder import RunFolder, find_run, read_events, run_of
from rnntui.training.run_summary import can_go_on
from rnntui.tui.actions import PLAYGROUND, Action
from rnntui.tui.command_line import sample_command, train_command
from rnntui.tui.failures import SurvivingApp
from rnntui.tui.panes.loss import LossPane
from rnntui.tui.panes.setup import SetupPane
from rnntui.tui.panes.writing import WritingPane
from rnntui.tui.preferences import Preferences
from rnntui.tui.screens.question import Question
from rnntui.tui.widgets.chart import YScale
from rnntui.tui.widgets.corpus_list import CorpusList
from rnntui.tui.widgets.too_small import is_too_small

POLLS_PER_SECOND = 12
STOP_SECONDS = 60.0
"""How long a training may take to finish its step and save."""

TEMPERATURE_STEP = 0.1
TOP_KS = (0, 40, 10, 5)
TOP_PS = (1.0, 0.95, 0.9, 0.8)
PACES = (READING_PACE, 0.0, 10.0, 30.0)
AS_FAST_AS_SEEN = 1000.0
"""The speed of a replay that is slowed down from no waiting at all."""
COMMAND_LENGTH = 1000
"""Characters that a copied `rnntui sample` writes."""


class Playground(Screen[None]):
    """Pick a text, train on it, and read what the network writes while it learns."""

    CSS_PATH = "playground.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in PLAYGROUND]
    actions: ClassVar[Sequence[Action]] = PLAYGROUND

    def __init__(
        self, session: Session, corpus: str, recipe: str, preferences: Preferences
    ) -> None:
        """Show `session`, with a text and a recipe to begin with."""
        super().__init__()
        self.session = session
        self._preferences = preferences
        self.loss = LossPane()
        self.writing = WritingPane()
        self.setup = SetupPane(corpus, recipe)
        self._resumable: str | None = None
        self._asked_to_save = False
        self._sample_length = 200
        self._replay_speed = 1.0

    def compose(self) -> ComposeResult:
        """Three panes, which become tabs where there is little room."""
        with Horizontal(id="top"):
            yield Static(id="network", markup=False)
            yield Static(id="machine", markup=False)
        yield Tabs(
            Tab("Set-up", id="tab-setup"),
            Tab("Loss", id="tab-loss"),
            Tab("Writing", id="tab-writing"),
            id="tabs",
        )
        with Horizontal(id="body"):
            yield self.setup
            with Vertical(id="right"):
                yield self.loss
                yield self.writing
        yield Footer()

    def on_mount(self) -> None:
        """Begin to poll."""
        self._show_tab("tab-setup")
        self._show_network()
        self._take_preferences()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)

    def _take_preferences(self) -> None:
        preferences, session, bar = self._preferences, self.session, self.writing.bar
        session.spec = replace(
            session.spec, mode=preferences.mode, temperature=preferences.temperature
        )
        session.set_pace(preferences.pace)
        bar.spec, bar.seed, bar.pace = session.spec, session.seed, session.pace
        self.writing.stream.coloured = preferences.colour_by_probability
        self.writing.stream.underlining = preferences.underline_copied
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
            "colour_by_probability": self.writing.stream.coloured,
            "underline_copied": self.writing.stream.underlining,
            "smoothing": look.smoothing,
            "log_scale": look.scale is YScale.LOG,
        }

    # News from the session.

    def poll(self) -> None:
        """Take what has come, and bring every pane up to it once."""
        news, session = self.session.poll(), self.session
        if news.events:
            self.loss.show(news.events)
            for event in news.events:
                self._tell(event)
        if news.characters:
            self.writing.show(news.characters)
        for sentence in news.failures:
            self.fail(sentence)
        if session.phase != self.loss.status.phase:
            self.loss.show_phase(session.phase, session.is_replay)
            self.refresh_bindings()
        self.writing.set_class(session.is_writing, "-live")

    def _tell(self, event: TrainEvent) -> None:
        """Say what a person should know of, beyond what the chart shows."""
        match event:
            case Started() | Resumed():
                self._show_network()
                self._compare()
            case Warned():
                self.tell(event.sentence, "warning")
            case Changed(setting="learning_rate", new=rate):
                self.tell(f"The learning rate is {rate:.2g} now.")
            case Changed(setting="sample_length", new=length):
                self.tell(f"Samples have {length:g} characters from now on.")
            case RolledBack():
                self.tell(f"Back to the weights of step {event.to_step:,}.")
            case Saved() if self._asked_to_save:
                self._asked_to_save = False
                self.tell(f"Saved at step {event.step:,}.")
            case Finished():
                stopped = event.reason == "stopped" and not self.session.is_replay
                self._resumable = self._run_name if stopped else None
                self.tell(f"The training is over at step {event.step:,}.")
            case Failed():
                self.fail(event.sentence)
            case _:
                pass

    def _compare(self) -> None:
        """Have the panes compare the network with its text, in the background."""
        if self.session.network is not None:
            self.loss.compare_with_counting(self.session.network)
            self.writing.compare_with_text(self.session.network)

    @property
    def _run_name(self) -> str | None:
        return self.session.network.name if self.session.network else None

    def _show_network(self) -> None:
        network = self.session.network
        about = f"{network.name} · {network.corpus}" if network else "no network yet"
        self.query_one("#network", Static).update(f" rnntui   {printable(about)}")

    def show_machine(self, words: str) -> None:
        """Say at the top right what the machine is busy with; empty when it is ready."""
        self.query_one("#machine", Static).update(f"{words} ")

    def tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Say something in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    def fail(self, sentence: str) -> None:
        """Say in a modal what failed, and where more about it stands."""
        if isinstance(self.app, SurvivingApp):
            self.app.show_failure(sentence)

    # The panes.

    @on(CorpusList.Chosen)
    def _forget_resumable(self, event: CorpusList.Chosen) -> None:
        """Another text asks for a new run."""
        network = self.session.network
        if network is None or event.entry.name != network.corpus:
            self._resumable = None

    @on(Input.Changed, "#prime")
    def _take_prime(self, event: Input.Changed) -> None:
        """Start the next writing from another prime."""
        self.session.prime = event.value

    @on(Input.Submitted)
    def key_escape(self) -> None:
        """Leave an input, so that letter keys act again."""
        self.set_focus(None)

    @on(Tabs.TabActivated)
    def _take_tab(self, event: Tabs.TabActivated) -> None:
        self._show_tab(str(event.tab.id))

    def _show_tab(self, tab: str) -> None:
        """Mark the pane that shows where there is room for one only."""
        for pane in (self.setup, self.loss, self.writing):
            pane.set_class(tab == f"tab-{pane.id}", "-active")
        self.query_one("#right").set_class(tab != "tab-setup", "-active")

    def _turn_to(self, tab: str) -> None:
        self.query_one(Tabs).active = tab

    # The training; the registry in `tui/actions.py` says what each action is for.

    def action_train(self) -> None:
        """Begin a training, pause it, or go on."""
        if self.session.is_training:
            self.session.toggle_pause()
            return
        parent = places.checkpoints_dir()
        if self._resumable is not None:
            self.session.train(ResumedTraining(parent, self._resumable))
        elif self.setup.form.config is None:
            self.tell("A setting is not valid; it is marked in the form.", "error")
            return
        else:
            self.loss.clear()
            config, prime = self.setup.form.config, self.setup.form.recipe.prime
            self.session.train(NewTraining(parent, self.setup.corpus, config, prime))
        self._turn_to("tab-loss")
        self.poll()

    def action_step(self) -> None:
        """Take one step."""
        if self.session.is_training:
            self.session.single_step()
        else:
            self.tell("There is no training to take a step of; press t to begin one.")

    @work(thread=True, group="stop")
    def action_stop(self) -> None:
        """End the training, waiting out of the screen's way for it to save."""
        self.session.stop_training(STOP_SECONDS)

    def action_new_run(self) -> None:
        """Let `t` begin a new run."""
        if not self._is_free():
            return
        if self._resumable is not None:
            self.tell(f"t begins a new run now; '{self._resumable}' is kept.")
        self._resumable = None

    def action_save(self) -> None:
        """Save now."""
        if self.session.is_training:
            self._asked_to_save = True
            self.session.save()
        else:
            self.tell("There is nothing to save: no training goes on.")

    def action_roll_back(self) -> None:
        """Go back to the best checkpoint."""
        if self.session.is_training:
            self.session.roll_back()
        else:
            self.tell("There is no training to take back; press t to begin one.")

    def action_learning_rate(self, way: str) -> None:
        """Double or halve the learning rate; in a replay, its speed."""
        factor = 2.0 if way == "up" else 0.5
        step = self.loss.status.last_step
        if not self.session.is_training or step is None:
            return
        if self.session.is_replay:
            # 0 is at once, from which there is a way back.
            self._replay_speed = self._replay_speed * factor or AS_FAST_AS_SEEN
            self.tell(f"The replay runs {self._replay_speed:g} times as fast as the training did.")
        else:
            self.session.set_learning_rate(step.learning_rate * factor)

    def action_sample_length(self, way: str) -> None:
        """Double or halve the length of the training's own samples."""
        if self.session.is_training and not self.session.is_replay:
            length = self._sample_length * 2 if way == "up" else self._sample_length // 2
            self._sample_length = min(max(length, 25), 100_000)
            self.session.set_sample_length(self._sample_length)

    def _is_free(self) -> bool:
        """Whether no training goes on; says so otherwise."""
        if self.session.is_training:
            self.tell("A training goes on; press k to end it first.", "warning")
        return not self.session.is_training

    # The writing.

    def action_generate(self) -> None:
        """Begin to write, or stop."""
        if self.session.is_writing:
            self.session.stop_writing()
        else:
            self._write()

    def _write(self) -> None:
        try:
            prime = self.session.write()
        except RnntuiError as error:
            self.tell(str(error), "warning")
            return
        self.writing.begin(prime.text if self.session.prime else "")
        self.writing.bar.held = False
        for warning in prime.warnings:
            self.tell(warning, "warning")
        self._turn_to("tab-writing")

    def action_hold(self) -> None:
        """Let the stream wait, or go on."""
        if self.session.is_writing:
            self.session.toggle_stream_pause()
            self.writing.bar.held = self.session.is_stream_paused

    def action_mode(self, mode: str) -> None:
        """Choose characters in another way."""
        self._set_spec(mode=mode)
        network = self.session.network
        if mode == "hybrid" and network and hybrid_equals_argmax(network.vocabulary):
            self.tell("This text has no spaces, so hybrid never draws: it equals argmax.")

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        change = TEMPERATURE_STEP if way == "up" else -TEMPERATURE_STEP
        wanted = round(self.session.spec.temperature + change, 2)
        self._set_spec(temperature=min(max(wanted, MIN_TEMPERATURE), MAX_TEMPERATURE))

    def action_top_k(self) -> None:
        """Take the next of the usual bounds."""
        self._set_spec(top_k=following(self.session.spec.top_k, TOP_KS))

    def action_top_p(self) -> None:
        """Take the next of the usual bounds."""
        self._set_spec(top_p=following(self.session.spec.top_p, TOP_PS))

    def _set_spec(self, **changes: Any) -> None:
        self.session.spec = replace(self.session.spec, **changes)
        self.writing.bar.spec = self.session.spec

    def action_reseed(self) -> None:
        """Take the next seed; a stream that goes on begins anew with it."""
        self.session.seed += 1
        self.writing.bar.seed = self.session.seed
        if self.session.is_writing:
            self._write()

    def action_pace(self) -> None:
        """Take the next of the usual paces."""
        self.session.set_pace(following(self.session.pace, PACES))
        self.writing.bar.pace = self.session.pace

    def action_edit_prime(self) -> None:
        """Put the cursor into the prime."""
        self._turn_to("tab-writing")
        self.query_one("#prime", Input).focus()

    def action_toggle_colour(self) -> None:
        """Colour the text by probability, or not."""
        self.writing.toggle_colour()

    def action_toggle_copied(self) -> None:
        """Underline copied runs, or not."""
        self.writing.stream.underlining = not self.writing.stream.underlining

    def action_keep_text(self) -> None:
        """Write the stream's text into a file."""
        text = self.writing.stream.text
        if not text:
            self.tell("There is no text yet; press g to let the network write.")
            return
        try:
            path = keep_text(places.checkpoints_dir().parent, text)
        except OSError as error:
            self.tell(f"The text can't be written: {error.strerror}.", "error")
            return
        self.tell(f"Kept as {path}.")

    def action_copy_command(self) -> None:
        """Copy what does the same without a screen."""
        form, session = self.setup.form, self.session
        if session.is_writing and session.network is not None:
            command = sample_command(
                session.network.name, session.spec, session.prime, session.seed, COMMAND_LENGTH
            )
        elif form.config is not None:
            command = train_command(self.setup.corpus, form.recipe, form.config)
        else:
            self.tell("A setting is not valid; it is marked in the form.", "error")
            return
        self.app.copy_to_clipboard(command)
        self.tell(f"Copied: {command}")

    # The other screens, loaded when they are asked for, as the first picture needs none.

    def action_duel(self) -> None:
        """Open the duel."""
        from rnntui.tui.screens.duel import DuelScreen

        network, session = self.session.network, self.session
        if network is None:
            self.tell("There is no network to write with yet; press t to train one.", "warning")
            return
        session.stop_writing()
        duel = DuelScreen(network, session.spec, session.prime, session.seed, session.pace)
        self.app.push_screen(duel)

    def action_corpora(self) -> None:
        """Open the library of texts."""
        from rnntui.tui.screens.corpora import CorporaScreen

        self.app.push_screen(CorporaScreen(self.setup.corpus), self._take_from_library)

    def _take_from_library(self, name: str | None) -> None:
        self.setup.choose(name or self.setup.corpus)

    def action_runs(self) -> None:
        """Open the table of runs."""
        from rnntui.tui.screens.runs import RunsScreen

        parent = places.checkpoints_dir()
        screen = RunsScreen(
            parent, open_run=self.open_checkpoint, resume=self.resume, replay=self.replay
        )
        self.app.push_screen(screen)

    def open_checkpoint(self, path: Path) -> None:
        """Write with the network of a checkpoint, and go on with its run at `t`."""
        folder = run_of(places.checkpoints_dir(), path)
        try:
            self.session.load(path, folder.name if folder else None)
        except RnntuiError as error:
            self.tell(str(error), "error")
            return
        self._resumable = folder.name if folder and can_go_on(folder) else None
        self.loss.clear()
        if folder is not None:
            self._show_record(folder)
        self._show_network()
        self._compare()

    def resume(self, name: str) -> None:
        """Go on with a run."""
        if self._is_free():
            self.loss.clear()
            self._show_record(find_run(places.checkpoints_dir(), name))
            self._resumable = name
            self.action_train()

    def replay(self, name: str, speed: float) -> None:
        """Show a run again from its record."""
        if self._is_free():
            self.loss.clear()
            self._replay_speed = speed
            parent = places.checkpoints_dir()
            self.session.train(ReplayedTraining(parent, name, lambda: self._replay_speed))
            self._turn_to("tab-loss")

    @work(thread=True, exclusive=True, group="record")
    def _show_record(self, folder: RunFolder) -> None:
        """Draw what a run did before; a long record takes a while to read."""
        events = [event for event in read_events(folder) if isinstance(event, Step | Evaluated)]
        self.app.call_from_thread(self.loss.show, events)

    # Leaving.

    def ask_to_quit(self) -> None:
        """Leave, after a question where a training goes on."""
        # Under the sentence for a small terminal nobody would see the question.
        unseen = is_too_small(self.app.size)
        if not self.session.is_training or self.session.is_replay or unseen:
            self._leave()
            return
        question = Question(
            "Quit", "A training goes on. Save it and leave?", "Save and leave", "Stay"
        )
        self.app.push_screen(question, self._answer_to_quit)

    def _answer_to_quit(self, leave: bool | None) -> None:
        if leave:
            self._leave()

    @work(thread=True, group="leave")
    def _leave(self) -> None:
        self.session.close(STOP_SECONDS)
        self.app.call_from_thread(self.app.exit)


def following(value: float, choices: Sequence[float]) -> Any:
    """The choice that follows `value`, going round; the first where it is none of them."""
    place = choices.index(value) + 1 if value in choices else 0
    return choices[place % len(choices)]


def keep_text(folder: Path, text: str) -> Path:
    """Write `text` to a new file in `folder`; returns its path. Raises `OSError`."""
    number = 1
    while (path := folder / f"written-{number}.txt").exists():
        number += 1
    with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path
