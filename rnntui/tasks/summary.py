"""A run in one line, from its files alone: for lists, without torch."""

import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rnntui.errors import CheckpointError, RnntuiError
from rnntui.plain_files import open_plain
from rnntui.tasks.characters.checkpoint import Header, read_header
from rnntui.tasks.characters.description import RunDescription, describe_run
from rnntui.training.checkpoint_file import Kind, open_checkpoint
from rnntui.training.events import (
    LONGEST_LINE,
    Changed,
    Continued,
    Evaluated,
    Failed,
    Paused,
    Resumed,
    Started,
    Step,
    TrainEvent,
    from_json,
)
from rnntui.training.run_folder import RunFolder, is_being_trained, read_configuration

if TYPE_CHECKING:
    from rnntui.tasks.classification.checkpoint import ClassifierHeader
    from rnntui.tasks.classification.description import ClassifyDescription

RunState = Literal["training", "paused", "quiet", "finished", "stopped", "failed", "new"]

QUIET_SECONDS = 30.0
"""How long a run in training may write nothing before it counts as quiet."""

_TAIL_BYTES = 1 << 16
"""How much of the record's end is read; lines that begin before it are not known."""

_BLOCK_BYTES = 1 << 20
"""How much of the record is read at a time where a line is looked for from its end."""


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows.

    `size` is layers times units; `best_bits_per_char` of the best validation
    loss (training loss where nothing is held out), None before the first. A
    classifier has `best_accuracy` instead, that of its best network on the
    held-out texts, None where there are none.
    `state` is `training`, or `paused` or `quiet` where the process that trains it
    has paused, or written nothing for a while; else `failed`, `finished`, `stopped`, or `new`
    without a checkpoint. `step` and `elapsed_s` are the checkpoint's, in
    training the record's. A step learns from `characters_per_step`, which are
    texts where the run is of the kind `classifier`.
    """

    name: str
    corpus: str
    cell: str
    size: str
    best_bits_per_char: float | None
    step: int
    total_steps: int
    elapsed_s: float
    state: RunState
    characters_per_step: int
    kind: Kind = "characters"
    best_accuracy: float | None = None

    @property
    def figure(self) -> str:
        """How good its best network is: bits per character, or a classifier's accuracy.

        Empty before the first evaluation.
        """
        if self.best_accuracy is not None:
            return f"acc {self.best_accuracy:.1%}"
        return "" if self.best_bits_per_char is None else f"{self.best_bits_per_char:.3f}"

    @property
    def can_go_on(self) -> bool:
        """Whether a resume would find steps left to take, and nobody who takes them."""
        return self.state in ("stopped", "failed", "new")


def summarise(folder: RunFolder, clock: Callable[[], float] = time.time) -> RunSummary:
    """Sum a run up from its last checkpoint, or its configuration while it has none.

    `clock` gives the seconds since 1970. Raises `CheckpointError` where either is damaged.
    """
    training = is_being_trained(folder)
    last = last_event(folder)
    try:
        header = _read_header(folder.last)
    except CheckpointError:
        if folder.is_saved:
            raise
        summary = _without_checkpoint(folder)
    else:
        summary = _of_header(folder, header)
    values: dict[str, Any] = dict(vars(summary))
    if training:
        values["state"] = _state_in_training(folder, clock)
        if last is not None:
            values["step"] = max(summary.step, last.step)
            values["elapsed_s"] = max(summary.elapsed_s, last.elapsed_s)
    elif isinstance(last, Failed):
        values["state"] = "failed"
    return RunSummary(**values)


def _state_in_training(folder: RunFolder, clock: Callable[[], float]) -> RunState:
    told = (pause_told(event) for event in _events_backwards(folder))
    if next((paused for paused in told if paused is not None), False):
        return "paused"
    return "quiet" if seconds_silent(folder, clock) > QUIET_SECONDS else "training"


def pause_told(event: TrainEvent) -> bool | None:
    """Whether a training is paused after this event; None where it says nothing about that.

    Much may be done in a pause: saving, changing the learning rate, going back.
    """
    match event:
        case Paused():
            return True
        case Started() | Resumed() | Continued() | Step():
            return False
    return None


def last_event(folder: RunFolder) -> TrainEvent | None:
    """The last whole line of the record, None where there is none or it is very long."""
    return next(_events_backwards(folder), None)


def last_learning_rate(folder: RunFolder) -> float | None:
    """The learning rate that the end of the record speaks of, None where it has none."""
    for event in _events_backwards(folder):
        match event:
            case Step():
                return event.learning_rate
            case Changed(setting="learning_rate", new=int() | float() as rate):
                return rate
            case _:
                pass
    return None


def _events_backwards(folder: RunFolder) -> Iterator[TrainEvent]:
    """The last whole lines of the record, the last one first, up to one that is no event."""
    try:
        with open_plain(folder.metrics) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        return
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    # Where there is more before, the first line may be the end of one.
    for line in reversed(whole[size > _TAIL_BYTES :]):
        try:
            yield from_json(line.decode("ascii"))
        except (UnicodeDecodeError, RnntuiError):
            return


def seconds_silent(folder: RunFolder, clock: Callable[[], float]) -> float:
    """Seconds since the record was written to; of its folder where there is no record."""
    for path in (folder.metrics, folder.path):
        try:
            return clock() - path.stat().st_mtime
        except OSError:
            continue
    return 0.0


def _read_header(path: Path) -> "Header | ClassifierHeader":
    with open_checkpoint(path) as file:
        kind = file.kind()
    if kind == "classifier":
        from rnntui.tasks.classification.checkpoint import read_classifier_header

        return read_classifier_header(path)
    return read_header(path)


def _of_header(folder: RunFolder, header: "Header | ClassifierHeader") -> RunSummary:
    progress, config = header.progress, header.config
    best = progress.best_loss
    over = 0 < progress.total_steps <= progress.step or 0 < config.patience <= progress.stale
    kind: Kind = "classifier"
    learned, bits, accuracy = config.batch_size, None, None
    if isinstance(header, Header):
        kind = "characters"
        bits = None if best is None else best / math.log(2)
        learned = _characters(
            header.config.batch_size, header.config.seq_length, header.config.window
        )
    elif best is not None:
        accuracy = _accuracy(folder, progress.best_step)
    return RunSummary(
        name=folder.name,
        corpus=header.corpus.name,
        cell=header.model.cell,
        size=f"{header.model.num_layers}x{header.model.hidden_size}",
        best_bits_per_char=bits,
        step=progress.step,
        total_steps=progress.total_steps,
        elapsed_s=progress.elapsed_s,
        state="finished" if over else "stopped",
        characters_per_step=learned,
        kind=kind,
        best_accuracy=accuracy,
    )


def _accuracy(folder: RunFolder, step: int) -> float | None:
    """The accuracy on the held-out texts after that step, None where the record has none.

    It relies on how `to_json` writes: `event` comes first, then `step`.
    """
    try:
        line = _last_line(folder.metrics, b'{"event": "evaluated", "step": %d,' % step)
        event = from_json(line.decode("ascii"))
    except (OSError, UnicodeDecodeError, RnntuiError):
        return None
    return event.accuracy if isinstance(event, Evaluated) else None


def _last_line(path: Path, start: bytes) -> bytes:
    """The last line of a file that begins so, empty where there is none; read from the end."""
    rest = b""
    with open_plain(path) as file:
        at = file.seek(0, os.SEEK_END)
        while at and len(rest) <= LONGEST_LINE:
            size = min(at, _BLOCK_BYTES)
            at -= size
            file.seek(at)
            block = file.read(size) + rest
            if (found := block.rfind(start)) >= 0:
                return block[found:].split(b"\n", 1)[0]
            # The end of a line whose start is in the block before.
            rest = block[: block.find(b"\n") + 1] or block
    return b""


def _without_checkpoint(folder: RunFolder) -> RunSummary:
    about = read_configuration(folder).get("run")
    kind: Kind = "characters"
    begun: RunDescription | ClassifyDescription
    if isinstance(about, dict) and about.get("kind") == "classifier":
        from rnntui.tasks.classification.description import describe_classify_run

        kind, begun = "classifier", describe_classify_run(folder)
        learned = begun.config.batch_size
    else:
        begun = describe_run(folder)
        learned = _characters(begun.config.batch_size, begun.config.seq_length, begun.config.window)
    config = begun.config
    return RunSummary(
        name=folder.name,
        corpus=begun.corpus.name,
        cell=config.cell,
        size=f"{config.num_layers}x{config.hidden_size}",
        best_bits_per_char=None,
        step=0,
        total_steps=begun.total_steps,
        elapsed_s=0.0,
        state="new",
        characters_per_step=learned,
        kind=kind,
    )


def _characters(batch_size: int, seq_length: int, window: int) -> int:
    """Characters that a step learns to predict: one a window, or a sequence's each."""
    return batch_size if window else batch_size * seq_length
