"""Learning rate schedules: functions of the step alone."""

import math
from dataclasses import dataclass

from rnntui.training.settings.common import ScheduleName


@dataclass(frozen=True)
class Schedule:
    """The factor on the learning rate at each step.

    `total_steps` is 0 while unknown (a budget in minutes before its speed is measured);
    `cosine` then stays at 1, so that no factor depends on the measurement.
    """

    name: ScheduleName
    warmup_steps: int
    total_steps: int
    decay_factor: float
    decay_steps: int
    final: float

    def factor(self, step: int) -> float:
        """The factor for the step that follows `step` steps already taken.

        - all: a linear climb over `warmup_steps`, then
        - `constant`: 1;
        - `step`: `decay_factor` once more every `decay_steps`;
        - `cosine`: half a cosine from 1 to `final` at `total_steps`
          (Loshchilov and Hutter 2017, without restarts).
        """
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        if self.name == "step":
            return self.decay_factor ** (step // self.decay_steps)
        if self.name == "cosine" and self.total_steps > self.warmup_steps:
            done = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
            return self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
        return 1.0
