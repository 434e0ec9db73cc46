"""The interface between the training loop and what it trains.

The loop (`loop.py`) has the position, the clock, the commands and the record. A `Learner` has
the weights, the optimiser, the data and the state carried from batch to batch: one kind of
network, on one kind of data, computed by one engine. The task makes it of the run, which is
data: its folder and settings (`prepared_run.py`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.training.checkpoint_file import Snapshot
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.progress import Progress


@dataclass(frozen=True)
class LearnerInfo:
    """What `Started` and `Resumed` say of a learner; the fields are explained at `Opened`."""

    corpus: str
    parameters: int
    vocab_size: int
    train_chars: int
    val_chars: int
    eval_chars: int
    batches_per_epoch: int
    device: str
    unit: str = "characters"
    chars_per_unit: float = 1.0
    val_chars_per_unit: float = 1.0
    engine_to_come: str = ""
    processes: int = 1


@dataclass(frozen=True)
class StepOutcome:
    """The result of an optimiser step.

    `loss` is the batch's mean, in nats per prediction; `grad_norm` the gradient norm before
    clipping; `predictions` the number of predictions trained on; `engine` what computed it.
    """

    loss: float
    grad_norm: float
    predictions: int
    engine: str


class Learner(Protocol):
    """Trains one kind of network on one kind of data.

    It is made for a run, new or at the checkpoint to resume from. A step may depend only on
    the run, the weights, optimiser and carried state of `snapshot`, and the arguments.
    """

    @property
    def info(self) -> LearnerInfo:
        """Sizes of the network and its data."""

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Run one optimiser step on batch `progress.batch` of epoch `progress.epoch`.

        `progress.engine` computed the previous step; empty before the first. Raises
        `RnntuiError` for a loss or gradients that are not finite, before any weight changes.
        """

    def evaluate(self) -> Measure:
        """Evaluate on the held-out characters that an evaluation in mid-run reads."""

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Evaluate on all held-out data, reporting progress."""

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Evaluate a checkpoint on all held-out data. Raises `CheckpointError`."""

    def sample(self, length: int, step: int) -> tuple[str, str] | None:
        """Generate a sample: its prime and the next `length` characters.

        None for a network that generates no text. Raises `SamplingError`.
        """

    def weights(self, step: int) -> NetworkWeights | None:
        """A copy of the weights to sample from; None for a network that generates no text."""

    def snapshot(self, progress: Progress) -> Snapshot:
        """The state that a resume starts from."""

    def restore(self, path: Path) -> Progress:
        """Restore weights, optimiser and carried state from a checkpoint; returns its progress.

        Raises `CheckpointError`.
        """
