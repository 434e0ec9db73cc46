"""The Classify screen: train a classifier on labelled texts, then type sentences to it.

It passes requests to the session, and the session's news to the panes. It is kept while
another screen is shown, and its training run continues.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Tabs
from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.classifier_session import ClassifierSession, newest_classifier
from rnntui.training.runs.folder import find_checkpoint
from rnntui.tui.classify.actions import CHART_LINKS, CLASSIFY, LINKS
from rnntui.tui.classify.command_line import classify_command
from rnntui.tui.classify.controller import ClassifyController
from rnntui.tui.classify.results_pane import ResultsPane
from rnntui.tui.classify.sentence_pane import SentencePane
from rnntui.tui.classify.setup_pane import ClassifySetup
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.pane_tabs import PaneTabs
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.screen import POLLS_PER_SECOND, TrainingScreen, pane_tabs
from rnntui.tui.widgets.chart import Look
from rnntui.tui.widgets.title_bar import TitleBar

TABS: Final = pane_tabs(
    {
        "setup": "Set-up",
        "overview": "Overview",
        "loss": "Loss",
        "sentence-pane": "Sentence",
        "results": "Right and wrong",
    },
    CLASSIFY,
    "classify.",
)
"""The tabs shown where there is little room."""

LOSS: Final = Look(
    x_title="steps",
    y_title="loss (nats)",
    empty_text="Press t: the reviews that ship with rnntui are learned in seconds.",
    smoothing=0.9,
)


class ClassifyScreen(TrainingScreen):
    """Train a classifier, type a sentence, and see the probability of each class move."""

    controller: ClassifyController
    CSS_PATH = "classify.tcss"
    FOCUSED: ClassVar[Mapping[str, str]] = {
        "setup": "#reference",
        "loss": "#chart",
        "sentence-pane": "#sentence",
    }
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in CLASSIFY]
    actions: ClassVar[Sequence[Action]] = CLASSIFY

    class News(Message):
        """A thread has news to show at once."""

    def __init__(
        self,
        session: ClassifierSession,
        elsewhere: Callable[[], str],
    ) -> None:
        """Show `session`.

        `elsewhere` begins a sentence about a training run on another screen, and is
        empty without one.
        """
        self.session = session
        self.setup, self.sentence, self.results = ClassifySetup(), SentencePane(), ResultsPane()
        loss = LossPane(LOSS, CLASSIFY, LINKS, CHART_LINKS, "texts")
        controller = ClassifyController(
            session, self.setup, loss, self.results, self.tell, lambda: _in_playground(elsewhere())
        )
        lower = Horizontal(self.sentence, self.results, id="lower")
        super().__init__(controller, self.setup, loss, lower, {})
        self._elsewhere, self._was_asked = elsewhere, False
        self._is_ready = False
        self._then: list[Callable[[ClassifyScreen], None]] = []
        session.wake = self._wake

    def compose(self) -> ComposeResult:
        """Four panes, which become tabs where there is little room."""
        yield TitleBar("classify")
        yield PaneTabs(TABS)
        yield self._columns
        yield KeyBar()

    def on_mount(self) -> None:
        """Look for a classifier, and start polling."""
        self._is_ready = True
        if not self._then:
            self._open_newest()
        for act in self._then:
            act(self)
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)

    def call_when_mounted(self, act: "Callable[[ClassifyScreen], None]") -> None:
        """Call `act` with the screen as soon as its panes are mounted."""
        if self._is_ready:
            act(self)
        else:
            self._then.append(act)

    @work(thread=True, group="newest")
    def _open_newest(self) -> None:
        """Load the most recently trained classifier, so that there is one at once."""
        path = newest_classifier(places.checkpoints_dir())
        if path is not None and not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._load_newest, path)

    def _load_newest(self, path: Path) -> None:
        if not self._was_asked:
            self.controller.open(path)

    # News from the session.

    def _wake(self) -> None:
        """Called in any thread."""
        self.post_message(self.News())

    @on(News)
    def poll(self) -> None:
        """Take the session's news and update every pane once."""
        news, session = self.session.poll(), self.session
        step = session.classifier.step if session.classifier else 0
        self.show_training(news.events, "own", step)
        for sentence in news.failures:
            self.results.say("")
            self.tell(sentence, "error")
        if news.classifier is not None:
            self.sentence.show_classifier(news.classifier)
            self._show_title()
            if not session.is_training:
                self.controller.measure_at_the_end()
        if news.answer is not None:
            self.sentence.show(news.answer)
        if news.scores is not None:
            self.results.show(news.scores)
        self.sentence.set_class(session.is_training, "-live")
        elsewhere = self._elsewhere()
        note = f"{elsewhere[0].lower()}{elsewhere[1:]} in the playground" if elsewhere else ""
        # News may come before the bar is mounted, and while the screen closes.
        for bar in self.query(TitleBar):
            bar.show_note(note)

    def show_start(self) -> None:
        """Show the run being trained, and the loss of guessing."""
        self._show_title()
        if self.session.run is not None:
            self.loss.show_references({"a guess": math.log(len(self.session.run.classes))})

    def _show_title(self) -> None:
        session = self.session
        trained = session.run if session.is_training or session.classifier is None else None
        about = trained or (session.classifier.about if session.classifier else None)
        named = f" · {about.name} · {about.corpus}" if about else ""
        self.query_one(TitleBar).show_title(f"classify{named}")

    # The panes.

    @on(Input.Changed, "#sentence")
    def _sentence_changed(self, event: Input.Changed) -> None:
        """Classify what has been typed so far."""
        event.stop()
        self.session.read(event.value)

    @on(Tabs.TabActivated)
    def _show_tab(self) -> None:
        """Mark the panes that show where there is little room."""
        tab = self.tabs.shown
        overview = (self.loss, self.sentence) if tab == "overview" else ()
        panes = (self.setup, self.loss, self.sentence, self.results)
        shown: dict[Widget, bool] = {pane: tab == pane.id or pane in overview for pane in panes}
        shown[self.query_one("#lower")] = tab not in ("setup", "loss")
        self.mark_panes({**shown, self._rows: tab != "setup"}, tab == "overview")

    # Training runs, beyond what every training screen does.

    def action_train(self) -> None:
        """Begin, pause or continue a training run."""
        self._was_asked = True
        super().action_train()

    def action_measure(self) -> None:
        """Measure accuracy and confusion matrix."""
        self.tabs.turn_to("results")
        self.controller.measure()

    # Sentence, texts and runs.

    def action_sentence(self) -> None:
        """Put the cursor into the sentence."""
        self.tabs.turn_to("overview", "sentence-pane")
        # At once, so that what is typed right after goes into the field.
        self.set_focus(self.sentence.field)

    def action_clear_sentence(self) -> None:
        """Clear the sentence."""
        self.sentence.field.value = ""
        self.action_sentence()

    def action_texts(self) -> None:
        """Put the cursor into the field of the texts."""
        self.tabs.turn_to("setup")
        self.setup.edit_texts()

    def action_open(self) -> None:
        """Choose a run and load its classifier."""
        from rnntui.tui.classify.choose_classifier import ChooseClassifier

        self.app.push_screen(ChooseClassifier(places.checkpoints_dir()), self._open_run)

    def _open_run(self, name: str | None) -> None:
        if name is None:
            return
        try:
            self.open(find_checkpoint(places.checkpoints_dir(), name))
        except RnntuiError as error:
            self.tell(str(error), "error")

    def open(self, path: Path) -> None:
        """Load the classifier of a checkpoint, and let `t` resume its run."""
        self._was_asked = True
        if self.controller.open(path):
            self.tabs.turn_to("overview", "sentence-pane")

    def resume(self, name: str) -> None:
        """Resume a run."""
        self._was_asked = True
        if self.controller.resume(name):
            self.watch_training()

    def action_copy_command(self) -> None:
        """Copy a command line that does the same without a screen."""
        if command := self.training_command:
            self.app.copy_to_clipboard(command)
        else:
            self.tell(self.setup.form.complaint, "error")

    @property
    def training_command(self) -> str:
        """The command that trains as the set-up says; empty while that is wrong."""
        form = self.setup.form
        if form.config is None:
            return ""
        return classify_command(self.setup.source, form.recipe, form.config)

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss()


def _in_playground(about: str) -> str:
    """A sentence about a training run in the playground; empty without one."""
    return f"{about} in the playground; go back (Escape) and end it (k) first." if about else ""
