"""What a training does by what it tells, and whether it is to pause by what it was asked for."""

from typing import Final, Literal

from rnntui.runtime.followed_training import UNFOLLOWED
from rnntui.runtime.old_text_question import NOT_BEGUN
from rnntui.runtime.requested_value import RequestedValue
from rnntui.training.commands import Command, Continue, NextSample, Pause, SingleStep
from rnntui.training.events import (
    Continued,
    Failed,
    Finished,
    Paused,
    Resumed,
    Started,
    TrainEvent,
)

Phase = Literal["idle", "starting", "training", "paused", "stopped", "finished", "failed"]
"""What the training does; `idle` before the first one.

`finished` is one that has used up its budget or its patience, `stopped` one that
was ended before.
"""

GOING_ON: Final[frozenset[Phase]] = frozenset({"starting", "training", "paused"})
"""The phases of what has not ended."""


def going_on(phase: Phase) -> str:
    """The beginning of a sentence about a training that has not ended."""
    paused = phase == "paused"
    return "A training run is paused" if paused else "A training run is in progress"


def ask_pause(paused: RequestedValue[bool], command: Command) -> None:
    """Note whether a command asks for a pause, or for its end."""
    match command:
        case Pause() | SingleStep() | NextSample():
            paused.ask(True)
        case Continue():
            paused.ask(False)
        case _:
            pass


def tell_pause(paused: RequestedValue[bool], event: TrainEvent) -> None:
    """Note whether a training has paused, or goes on."""
    match event:
        case Paused():
            paused.tell(True)
        case Continued():
            paused.tell(False)
        case _:
            pass


def phase_after(event: TrainEvent, phase: Phase) -> Phase:
    """What a training does once `event` has happened, from what it did before."""
    match event:
        case Started() | Resumed() | Continued():
            return "training"
        case Paused():
            return "paused"
        case Finished(reason="stopped"):
            return "stopped"
        case Finished(reason=reason) if reason in (UNFOLLOWED, NOT_BEGUN):
            return "idle"
        case Finished():
            return "finished"
        case Failed():
            return "failed"
        case _:
            return phase
