"""The summary of a run in a list, from its files alone, without torch."""

import time
from dataclasses import dataclass
from typing import Any, Literal

from rnntui.clock import Clock
from rnntui.errors import CheckpointError
from rnntui.tasks.kinds import CHARACTERS, Kind, kind_of_checkpoint, kind_of_run
from rnntui.tasks.table import task_of
from rnntui.tasks.task import Description, Header, Task
from rnntui.training.events import Failed
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.lock import is_being_trained
from rnntui.training.runs.record_end import is_paused, last_event, seconds_silent

RunState = Literal["training", "paused", "quiet", "finished", "stopped", "failed", "new"]

QUIET_SECONDS = 30.0
"""Seconds without an event after which a run in training counts as quiet."""


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows.

    `size` is layers times units. `best_bits_per_char` is of the best validation loss (of the
    training loss if nothing is held out), None before the first; a classifier has
    `best_accuracy` instead, the validation accuracy of its best network. `state` is
    `training`, `paused` or `quiet` (no event for a while) while a process trains it, otherwise
    `failed`, `finished`, `stopped`, or `new` without a checkpoint. `step` and `elapsed_s` are
    of the checkpoint, in training of the record. A step trains on `characters_per_step`: texts
    for a classifier.
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
    kind: Kind = CHARACTERS
    best_accuracy: float | None = None

    @property
    def figure(self) -> str:
        """Bits per character or accuracy of its best network; empty before any evaluation."""
        if self.best_accuracy is not None:
            return f"acc {self.best_accuracy:.1%}"
        return "" if self.best_bits_per_char is None else f"{self.best_bits_per_char:.3f}"

    @property
    def is_resumable(self) -> bool:
        """Whether it has steps left, and no process trains it."""
        return self.state in ("stopped", "failed", "new")


def summarise(folder: RunFolder, clock: Clock = time.time) -> RunSummary:
    """Summarise a run from its last checkpoint, or from its configuration while it has none.

    `clock` gives the seconds since 1970. Raises `CheckpointError` if either is damaged.
    """
    training = is_being_trained(folder)
    last = last_event(folder)
    summary = _summed_up(folder)
    values: dict[str, Any] = dict(vars(summary))
    if training:
        values["state"] = _state_in_training(folder, clock)
        if last is not None:
            values["step"] = max(summary.step, last.step)
            values["elapsed_s"] = max(summary.elapsed_s, last.elapsed_s)
    elif isinstance(last, Failed):
        values["state"] = "failed"
    return RunSummary(**values)


def _state_in_training(folder: RunFolder, clock: Clock) -> RunState:
    if is_paused(folder):
        return "paused"
    return "quiet" if seconds_silent(folder, clock) > QUIET_SECONDS else "training"


def _summed_up(folder: RunFolder) -> RunSummary:
    """The summary without the record and the lock."""
    try:
        task = task_of(kind_of_checkpoint(folder.last))
        header = task.read_header(folder.last)
    except CheckpointError:
        if folder.is_saved:
            raise
        task = task_of(kind_of_run(folder))
        begun = task.describe(folder)
        return _summary(folder, task, begun, Progress(total_steps=begun.total_steps), "new")
    progress, patience = header.progress, header.config.patience
    over = 0 < progress.total_steps <= progress.step or 0 < patience <= progress.stale
    return _summary(folder, task, header, progress, "finished" if over else "stopped")


def _summary(
    folder: RunFolder, task: Task, begun: Header | Description, progress: Progress, state: RunState
) -> RunSummary:
    config = begun.config
    bits, accuracy = task.best(folder, config, progress)
    return RunSummary(
        name=folder.name,
        corpus=begun.corpus.name,
        cell=config.cell,
        size=f"{config.num_layers}x{config.hidden_size}",
        best_bits_per_char=bits,
        step=progress.step,
        total_steps=progress.total_steps,
        elapsed_s=progress.elapsed_s,
        state=state,
        characters_per_step=task.learned_per_step(config),
        kind=task.kind,
        best_accuracy=accuracy,
    )
