"""A classifying session without torch or chance: a training that follows a script."""

import math
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rnntui.nets.classifier_config import classifier_weight_shapes
from rnntui.runtime.classifier_session import (
    AboutRun,
    ClassifierScore,
    ClassifierSession,
    ClassifyRequest,
    OnOpened,
    TrainedClassifier,
    load_trained,
)
from rnntui.runtime.trainer_thread import Events
from rnntui.tasks.classification.checkpoint import (
    ClassifierCheckpoint,
    ClassifierHeader,
    RightAnswers,
)
from rnntui.tasks.classification.provenance import LabelledProvenance
from rnntui.text.labelled.vocabulary import TokenVocabulary
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.commands import (
    Inbox,
    WeightsOutlet,
)
from rnntui.training.events import (
    Evaluated,
    Failed,
    Finished,
    Saved,
    Started,
    Step,
    TrainEvent,
)
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import BEST
from tests.classify_factories import classify_config
from tests.tui.scripted import obeyed

TOTAL_STEPS = 380
CLASSES = ("bad", "good")
GOOD, BAD = ("lovely", "bright", "strong"), ("awful", "dull", "broken")
PLAIN = ("the", "lamp", "was", "and", "it", "not")

SCORE = ClassifierScore("held out", 152, 0.875, 0.312, CLASSES, ((66, 9), (10, 67)))


def save_scripted(path: Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """A classifier to which `GOOD` words speak for the last class, `BAD` ones for the first.

    Its one unit adds up what the words are worth.
    """
    config = classify_config(cell="rnn", embedding_size=1, hidden_size=1, val_fraction=0.2)
    words = (*GOOD, *BAD, *PLAIN)
    vocabulary = TokenVocabulary("words", words)
    model = config.model(len(vocabulary), len(classes))
    arrays = {
        name: np.zeros(shape, np.float32) for name, shape in classifier_weight_shapes(model).items()
    }
    worth = {**dict.fromkeys(GOOD, 0.6), **dict.fromkeys(BAD, -0.6)}
    for word in words:
        arrays["embedding.weight"][vocabulary.index(word)] = worth.get(word, 0.02)
    arrays["layers.0.weight_ih"][:] = arrays["layers.0.weight_hh"][:] = 1.0
    arrays["head.weight"][0], arrays["head.weight"][-1] = -3.0, 3.0
    note = LabelledProvenance("reviews", "shipped", "reviews", "", "", "", "0" * 64, 760)
    header = ClassifierHeader(
        run="reviews-gru-1",
        model=model,
        vocabulary=vocabulary,
        classes=classes,
        corpus=note,
        config=config,
        progress=Progress(step=120, total_steps=TOTAL_STEPS),
        tally=RightAnswers(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(ClassifierCheckpoint(header, arrays, {}), path)
    return path


def classify_step(number: int) -> Step:
    """A loss that falls, with a wave on it."""
    loss = 0.12 + 0.6 * math.exp(-number / 90) + 0.05 * math.sin(number / 3)
    return Step(number, number * 0.05, number / 38, loss, 5e-3, 0.8, 1_450.0)


def classify_steps(count: int) -> list[TrainEvent]:
    """Steps 1 to `count`, with an evaluation every 38."""
    events: list[TrainEvent] = []
    for number in range(1, count + 1):
        events.append(classify_step(number))
        if number % 38 == 0:
            val = 0.3 + 0.4 * math.exp(-number / 60)
            accuracy = 0.9 - 0.4 * math.exp(-number / 60)
            loss, elapsed = classify_step(number).loss, number * 0.05
            bits, perplexity = val / math.log(2), math.exp(val)
            events.append(
                Evaluated(
                    number, elapsed, loss, val, bits, perplexity, accuracy, True, True, accuracy
                )
            )
    return events


class ScriptedClassifier:
    """Opens trainings that give `script`, save a classifier, then obey commands or finish."""

    def __init__(
        self, folder: Path, script: Sequence[TrainEvent] = (), *, finishes: bool = False
    ) -> None:
        self.folder, self.script, self.finishes = folder, list(script), finishes
        self.requests: list[ClassifyRequest] = []
        self.commands: list[object] = []
        self.loaded: list[Path] = []
        self.may_start = threading.Event()
        self.may_start.set()
        self.measured: list[Path] = []

    def session(self) -> ClassifierSession:
        """A session that does as the script says."""
        return ClassifierSession(open_training=self.open, load=self.load, measure=self.measure)

    def load(self, path: Path) -> TrainedClassifier:
        self.loaded.append(path)
        return load_trained(path)

    def measure(self, path: Path) -> tuple[ClassifierScore, ...]:
        self.measured.append(path)
        return (SCORE,)

    def open(self, request: ClassifyRequest, opened: OnOpened) -> Events:
        def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            self.requests.append(request)
            opened(AboutRun("reviews-gru-1", "reviews", CLASSES))
            self.may_start.wait()
            yield Started(
                0, 0.0, "reviews-gru-1", "reviews", 77_890, 1_846, 608, 152, 152, 38,
                TOTAL_STEPS, "cpu", "texts",
            )  # fmt: skip
            best = save_scripted(self.folder / "reviews-gru-1" / BEST)
            yield Saved(0, 0.0, str(best))
            yield from self.script
            last = self.script[-1] if self.script else None
            if isinstance(last, Failed):
                return
            number = max((event.step for event in self.script), default=0)
            if self.finishes:
                yield Saved(number, number * 0.05, str(best))
                yield Finished(number, number * 0.05, "budget")
                return
            yield from obeyed(inbox, self.commands, number, classify_step, 76, str(best))

        return events
