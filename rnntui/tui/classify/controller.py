"""Steering of a classifier's training run, and its measuring."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.classifier_session import (
    ClassifierScore,
    ClassifierSession,
    NewClassifier,
    ResumedClassifier,
)
from rnntui.tasks.classification.checkpoint import read_classifier_header
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.training.events import Tested, TrainEvent
from rnntui.training.runs.folder import RunFolder, find_checkpoint, run_of
from rnntui.tui.classify.results_pane import ResultsPane
from rnntui.tui.classify.setup_pane import ClassifySetup
from rnntui.tui.core.sentences import Tell
from rnntui.tui.training.controller import TrainingController
from rnntui.tui.training.loss_pane import LossPane


class ClassifyController(TrainingController):
    """One classifier's training run at a time, and the measuring of its result."""

    _session: ClassifierSession
    _setup: ClassifySetup

    def __init__(
        self,
        session: ClassifierSession,
        setup: ClassifySetup,
        loss: LossPane,
        results: ResultsPane,
        tell: Tell,
        elsewhere: Callable[[], str],
    ) -> None:
        """Steer a session; see `TrainingController`."""
        super().__init__(session, setup, loss, tell, elsewhere)
        self._results = results
        self._was_tested = False

    @property
    def run_name(self) -> str | None:
        """The name of the run that is or was trained here; None until it is known."""
        return self._session.run.name if self._session.run is not None else None

    def _train_new(self, parent: Path, config: ClassifyConfig) -> None:
        self._session.train(NewClassifier(parent, self._setup.source, config))

    def _train_again(self, parent: Path, name: str) -> None:
        self._session.train(ResumedClassifier(parent, name, self._question.ask_in))

    def _begin_steering(self, rate: float | None) -> None:
        self._was_tested = False
        super()._begin_steering(rate)

    def _show_setup(self, folder: RunFolder) -> None:
        checkpoint = find_checkpoint(folder.path.parent, folder.name)
        self._setup.show_classifier(folder.name, read_classifier_header(checkpoint))

    def _clear(self) -> None:
        super()._clear()
        self._results.show(())

    # Measuring.

    def measure(self) -> None:
        """Measure the classifier on texts it did not learn from."""
        if self._session.measure():
            self._results.say("Measuring …")
        else:
            self._tell("There is no classifier to measure yet; press t to train one.", "warning")

    def measure_at_the_end(self) -> None:
        """Measure the result of a training run, unless it was measured on a test part."""
        if self._session.phase in ("finished", "stopped") and not self._was_tested:
            self._was_tested = True
            self.measure()

    def handle_event(self, event: TrainEvent) -> None:
        """Update state by an event, with a toast for what was requested."""
        if isinstance(event, Tested):
            self._was_tested = True
            self._results.show((_score_of(event),))
        super().handle_event(event)

    def _show_events(self, events: Sequence[TrainEvent]) -> None:
        super()._show_events(events)
        if tests := [event for event in events if isinstance(event, Tested)]:
            self._results.show([_score_of(tests[-1])])

    # Existing classifiers.

    def open(self, path: Path) -> bool:
        """Load the classifier of a checkpoint, and let `t` resume its run; whether it can."""
        if not self._is_idle():
            return False
        self._session.load(path)
        self._clear()
        if (folder := run_of(places.checkpoints_dir(), path)) is not None:
            self._choose_run(folder)
            self._show_record(folder)
            return True
        self._resumable = None
        try:
            self._setup.show_classifier(path.parent.name, read_classifier_header(path))
        except RnntuiError as error:
            self._tell(str(error), "warning")
        return True


def _score_of(event: Tested) -> ClassifierScore:
    return ClassifierScore(
        "test", event.texts, event.accuracy, event.loss, event.classes, event.confusion
    )
