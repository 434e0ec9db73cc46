"""The events of a sweep: those of its trials' trainings, and the beginning and end of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from rnntui.runtime.sweep.space import Value
from rnntui.training.events import TrainEvent, to_json


@dataclass(frozen=True)
class TrialStarted:
    """A trial begins, or goes on where it was interrupted, with these `values`."""

    trial: int
    run: str
    values: Mapping[str, Value]
    resumed: bool


@dataclass(frozen=True)
class TrialEvent:
    """An event of a trial's training."""

    trial: int
    run: str
    event: TrainEvent


@dataclass(frozen=True)
class TrialEnded:
    """A trial has ended.

    `state` is `complete`, `pruned`, `failed`, or `stopped` where the sweep was: that one goes on
    later. `loss` is the lowest of its evaluations in nats per unit; `best`: no complete trial was
    better; `sentence` says why it failed. Of `trials` wanted, `begun` were begun.
    """

    trial: int
    run: str
    values: Mapping[str, Value]
    state: str
    loss: float | None
    best: bool
    sentence: str
    begun: int
    trials: int


@dataclass(frozen=True)
class SweepEnded:
    """No trial is left to begin; `best` is that of the study, None where none is complete.

    `running` are trials that other processes still train; `command` trains the best one again.
    """

    best: int | None
    run: str
    loss: float | None
    values: Mapping[str, Value]
    running: int
    command: str


SweepEvent = TrialStarted | TrialEvent | TrialEnded | SweepEnded


def sweep_json(event: SweepEvent) -> str:
    """One line of JSON: an event of a training as in a run's record, behind its trial."""
    if isinstance(event, TrialEvent):
        own = {"trial": event.trial, "run": event.run}
        return json.dumps({**own, **json.loads(to_json(event.event))}, allow_nan=False)
    return json.dumps({"event": type(event).__name__.lower(), **vars(event)}, allow_nan=False)
