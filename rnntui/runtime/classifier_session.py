"""An interactive session with classifiers: one training run, one classifier that reads sentences.

It owns the threads and is polled by a screen; it knows nothing of screens itself.
"""

import logging
import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnntui.errors import RnntuiError
from rnntui.runtime.latest_answer import LatestAnswer
from rnntui.runtime.old_text_question import AskOldText, never_ask, not_begun
from rnntui.runtime.trainer_thread import Events
from rnntui.runtime.training_session import TrainingSession
from rnntui.runtime.weights import WeightsMailbox
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.opening import (
    classify_events,
    new_classify_run,
    resume_classify_run,
)
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.tasks.classification.reading import ClassifierReader, ReadText
from rnntui.tasks.kinds import CLASSIFIER, kind_of_run
from rnntui.text.labelled.choices import Units
from rnntui.training.changed_text import ChangedTextError
from rnntui.training.commands import Inbox, WeightsOutlet
from rnntui.training.events import Saved, TrainEvent
from rnntui.training.loggers.finding import find_loggers
from rnntui.training.runs.folder import RunFolder, find_checkpoint, list_runs

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewClassifier:
    """A classifier to train: its texts and settings."""

    parent: Path
    source: LabelledSource
    config: ClassifyConfig
    name: str | None = None


@dataclass(frozen=True)
class ResumedClassifier:
    """A classifier's run to resume; `ask` is called where its texts have changed."""

    parent: Path
    name: str
    ask: AskOldText = never_ask


ClassifyRequest = NewClassifier | ResumedClassifier


@dataclass(frozen=True)
class AboutRun:
    """A run's name, corpus and classes, known once its texts are read."""

    name: str
    corpus: str
    classes: tuple[str, ...]


OnOpened = Callable[[AboutRun], None]
"""Called with the run as soon as it is known, in the trainer's thread."""

OpenClassifierTraining = Callable[[ClassifyRequest, OnOpened], Events]
"""Opens a requested training run."""


def open_classifier_training(
    request: ClassifyRequest, opened: OnOpened, log: Sequence[str] = ()
) -> Events:
    """The events of a real training run; its texts are read in the thread that iterates them.

    `log` are the names of loggers.
    """

    def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:  # noqa: ARG001
        loggers = find_loggers(log)
        if isinstance(request, ResumedClassifier):
            allow = request.ask(inbox)
            try:
                run = resume_classify_run(request.parent, request.name, {}, allow=allow)
            except ChangedTextError as changed:
                yield not_begun(changed)
                return
        else:
            run = new_classify_run(request.parent, request.source, request.config, request.name)
        opened(AboutRun(run.folder.name, run.provenance.name, run.classes))
        yield from classify_events(run, inbox, loggers)

    return events


@dataclass(frozen=True, eq=False)
class TrainedClassifier:
    """A classifier loaded from a checkpoint.

    `before` is the probability of each class before the first token.
    """

    about: AboutRun
    step: int
    units: Units
    reader: ClassifierReader
    before: tuple[float, ...]
    path: Path


def load_trained(path: Path) -> TrainedClassifier:
    """Load the classifier of a checkpoint. Raises `CheckpointError`."""
    checkpoint = load_classifier(path)
    header = checkpoint.header
    about = AboutRun(path.parent.name, header.corpus.name, header.classes)
    reader = ClassifierReader(checkpoint)
    before = tuple(probability for _, probability in reader.probabilities(""))
    units = header.config.units
    return TrainedClassifier(about, header.progress.step, units, reader, before, path)


@dataclass(frozen=True, eq=False)
class Prediction:
    """A classifier's prediction for a sentence: the probability of each class, after each token.

    `before` has the probabilities before the first token, `reading` those after each
    token; an empty sentence has none.
    """

    sentence: str
    probabilities: tuple[tuple[str, float], ...]
    before: tuple[float, ...]
    reading: ReadText


@dataclass(frozen=True)
class ClassifierScore:
    """Loss, accuracy and confusion matrix: true classes in rows, predicted ones in columns.

    `part` names the texts: `held out`, `test`, or `all`.
    """

    part: str
    texts: int
    accuracy: float
    loss: float
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


def measure_classifier(path: Path) -> tuple[ClassifierScore, ...]:
    """Measure a checkpoint on its held-out texts and on its test part. Loads torch.

    Where the texts have changed since, the old ones are measured, and `part` says so.
    Raises `CheckpointError`, or `CorpusError` where the texts are gone.
    """
    from rnntui.tasks.classification.scoring import score_labelled

    changed: list[ChangedTextError] = []

    def allow(error: ChangedTextError) -> bool:
        changed.append(error)
        return True

    scored = score_labelled(load_classifier(path), None, allow)
    return tuple(
        ClassifierScore(
            f"{part.part}, texts as they were" if changed else part.part,
            part.measure.texts,
            part.measure.accuracy,
            part.measure.loss,
            scored.classes,
            tuple(tuple(row) for row in part.measure.confusion.tolist()),
        )
        for part in scored.parts
    )


