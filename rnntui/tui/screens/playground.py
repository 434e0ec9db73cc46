"""The playground: texts and settings on the left, the loss above, the network's writing below."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Label, Static, Tab, Tabs

from rnntui import places
from rnntui.errors import ConfigError, RnntuiError
from rnntui.runtime.session import NewTraining, ResumedTraining, Session
from rnntui.sampling.choice import MAX_TEMPERATURE, MIN_TEMPERATURE
from rnntui.sampling.stream import Character
from rnntui.text.cells import printable
from rnntui.text.corpus import load_corpus
from rnntui.text.library import TextEntry, list_texts
from rnntui.text.normalisation import Normalisation
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
from rnntui.training.recipes import list_recipes
from rnntui.training.run_folder import run_of
from rnntui.tui.actions import PLAYGROUND
from rnntui.tui.screens.question import Failure, Question
from rnntui.tui.widgets.candidates import CandidateBars
from rnntui.tui.widgets.chart import Chart, Look, Marker, SeriesStyle
from rnntui.tui.widgets.corpus_list import CorpusList
from rnntui.tui.widgets.sampler_bar import SamplerBar
from rnntui.tui.widgets.settings_form import SettingsForm
from rnntui.tui.widgets.stream_text import StreamText
from rnntui.tui.widgets.training_status import TrainingStatus

TRAINING, VALIDATION = "training", "validation"
POLLS_PER_SECOND = 15
TEMPERATURE_STEP = 0.1
STOP_SECONDS = 60.0
"""How long a training may take to finish its step and save."""

_LOSS = Look(
    x_title="steps",
    y_title="loss (nats/char)",
    empty_text="Choose a text and press t to train.",
    smoothing=0.9,
)


class Playground(Screen[None]):
    """Pick a text, train on it, and read what the network writes while it learns."""

    CSS_PATH = "playground.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in PLAYGROUND]

    def __init__(self, session: Session, corpus: str, recipe: str) -> None:
        """Show `session`, with a text and a recipe to begin with."""
        super().__init__()
        self.session = session
        self._corpus = corpus
        self._recipe = recipe
        self._resumable: str | None = None
        self._asked_to_save = False
        self._last_evaluation = 0

    def compose(self) -> ComposeResult:
        """Three panes, which become tabs where there is little room."""
        yield Static(id="top", markup=False)
        yield Tabs(
            Tab("Set-up", id="tab-setup"),
            Tab("Loss", id="tab-loss"),
            Tab("Writing", id="tab-writing"),
            id="tabs",
        )
        with Horizontal(id="body"):
            with Vertical(id="setup", classes="pane"):
                yield CorpusList(id="corpora")
                yield SettingsForm(list_recipes(), self._recipe)
            with Vertical(id="right"):
                with Vertical(id="loss", classes="pane"):
                    yield Chart(_LOSS, id="chart")
                    yield TrainingStatus()
                with Vertical(id="writing", classes="pane"):
                    yield SamplerBar()
                    with Horizontal(id="prime-row"):
                        yield Label("prime")
                        yield Input(
                            placeholder="what the writing starts from (p)",
                            id="prime",
                            compact=True,
                        )
                    with Horizontal(id="text-row"):
                        yield StreamText(id="stream")
                        yield CandidateBars(id="candidates")
                    yield Static(id="legend")
        yield Footer()

    def on_mount(self) -> None:
        """Name the panes, list the texts, begin to poll."""
        for pane, title in (
            ("corpora", "Texts"),
            ("settings", "Network and training"),
            ("loss", "Loss"),
            ("writing", "Writing"),
        ):
            self.query_one(f"#{pane}").border_title = title
        chart = self.query_one(Chart)
        chart.add_series(TRAINING, SeriesStyle.LINE, 0)
        chart.add_series(VALIDATION, SeriesStyle.MARKED, 1)
        self.query_one(CorpusList).show_texts(list_texts(), self._corpus)
        self._show_tab("tab-loss")
        self._show_network()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)
        self.call_after_refresh(self._show_legend)

    # News from the session.

    def poll(self) -> None:
        """Take what has come, and bring every widget up to it once."""
        news = self.session.poll()
        if news.events:
            self._show_events(news.events)
        if news.characters:
            self._show_characters(news.characters)
        for sentence in news.failures:
            self._fail(sentence)
        status = self.query_one(TrainingStatus)
        if status.phase != self.session.phase:
            status.phase = self.session.phase
            self.refresh_bindings()
        writing = self.query_one("#writing")
        writing.set_class(self.session.is_writing, "-live")
        self.query_one("#loss").set_class(self.session.phase == "training", "-live")

    def _show_events(self, events: Sequence[TrainEvent]) -> None:
        chart, status = self.query_one(Chart), self.query_one(TrainingStatus)
        steps = [event for event in events if isinstance(event, Step)]
        if steps:
            chart.append(TRAINING, [step.step for step in steps], [step.loss for step in steps])
            status.last_step = steps[-1]
        for event in events:
            match event:
                case Started() | Resumed():
                    status.total_steps = event.total_steps
                    self._show_network()
                case Changed(setting="steps", new=total):
                    status.total_steps = int(total)
                case Evaluated():
                    self._show_evaluation(chart, event)
                case Warned():
                    self._toast(event.sentence, "warning")
                case Changed(setting="learning_rate", new=rate):
                    self._toast(f"The learning rate is {rate:.2g} now.")
                case RolledBack():
                    self._toast(f"Back to the weights of step {event.to_step:,}.")
                case Saved() if self._asked_to_save:
                    self._asked_to_save = False
                    self._toast(f"Saved at step {event.step:,}.")
                case Finished():
                    self._resumable = self._run_name if event.reason == "stopped" else None
                    self._toast(f"The training is over at step {event.step:,}.")
                case Failed():
                    self._fail(event.sentence)
                case _:
                    pass

    def _show_evaluation(self, chart: Chart, event: Evaluated) -> None:
        """Add a point to the curve; the best weights' last, full one belongs to an older step."""
        if event.val_loss is None or event.step <= self._last_evaluation:
            return
        self._last_evaluation = event.step
        chart.append(VALIDATION, [event.step], [event.val_loss])
        if event.best:
            chart.set_marker(Marker("best", event.step, event.val_loss, "best"))

    def _show_characters(self, characters: Sequence[Character]) -> None:
        text = "".join(character.symbol for character in characters)
        probabilities = [
            character.probability for character in characters for _ in character.symbol
        ]
        self.query_one(StreamText).append(text, probabilities)
        last = characters[-1]
        self.query_one(CandidateBars).update_candidates(last.candidates, last.symbol)

    @property
    def _run_name(self) -> str | None:
        return self.session.network.name if self.session.network else None

    def _show_network(self) -> None:
        network = self.session.network
        about = f"{network.name} · {network.corpus}" if network else "no network yet"
        self.query_one("#top", Static).update(f" rnntui   {printable(about)}")

    def _show_legend(self) -> None:
        legend = Content("how likely each was: ") + self.query_one(StreamText).legend()
        self.query_one("#legend", Static).update(legend)

    def _toast(self, sentence: str, severity: str = "information") -> None:
        self.notify(printable(sentence), severity=severity, markup=False)  # type: ignore[arg-type]

    def _fail(self, sentence: str) -> None:
        self.app.push_screen(Failure(sentence, str(places.state_dir() / "rnntui.log")))

    # The set-up.

    @on(CorpusList.Chosen)
    def _take_corpus(self, event: CorpusList.Chosen) -> None:
        """Train on another text from the next training on."""
        if event.entry.name != self._corpus:
            self._resumable = None
        self._corpus = event.entry.name
        self._count_symbols(event.entry, self.query_one(SettingsForm).normalise)

    @work(thread=True, exclusive=True, group="symbols")
    def _count_symbols(self, entry: TextEntry, normalise: tuple[str, ...]) -> None:
        """Read the text in the background, as it must be known to count parameters."""
        try:
            corpus = load_corpus(entry.name, normalisation=Normalisation(normalise))
            symbols = len(corpus.vocabulary)
        except RnntuiError as error:
            self.app.call_from_thread(self._toast, str(error), "error")
            return
        self.app.call_from_thread(self.query_one(SettingsForm).count_with, symbols)

    @on(Input.Changed, "#prime")
    def _take_prime(self, event: Input.Changed) -> None:
        """Start the next writing from another prime."""
        self.session.prime = event.value

    @on(Input.Submitted)
    def _leave_input(self) -> None:
        """Let letter keys act again."""
        self.set_focus(None)

    @on(Tabs.TabActivated)
    def _take_tab(self, event: Tabs.TabActivated) -> None:
        self._show_tab(str(event.tab.id))

    def _show_tab(self, tab: str) -> None:
        """Mark the pane that shows where there is room for one only."""
        for pane in ("setup", "loss", "writing"):
            self.query_one(f"#{pane}").set_class(tab == f"tab-{pane}", "-active")
        self.query_one("#right").set_class(tab != "tab-setup", "-active")

    def key_escape(self) -> None:
        """Leave an input, so that letter keys act again."""
        self.set_focus(None)

    # Actions; the registry in `tui/actions.py` says what each is for.

    def action_train(self) -> None:
        """Begin a training, pause it, or go on."""
        if self.session.is_training:
            self.session.toggle_pause()
            return
        form = self.query_one(SettingsForm)
        parent = places.checkpoints_dir()
        if self._resumable is not None:
            self.session.train(ResumedTraining(parent, self._resumable))
        elif form.config is None:
            self._toast("A setting is not valid; it is marked in the form.", "error")
            return
        else:
            chart = self.query_one(Chart)
            for name in (TRAINING, VALIDATION):
                chart.rewind(name, -1)
            chart.remove_marker("best")
            self._last_evaluation = 0
            self.query_one(TrainingStatus).begin()
            self.session.train(NewTraining(parent, self._corpus, form.config, form.prime))
        self.query_one(Tabs).active = "tab-loss"
        self.poll()

    def action_step(self) -> None:
        """Take one step."""
        if self.session.is_training:
            self.session.single_step()
        else:
            self._toast("There is no training to take a step of; press t to begin one.")

    def action_stop(self) -> None:
        """End the training."""
        if self.session.is_training:
            self._stop_training()

    @work(thread=True, group="stop")
    def _stop_training(self) -> None:
        """Wait, out of the screen's way, for the step to end and the checkpoint to be written."""
        self.session.stop_training(STOP_SECONDS)

    def action_save(self) -> None:
        """Save now."""
        if self.session.is_training:
            self._asked_to_save = True
            self.session.save()
        else:
            self._toast("There is nothing to save: no training goes on.")

    def action_roll_back(self) -> None:
        """Go back to the best checkpoint."""
        if self.session.is_training:
            self.session.roll_back()

    def action_learning_rate(self, factor: float) -> None:
        """Scale the learning rate."""
        step = self.query_one(TrainingStatus).last_step
        if self.session.is_training and step is not None:
            self.session.set_learning_rate(step.learning_rate * factor)

    def action_generate(self) -> None:
        """Begin to write, or stop."""
        if self.session.is_writing:
            self.session.stop_writing()
            return
        try:
            prime = self.session.write()
        except RnntuiError as error:
            self._toast(str(error), "warning")
            return
        stream = self.query_one(StreamText)
        stream.clear()
        if self.session.prime:
            stream.append(prime.text, [None] * len(prime.text))
        for warning in prime.warnings:
            self._toast(warning, "warning")
        self.query_one(Tabs).active = "tab-writing"

    def action_mode(self, mode: str) -> None:
        """Choose characters in another way."""
        self._set_spec(mode=mode)

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        change = TEMPERATURE_STEP if way == "up" else -TEMPERATURE_STEP
        wanted = round(self.session.spec.temperature + change, 2)
        self._set_spec(temperature=min(max(wanted, MIN_TEMPERATURE), MAX_TEMPERATURE))

    def _set_spec(self, **changes: object) -> None:
        try:
            self.session.spec = replace(self.session.spec, **changes)  # type: ignore[arg-type]
        except ConfigError as error:
            self._toast(str(error), "error")
        self.query_one(SamplerBar).spec = self.session.spec

    def action_edit_prime(self) -> None:
        """Put the cursor into the prime."""
        self.query_one(Tabs).active = "tab-writing"
        self.query_one("#prime", Input).focus()

    def action_toggle_colour(self) -> None:
        """Colour the text by probability, or not."""
        stream = self.query_one(StreamText)
        stream.coloured = not stream.coloured
        self.query_one("#legend").display = stream.coloured

    # Leaving.

    def ask_to_quit(self) -> None:
        """Leave, after a question where a training goes on."""
        if not self.session.is_training:
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

    def open_checkpoint(self, path: Path) -> None:
        """Write with the network of a checkpoint, and go on with its run at `t`."""
        folder = run_of(places.checkpoints_dir(), path)
        self.session.load(path, folder.name if folder else None)
        self._resumable = folder.name if folder else None
        self._show_network()
