"""The settings of the loop itself: when to end, evaluate, save and sample."""

from dataclasses import dataclass
from typing import Any, Self

from rnntui.nets.config import fields_from
from rnntui.training.optimizing.schedules import Schedule
from rnntui.training.progress import Progress
from rnntui.training.settings.common import ScheduleName


@dataclass(frozen=True)
class LoopSettings:
    """The settings that the loop reads of a configuration, which explains them.

    `eval_every` is a number of steps, never 0. `sample_length` is 0 for a network that
    generates no text.
    """

    learning_rate: float
    schedule: ScheduleName
    warmup_steps: int
    decay_factor: float
    decay_epochs: float
    final_learning_rate: float
    epochs: int
    steps: int
    minutes: float
    patience: int
    eval_every: int
    save_every: float
    keep_every: int = 0
    sample_every: int = 0
    sample_every_epochs: int = 0
    sample_length: int = 0

    @classmethod
    def of(cls, config: Any) -> Self:
        """The loop settings of a configuration."""
        return cls(**fields_from(config, cls))

    def total_steps(self, batches_per_epoch: int) -> int:
        """Total steps; 0 for a budget in minutes, which must be measured first."""
        return self.steps or self.epochs * batches_per_epoch

    def rate_at(self, progress: Progress, batches_per_epoch: int) -> float:
        """The learning rate of the next step."""
        schedule = Schedule(
            self.schedule,
            self.warmup_steps,
            progress.total_steps,
            self.decay_factor,
            max(1, round(self.decay_epochs * batches_per_epoch)),
            self.final_learning_rate,
        )
        return self.learning_rate * progress.rate_scale * schedule.factor(progress.step)

    @property
    def first_rate(self) -> float:
        """The learning rate of the first step."""
        # Before any decay the length of an epoch doesn't matter.
        return self.rate_at(Progress(), batches_per_epoch=1)

    def reason_to_end(self, progress: Progress) -> str:
        """Why the run is to end: `budget` or `patience`; empty while it isn't."""
        if 0 < self.patience <= progress.stale:
            return "patience"
        return "budget" if 0 < progress.total_steps <= progress.step else ""
