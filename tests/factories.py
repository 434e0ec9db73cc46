"""One-line arrangement: tiny texts, configurations and runs, scripted inboxes and clocks."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.opening import events_of, new_run, resume_run
from rnntui.tasks.characters.run import Run
from rnntui.text.corpus import Corpus, corpus_from_text, load_corpus
from rnntui.training.commands import Command, Inbox
from rnntui.training.events import Finished, Resumed, Saved, Step, TrainEvent
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events

TINY_TEXT = "the cat sat on the mat; a hen met ten men. " * 26
"""1,118 characters, of which a tenth is enough to be held out."""

NEVER = 1e6
"""A `save_every` that never comes round in a test."""

E = TypeVar("E", bound=TrainEvent)


def tiny_corpus(text: str = TINY_TEXT) -> Corpus:
    """A text in memory."""
    return corpus_from_text("tiny", text)


def tiny_config(**settings: Any) -> TrainConfig:
    """Twelve steps of a network that trains in milliseconds."""
    small: dict[str, Any] = {
        "cell": "rnn",
        "embedding_size": 3,
        "hidden_size": 5,
        "num_layers": 1,
        "batch_size": 3,
        "seq_length": 7,
        "eval_every": 4,
        "save_every": NEVER,
        "sample_length": 6,
        "engine": "torch",
        "device": "cpu",
        "threads": 1,
    }
    if not {"epochs", "steps", "minutes"} & set(settings):
        small["steps"] = 12
    return TrainConfig(**{**small, **settings})


def tiny_run(parent: Path, text: str = TINY_TEXT, prime: str = "", **settings: Any) -> Run:
    """A new run called `tiny` under `parent`, its text in a file so that it can be resumed."""
    path = parent / "tiny.txt"
    parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return new_run(parent, load_corpus(path), tiny_config(**settings), "tiny", prime)


def resumed(run: Run, **changes: object) -> Run:
    """The same run opened again, as from the command line."""
    return resume_run(run.folder.path.parent, run.folder.name, changes)


def copied(folder: RunFolder, parent: Path) -> RunFolder:
    """A copy of a run: what a kill at this moment would leave of one that is being trained."""
    copy = RunFolder(Path(tempfile.mkdtemp(dir=parent)) / folder.name)
    shutil.copytree(folder.path, copy.path)
    return copy


def resumed_to_the_end(folder: RunFolder) -> RunFolder:
    """The same folder, trained on."""
    trained(resume_run(folder.path.parent, folder.name, {}))
    return folder


def trained(run: Run, inbox: Inbox | None = None) -> list[TrainEvent]:
    """All events of a training, recorded in its folder."""
    return list(events_of(run, inbox))


def killed_after(run: Run, events: int) -> list[TrainEvent]:
    """The first events of a training that is then left alone, as a kill leaves it."""
    return left_after(events_of(run), events)


def left_after(training: Iterator[TrainEvent], events: int) -> list[TrainEvent]:
    """The first events of a training that is then left alone."""
    seen = [event for _, event in zip(range(events), training, strict=False)]
    training.close()  # type: ignore[attr-defined]
    return seen


def only(kind: type[E], events: Sequence[TrainEvent]) -> list[E]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def names(events: Sequence[TrainEvent]) -> list[str]:
    """What happened, in order, by the events' names."""
    return [type(event).__name__ for event in events]


def losses(folder: RunFolder) -> list[tuple[int, float]]:
    """Step and loss of every recorded step."""
    return [(event.step, event.loss) for event in only(Step, list(read_events(folder)))]


def story(folder: RunFolder) -> list[tuple[str, Mapping[str, Any]]]:
    """The record without what may differ between a run and the same run with breaks in it.

    That is: seconds, speeds, and the lines that say that it was saved,
    resumed, or stopped by hand.
    """
    told: list[tuple[str, Mapping[str, Any]]] = []
    for event in read_events(folder):
        by_hand = isinstance(event, Finished) and event.reason == "stopped"
        if isinstance(event, Saved | Resumed) or by_hand:
            continue
        values = asdict(event)
        values.pop("elapsed_s")
        values.pop("chars_per_second", None)
        told.append((type(event).__name__, values))
    return told


def assert_same_training(one: RunFolder, other: RunFolder) -> None:
    """The record, the weights, the optimiser, the carried state and the best of two runs agree."""
    assert losses(one) == losses(other)
    assert story(one) == story(other)
    for left, right in ((one.last, other.last), (one.best, other.best)):
        assert left.exists() == right.exists()
        if left.exists():
            assert_same_tensors(left, right)


def assert_same_tensors(one: Path, other: Path) -> None:
    """Two checkpoints hold the same numbers, bit for bit."""
    left, right = load_checkpoint(one), load_checkpoint(other)
    for part in ("weights", "optimizer", "state"):
        arrays, others = getattr(left, part), getattr(right, part)
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            assert array.tobytes() == others[name].tobytes(), name


@dataclass
class Script:
    """An inbox with commands for given moments: before step `n + 1`, or in the pauses in turn."""

    at: Mapping[int, Sequence[Command]] = field(default_factory=dict)
    in_pauses: list[Sequence[Command]] = field(default_factory=list)
    asked: int = -1

    def drain(self) -> Sequence[Command]:
        """The commands of this moment; asked once before every step."""
        self.asked += 1
        return self.at.get(self.asked, ())

    def wait(self) -> Sequence[Command]:
        """The commands of the next pause."""
        return self.in_pauses.pop(0)


@dataclass
class Shelf:
    """An outlet that keeps every copy of the weights."""

    copies: list[NetworkWeights] = field(default_factory=list)

    def wanted(self) -> bool:
        """Always."""
        return True

    def publish(self, weights: NetworkWeights) -> None:
        """Keep the copy."""
        self.copies.append(weights)


@dataclass
class TickingClock:
    """A clock that goes on by `tick` seconds whenever it is read, and by hand."""

    tick: float = 1.0
    now: float = 100.0

    def __call__(self) -> float:
        """The time, then one tick later."""
        self.now += self.tick
        return self.now


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file, their ends left on."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from file


class ReadyFrom:
    """A preparation of compiled functions that is over when it has been asked so many times."""

    problem = "It broke."

    def __init__(self, asked: int) -> None:
        self.left = asked

    @property
    def ready(self) -> bool:
        self.left -= 1
        return self.left <= 0

    def wait(self) -> bool:
        self.left = 0
        return True

    is_compiling = True

    def wait_unless_compiling(self) -> None:
        pass
