"""What the loop itself goes by, whatever is trained: when to end, evaluate, save and sample."""

from dataclasses import dataclass, fields
from typing import Any, Self

from rnntui.training.optimizing.schedules import Schedule
from rnntui.training.progress import Progress
from rnntui.training.settings.optimizer import ScheduleName


@dataclass(frozen=True)
class LoopSettings:
    """Those of a configuration's settings that the loop reads; they are explained there.

    `eval_every` is a number of steps here, never 0. `sample_length` is 0 for a
    network that generates nothing.
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
    sample_every: int = 0
    sample_every_epochs: int = 0
    sample_length: int = 0

    @classmethod
    def of(cls, config: Any) -> Self:
        """The loop settings of a configuration that has settings of these names."""
        names = [one.name for one in fields(cls) if hasattr(config, one.name)]
        return cls(**{name: getattr(config, name) for name in names})

    def total_steps(self, batches_per_epoch: int) -> int:
        """Steps of the whole training; 0 for minutes, whose steps must be measured."""
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
        # No schedule has decayed yet, whatever an epoch is.
        return self.rate_at(Progress(), batches_per_epoch=1)

    def reason_to_end(self, progress: Progress) -> str:
        """Why no further step should be taken; empty while there is no reason."""
        if 0 < self.patience <= progress.stale:
            return "patience"
        return "budget" if 0 < progress.total_steps <= progress.step else ""
