"""The seam between the loop and what it trains.

The loop (`loop.py`) has the position, the clock, the commands and the
record. A learner has the weights, the optimiser, the data and what is carried
from batch to batch: one kind of network, on one kind of data, computed in one
way. A `Training` is the run as data: its folder and its
settings, of which the task makes the learner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.training.checkpoint_file import Snapshot
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.progress import Progress
from rnntui.training.resuming import Change
from rnntui.training.run_folder import RunFolder


@dataclass(frozen=True)
class LearnerInfo:
    """What a `Started` event says of a learner; the names are explained at `Opened`."""

    corpus: str
    parameters: int
    vocab_size: int
    train_chars: int
    val_chars: int
    eval_chars: int
    batches_per_epoch: int
    device: str
    unit: str = "characters"
    engine_to_come: str = ""


@dataclass(frozen=True)
class StepOutcome:
    """A step that was taken.

    `loss` is the batch's mean, in nats per prediction; `grad_norm` the norm of
    all gradients before clipping; `predictions` how many were learned from;
    `engine` what computed it.
    """

    loss: float
    grad_norm: float
    predictions: int
    engine: str


class Learner(Protocol):
    """What fits one kind of network on one kind of data.

    It is made for a run, at its start or at the checkpoint to go on from. A
    step may depend on nothing but the run, the weights, optimiser and carried
    state of `snapshot`, and the arguments.
    """

    @property
    def info(self) -> LearnerInfo:
        """What it is and what it learns from."""

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Take the step on batch `progress.batch` of pass `progress.epoch`.

        `progress.engine` computed the step before, empty where there is none.
        Raises `RnntuiError`, before any weight is changed, where the loss or
        the gradients are not finite (see `require_finite`).
        """

    def evaluate(self) -> Measure:
        """Measure on the held-out part that an evaluation in mid-run reads."""

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Measure on all that is held out, `report` is told how far that is."""

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Measure a checkpoint in full; `CheckpointError` where it can't be read."""

    def sample(self, length: int, step: int) -> tuple[str, str] | None:
        """A sample: its prime and the next `length` characters.

        None where the network generates no text. Raises `SamplingError`.
        """

    def weights(self, step: int) -> NetworkWeights | None:
        """A copy of the weights at that step, to sample from; None for a network without text."""

    def snapshot(self, progress: Progress) -> Snapshot:
        """All that a resume needs."""

    def restore(self, path: Path) -> Progress:
        """Take weights, optimiser and carried state from a checkpoint; returns how far it was.

        Raises `CheckpointError`.
        """


class Training(Protocol):
    """A run made ready, new or to go on with."""

    @property
    def folder(self) -> RunFolder:
        """Where its files are."""

    @property
    def loop_settings(self) -> LoopSettings:
        """When it ends, evaluates, saves and samples."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about how it was made ready."""

    @property
    def resumed_at(self) -> Progress | None:
        """How far its checkpoint is; None for one that begins.

        `total_steps` is 0 where it would not hold any more.
        """

    @property
    def rate_changes(self) -> tuple[Change, ...]:
        """What is changed of the learning rate as it goes on; nothing for one that begins."""

    def tables(self, total_steps: int) -> Mapping[str, Any]:
        """The content of `run.toml`."""
