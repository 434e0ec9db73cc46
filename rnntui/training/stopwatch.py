"""The times of a training: how long it has gone on, and how fast its steps are."""

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]

RATE_SECONDS = 1.0
"""Over about how long the speed that a `Step` reports is averaged."""


@dataclass
class Stopwatch:
    """Seconds spent in training, which stand still during a pause."""

    clock: Clock
    before: float = 0.0
    since: float | None = None

    def elapsed(self) -> float:
        """Seconds so far, those before a resume included."""
        return self.before + (0.0 if self.since is None else self.clock() - self.since)

    def start(self) -> None:
        """Go on, if it stands still."""
        if self.since is None:
            self.since = self.clock()

    def stop(self) -> None:
        """Stand still."""
        self.before, self.since = self.elapsed(), None


@dataclass
class StepTimes:
    """How long steps take: a moving average to report, and a mean to reckon with."""

    count: int = 0
    total: float = 0.0
    average: float = 0.0

    @property
    def mean(self) -> float:
        """Seconds of a step, the first one left out."""
        return self.total / (self.count - 1)

    def add(self, seconds: float) -> None:
        """Take one more step into account."""
        seconds = max(seconds, 1e-9)
        # The first step also sets things up, so it is no measure of those to come.
        self.total += seconds if self.count else 0.0
        self.count += 1
        # A plain mean until a second is full, then one that forgets.
        weight = max(seconds / RATE_SECONDS, 1.0 / max(1, self.count - 1))
        self.average += min(1.0, weight) * (seconds - self.average)
