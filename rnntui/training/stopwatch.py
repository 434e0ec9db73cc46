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
class Warmup:
    """How long a step takes with all that goes with it, from when steps began to be alike."""

    steps: int = 0
    evaluated: bool = False
    """Whether what it was measured over has an evaluation in it."""
    _since: float = 0.0

    def add_step(self, elapsed: float) -> None:
        """Take note of a step that ended at `elapsed`."""
        if not self.steps:
            # The first step also sets things up, so it is no measure of those to come.
            self._since = elapsed
        self.steps += 1

    def seconds(self, elapsed: float) -> float:
        """How long it has been measured."""
        return elapsed - self._since if self.steps else 0.0

    def seconds_per_step(self, elapsed: float) -> float:
        """The mean over all steps but the first, what was done between them included."""
        return max(self.seconds(elapsed), 1e-9) / (self.steps - 1)


@dataclass
class StepTimes:
    """How long steps take: a moving average to report."""

    count: int = 0
    average: float = 0.0

    def add(self, seconds: float) -> None:
        """Take one more step into account."""
        seconds = max(seconds, 1e-9)
        self.count += 1
        # A plain mean until a second is full, then one that forgets.
        weight = max(seconds / RATE_SECONDS, 1.0 / max(1, self.count - 1))
        self.average += min(1.0, weight) * (seconds - self.average)
