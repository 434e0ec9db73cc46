"""Times of a training run: time spent in training, and the speed of its steps."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rnntui.clock import Clock

RATE_SECONDS = 1.0
"""Averaging time of the speed reported by `Step`, in seconds."""


class AwakeClock:
    """A clock that excludes the time for which the process is suspended."""

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        """Use `clock` for the seconds."""
        self._clock = clock
        # Since when it sleeps, if it does, and how long it slept before: one value, as the
        # threads that ask for the time wake up before the one that knows how long it was.
        self._sleep: tuple[float | None, float] = (None, 0.0)

    def __call__(self) -> float:
        """Seconds awake."""
        while True:
            sleep, now = self._sleep, self._clock()
            # Asked for again where the process was suspended between the two.
            if sleep is self._sleep:
                since, asleep = sleep
                return (now if since is None else since) - asleep

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Stop the clock during the block, in which the process is suspended."""
        began, (_, before) = self._clock(), self._sleep
        self._sleep = (began, before)
        try:
            yield
        finally:
            self._sleep = (None, before + self._clock() - began)


AWAKE: Final = AwakeClock()
"""The clock shared by all training runs of the process."""


@dataclass
class Stopwatch:
    """Seconds spent in training, pauses excluded."""

    clock: Clock
    before: float = 0.0
    since: float | None = None

    def elapsed(self) -> float:
        """Seconds so far, including those before a resume."""
        return self.before + (0.0 if self.since is None else self.clock() - self.since)

    def start(self) -> None:
        """Start, if stopped."""
        if self.since is None:
            self.since = self.clock()

    def stop(self) -> None:
        """Stop."""
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
    shortest_with_evaluation: float = math.inf
    _last_end: float | None = None
    _has_evaluated: bool = False

    def add_evaluation(self) -> None:
        """Count an evaluation before the next step."""
        self._has_evaluated = True

    def add_step(self, elapsed: float) -> None:
        """Add a step that ended at `elapsed`.

        The first one also sets things up, so it is no measure of those to come.
        """
        if self._last_end is not None:
            seconds = elapsed - self._last_end
            if self._has_evaluated:
                self.evaluations += 1
                self.seconds_with_evaluation += seconds
                self.shortest_with_evaluation = min(self.shortest_with_evaluation, seconds)
            else:
                self.steps += 1
                self.seconds += seconds
        self._last_end, self._has_evaluated = elapsed, False

    @property
    def seconds_per_evaluation(self) -> float:
        """How long one takes in mid-run, the first one of which sets things up; 0 while unknown."""
        if not self.evaluations or not self.steps:
            return 0.0
        return max(0.0, self.shortest_with_evaluation - self.seconds / self.steps)

    def seconds_per_step(self, eval_every: int) -> float:
        """The mean step, with its share of the evaluation that every so many of them have.

        At least one step must have been measured.
        """
        with_evaluation = self.seconds_with_evaluation / max(1, self.evaluations)
        without = self.seconds / self.steps if self.steps else with_evaluation
        return max(without + max(0.0, with_evaluation - without) / eval_every, 1e-9)


@dataclass
class StepTimes:
    """Moving average of the seconds per step."""

    count: int = 0
    average: float = 0.0

    def add(self, seconds: float) -> None:
        """Add a step's seconds."""
        seconds = max(seconds, 1e-9)
        self.count += 1
        # A plain mean over the first second, then an exponential moving average.
        weight = max(seconds / RATE_SECONDS, 1.0 / max(1, self.count - 1))
        self.average += min(1.0, weight) * (seconds - self.average)
