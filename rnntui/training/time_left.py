"""How long a training run will still take, by the steps that it has told of, and how to say it."""

from collections import deque
from typing import Final

RECENT_S: Final = 30.0
"""Over how long the speed is averaged."""

WAIT_S: Final = 180.0
"""How long an engine that was announced is waited for; compiling may come to nothing."""

SAMPLE_S: Final = 0.1
KNOWN_S: Final = 3.0
"""How long it must have gone on at one speed before that says anything of what is to come."""


class TimeLeft:
    """The time that is left by the speed of late; unknown until the speed is.

    What comes before the first step, and the steps before another engine takes over, say
    nothing of those to come.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._samples: deque[tuple[int, float]] = deque()
        self._last = (0, 0.0)
        self._other_from: float | None = None
        """Since when another engine is to come."""

    def begin(self, elapsed_s: float, engine_to_come: str) -> None:
        """Measure a training run that has begun, or goes on; another engine may be to come."""
        self.forget()
        self._other_from = elapsed_s if engine_to_come else None

    def forget(self) -> None:
        """Measure anew."""
        self._samples.clear()
        self._other_from = None

    def add(self, step: int, elapsed_s: float) -> None:
        """Take note of a step that was done after so many seconds of training."""
        samples = self._samples
        if samples and step <= self._last[0]:
            samples.clear()
        self._last = (step, elapsed_s)
        if not samples or elapsed_s - samples[-1][1] >= SAMPLE_S:
            samples.append(self._last)
        while len(samples) > 1 and elapsed_s - samples[0][1] > RECENT_S:
            samples.popleft()

    def seconds(self, total_steps: int) -> float | None:
        """How long the steps up to that total will take; None where it can't be said."""
        if not total_steps or not self._samples:
            return None
        (first, began), (last, ended) = self._samples[0], self._last
        if last >= total_steps:
            return 0.0
        if last == first or ended - began < KNOWN_S:
            return None
        if self._other_from is not None and ended - self._other_from < WAIT_S:
            return None
        return (total_steps - last) * (ended - began) / (last - first)


def duration(seconds: float) -> str:
    """A length of time as `m:ss`, or `h:mm:ss` from an hour on."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
