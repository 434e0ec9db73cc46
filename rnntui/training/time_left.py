"""Remaining time of a training run, estimated from its steps, and its format."""

from collections import deque
from typing import Final

RECENT_S: Final = 30.0
"""Averaging time of the speed, in seconds."""

WAIT_S: Final = 180.0
"""Seconds to wait for an announced engine, whose compilation may fail."""

SAMPLE_S: Final = 0.1
KNOWN_S: Final = 3.0
"""Seconds of steps needed before their speed is used for an estimate."""


class TimeLeft:
    """Remaining time at the recent speed; unknown until that is known.

    The time before the first step, and steps before an engine switch, don't count.
    """

    def __init__(self) -> None:
        """Start without a measurement."""
        self._samples: deque[tuple[int, float]] = deque()
        self._last = (0, 0.0)
        self._other_from: float | None = None
        """When a switch to another engine was announced."""

    def begin(self, elapsed_s: float, engine_to_come: str) -> None:
        """Start measuring a run, new or resumed, for which an engine switch may be announced."""
        self.forget()
        self._other_from = elapsed_s if engine_to_come else None

    def forget(self) -> None:
        """Restart the measurement."""
        self._samples.clear()
        self._other_from = None

    def add(self, step: int, elapsed_s: float) -> None:
        """Add a step, completed after `elapsed_s` seconds of training."""
        samples = self._samples
        if samples and step <= self._last[0]:
            samples.clear()
        self._last = (step, elapsed_s)
        if not samples or elapsed_s - samples[-1][1] >= SAMPLE_S:
            samples.append(self._last)
        while len(samples) > 1 and elapsed_s - samples[0][1] > RECENT_S:
            samples.popleft()

    def seconds(self, total_steps: int) -> float | None:
        """Seconds until step `total_steps`; None while unknown."""
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
