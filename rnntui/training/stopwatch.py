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
    """How long a step takes with all that goes with it, from when steps began to be alike.

    What lies between the ends of two steps is measured, apart where it holds an
    evaluation: those are far longer, and come so seldom that a mean over all
    would depend on when it is taken.
    """

    steps: int = 0
    seconds: float = 0.0
    """Of `steps` steps without an evaluation before them."""
    evaluations: int = 0
    seconds_with_evaluation: float = 0.0
    """Of as many steps as `evaluations`."""
    _last_end: float | None = None
    _has_evaluated: bool = False

    def add_evaluation(self) -> None:
        """Take note of an evaluation before the next step."""
        self._has_evaluated = True

    def add_step(self, elapsed: float) -> None:
        """Take note of a step that ended at `elapsed`.

        The first one also sets things up, so it is no measure of those to come.
        """
        if self._last_end is not None:
            seconds = elapsed - self._last_end
            if self._has_evaluated:
                self.evaluations += 1
                self.seconds_with_evaluation += seconds
            else:
                self.steps += 1
                self.seconds += seconds
        self._last_end, self._has_evaluated = elapsed, False

    def seconds_per_step(self, eval_every: int) -> float:
        """The mean step, with its share of the evaluation that every so many of them have.

        At least one step must have been measured.
        """
        with_evaluation = self.seconds_with_evaluation / max(1, self.evaluations)
        without = self.seconds / self.steps if self.steps else with_evaluation
        return max(without + max(0.0, with_evaluation - without) / eval_every, 1e-9)


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