@dataclass(frozen=True)
class ClassifyNews:
    """News since the last poll; only the latest prediction and classifier."""

    events: Sequence[TrainEvent]
    classifier: TrainedClassifier | None
    answer: Prediction | None
    scores: tuple[ClassifierScore, ...] | None
    failures: Sequence[str]


class ClassifierSession(TrainingSession):
    """One training run at a time, and one classifier that reads what is typed.

    During a training run the classifier is that of its latest checkpoint.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        open_training: OpenClassifierTraining = open_classifier_training,
        load: Callable[[Path], TrainedClassifier] = load_trained,
        measure: Callable[[Path], tuple[ClassifierScore, ...]] = measure_classifier,
    ) -> None:
        """Start idle. `wake` is called, in any thread, when news should be polled."""
        super().__init__(wake)
        self._open_training, self._load, self._measure = open_training, load, measure
        self._came: queue.SimpleQueue[
            TrainedClassifier | Prediction | tuple[ClassifierScore, ...] | RnntuiError
        ] = queue.SimpleQueue()
        self._loading: LatestAnswer[Path] = LatestAnswer(self._load_checkpoint)
        self._reading: LatestAnswer[tuple[TrainedClassifier, str]] = LatestAnswer(self._read)
        self._measuring: LatestAnswer[Path] = LatestAnswer(self._measure_checkpoint)
        self.run: AboutRun | None = None
        """The run that is or was trained here; None until its texts are read."""
        self.classifier: TrainedClassifier | None = None
        self.sentence = ""

    # The training run.

    def train(self, request: ClassifyRequest) -> None:
        """Begin a training run. Raises `RnntuiError` while another one is in progress."""
        self._check_idle("one begins")

        def opened(about: AboutRun) -> None:
            self.run = about

        self._begin(self._open_training(request, opened), WeightsMailbox())

    # The classifier.

    def load(self, path: Path) -> None:
        """Load the classifier of a checkpoint in the background."""
        self._loading.ask(path)

    def read(self, sentence: str) -> None:
        """Classify another sentence in the background."""
        self.sentence = sentence
        if self.classifier is not None:
            self._reading.ask((self.classifier, sentence))

    def measure(self) -> bool:
        """Measure the classifier in the background; False where there is none."""
        if self.classifier is not None:
            self._measuring.ask(self.classifier.path)
        return self.classifier is not None

    def _load_checkpoint(self, path: Path) -> None:
        self._deliver(lambda: self._load(path))

    def _read(self, question: tuple[TrainedClassifier, str]) -> None:
        classifier, sentence = question
        self._deliver(lambda: predict(classifier, sentence))

    def _measure_checkpoint(self, path: Path) -> None:
        self._deliver(lambda: self._measure(path))

    def _deliver(
        self, make: Callable[[], TrainedClassifier | Prediction | tuple[ClassifierScore, ...]]
    ) -> None:
        """Queue a result, or the error in its place, for the next poll."""
        try:
            self._came.put(make())
        except RnntuiError as error:
            self._came.put(error)
        except Exception as error:
            log.exception("A classifier failed")
            self._came.put(RnntuiError(f"Unexpected error in the classifier: {error!r}."))
        self.wake()

    # For the screen.

    def poll(self) -> ClassifyNews:
        """Return all news, with phase and classifier brought up to date."""
        events = self._drain()
        if saved := [event for event in events if isinstance(event, Saved)]:
            self.load(_best_beside(Path(saved[-1].path)))
        classifier: TrainedClassifier | None = None
        answer: Prediction | None = None
        scores: tuple[ClassifierScore, ...] | None = None
        failures: list[str] = []
        while not self._came.empty():
            came = self._came.get()
            if isinstance(came, TrainedClassifier):
                self.classifier = classifier = came
            elif isinstance(came, Prediction):
                answer = came
            elif isinstance(came, RnntuiError):
                failures.append(str(came))
            else:
                scores = came
        if classifier is not None:
            self.read(self.sentence)
        return ClassifyNews(events, classifier, answer, scores, failures)


def predict(classifier: TrainedClassifier, sentence: str) -> Prediction:
    """Classify a sentence."""
    reader, before = classifier.reader, classifier.before
    reading = reader.after_each_token(sentence)
    last = reading.probabilities[-1].tolist() if reading.tokens else before
    return Prediction(sentence, tuple(zip(reader.classes, last, strict=True)), before, reading)


def newest_classifier(parent: Path) -> Path | None:
    """The best checkpoint of the most recently trained classifier, if there is one."""
    for folder in sorted(list_runs(parent), key=_last_written, reverse=True):
        try:
            if kind_of_run(folder) is CLASSIFIER:
                return find_checkpoint(parent, folder.name)
        except RnntuiError:
            continue
    return None


def _last_written(folder: RunFolder) -> float:
    try:
        return folder.metrics.stat().st_mtime
    except OSError:
        return 0.0


def _best_beside(saved: Path) -> Path:
    """The run's best checkpoint, or the saved one while there is no best."""
    best = RunFolder(saved.parent).best
    return best if best.is_file() else saved
