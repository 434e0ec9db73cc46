"""The numbers of an event by the names under which loggers show them as curves."""

import math
from collections.abc import Mapping
from dataclasses import fields

from rnntui.training.events import Evaluated, Step, Tested, TrainEvent


class Scalars:
    """Names the numbers of a run's events so that no curve has two points at one step.

    At its end a run may evaluate once more, on all that is held out, and its best network, too:
    those numbers are called `full/…`, and `best/…` at the step of the best network. Those of the
    test part are `test/…`.
    """

    def __init__(self, step_seconds: float) -> None:
        """Begin at the first event of a run.

        Steps that begin less than `step_seconds` of training after one that was named are left
        out, so that logging them takes a small share of the time at any speed. What a resume
        repeats leaves out the same ones, as the seconds are the record's.
        """
        self._step_seconds, self._step_at = step_seconds, -math.inf
        self._evaluated = -1

    def of(self, event: TrainEvent) -> Mapping[str, float]:
        """The numbers of an event; none for most kinds."""
        match event:
            case Step():
                if event.elapsed_s - self._step_at < self._step_seconds:
                    return {}
                self._step_at = event.elapsed_s
                return _numbers(event)
            case Evaluated():
                before, self._evaluated = self._evaluated, max(self._evaluated, event.step)
                if event.step > before:
                    return _numbers(event)
                return _numbers(event, "full/" if event.step == before else "best/")
            case Tested():
                return _numbers(event, "test/")
        return {}


def _numbers(event: TrainEvent, prefix: str = "") -> dict[str, float]:
    """The fields that are floats; `step` and `elapsed_s` place the others."""
    values = ((part.name, getattr(event, part.name)) for part in fields(event))
    return {
        prefix + name: value
        for name, value in values
        if isinstance(value, float) and name != "elapsed_s"
    }
