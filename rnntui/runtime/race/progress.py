"""How far a lane of a race is, from its events alone. Needs no torch."""

import math
from dataclasses import dataclass

from rnntui.runtime.phases import Phase, phase_after
from rnntui.training.events import Changed, Evaluated, Finished, Opened, Step, TrainEvent

SMOOTHING = 0.05
"""Weight of the newest step in the shown training loss, as the losses of batches vary widely."""


@dataclass
class LaneProgress:
    """What is known of a lane so far.

    Losses are in nats per character, NaN before the first: `loss` is smoothed (`SMOOTHING`),
    `val_loss` the last of the held-out part and `best_loss` the lowest. `seconds` are the
    lane's own.
    """

    characters_per_step: int
    phase: Phase = "starting"
    step: int = 0
    total_steps: int = 0
    parameters: int = 0
    seconds: float = 0.0
    loss: float = math.nan
    val_loss: float = math.nan
    best_loss: float = math.nan

    @property
    def characters(self) -> int:
        """Characters read so far."""
        return self.step * self.characters_per_step

    @property
    def characters_per_second(self) -> float:
        """Characters read in a second of the lane's own, on average; 0 before the first."""
        return self.characters / self.seconds if self.seconds else 0.0

    def note(self, event: TrainEvent) -> None:
        """Take in the lane's next event."""
        self.phase = phase_after(event, self.phase)
        # An evaluation of the best network tells an earlier step.
        is_newest = event.step >= self.step
        self.step, self.seconds = max(self.step, event.step), max(self.seconds, event.elapsed_s)
        match event:
            case Opened():
                self.parameters, self.total_steps = event.parameters, event.total_steps
            case Step():
                before = event.loss if math.isnan(self.loss) else self.loss
                self.loss = before + SMOOTHING * (event.loss - before)
            case Evaluated(val_loss=float() as loss):
                if is_newest:
                    self.val_loss = loss
                self.best_loss = min(loss, self.best_loss)
            case Changed(setting="steps", new=int() | float() as total):
                self.total_steps = int(total)
            case Finished(best_loss=float() as loss):
                self.best_loss = loss
