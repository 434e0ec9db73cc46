"""One-line arrangement for classifiers: a tiny labelled corpus, a configuration, runs."""

import random
from pathlib import Path
from typing import Any

from rnntui.tasks.classification.checkpoint import ClassifierCheckpoint, load_classifier
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.opening import (
    classify_events,
    new_classify_run,
    resume_classify_run,
)
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.tasks.classification.run import ClassifyRun
from rnntui.training.commands import Inbox
from rnntui.training.events import TrainEvent
from rnntui.training.runs.folder import RunFolder
from tests.factories import NEVER, story

WORDS = {
    "bad": ("awful", "dull", "broken", "never"),
    "good": ("lovely", "bright", "strong", "always"),
    "odd": ("purple", "sideways", "quietly", "seven"),
}


def tiny_labelled(path: Path, texts: int = 40, classes: tuple[str, ...] = ("bad", "good")) -> Path:
    """A TSV of short texts in which single words tell the class; the same each time."""
    draw = random.Random(7)
    lines = ["text\tlabel"]
    for number in range(texts):
        label = classes[number % len(classes)]
        words = [
            draw.choice(("the", "lamp", "was", "and", "it")) for _ in range(draw.randint(1, 9))
        ]
        words.insert(draw.randint(0, len(words)), draw.choice(WORDS[label]))
        lines.append(" ".join(words) + "\t" + label)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tiny_tested(folder: Path) -> Path:
    """A folder with a training and a test part, of folders named by class."""
    for part, texts in (("train", 24), ("test", 8)):
        for number in range(texts):
            label = ("neg", "pos")[number % 2]
            path = folder / part / label / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"it was {WORDS[('bad', 'good')[number % 2]][number % 4]} {number}")
    return folder


def classify_config(**settings: Any) -> ClassifyConfig:
    """Two epochs of a network that trains in milliseconds."""
    small: dict[str, Any] = {
        "cell": "rnn",
        "embedding_size": 3,
        "hidden_size": 4,
        "batch_size": 8,
        "learning_rate": 0.01,
        "val_fraction": 0.25,
        "save_every": NEVER,
        "device": "cpu",
        "threads": 1,
    }
    if not {"epochs", "steps", "minutes"} & set(settings):
        small["epochs"] = 2
    return ClassifyConfig(**{**small, **settings})


def classify_run(parent: Path, corpus: Path | None = None, **settings: Any) -> ClassifyRun:
    """A new run called `tiny` under `parent`."""
    corpus = corpus or tiny_labelled(parent / "texts.tsv")
    source = LabelledSource(str(corpus))
    return new_classify_run(parent / "runs", source, classify_config(**settings), "tiny")


def classified(run: ClassifyRun, inbox: Inbox | None = None) -> list[TrainEvent]:
    """All events of a training, recorded in its folder."""
    return list(classify_events(run, inbox))


def resumed_classifier(run: ClassifyRun, **changes: object) -> ClassifyRun:
    """The same run opened again, as from the command line."""
    return resume_classify_run(run.folder.path.parent, run.folder.name, changes)


def best_of(run: ClassifyRun) -> ClassifierCheckpoint:
    """The best checkpoint of a run."""
    return load_classifier(run.folder.best)


def assert_same_classifier(one: RunFolder, other: RunFolder) -> None:
    """The record, the weights and the optimiser of two runs agree, bit for bit."""
    assert story(one) == story(other)
    for left, right in ((one.last, other.last), (one.best, other.best)):
        groups, others = load_classifier(left).groups(), load_classifier(right).groups()
        for group, arrays in groups.items():
            assert arrays.keys() == others[group].keys()
            for name, array in arrays.items():
                assert array.tobytes() == others[group][name].tobytes(), name
