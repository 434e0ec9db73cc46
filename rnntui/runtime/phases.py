"""The phase of a training run from its events, and its pause from commands and events."""

from typing import Final, Literal

from rnntui.runtime.old_text_question import NOT_BEGUN
from rnntui.runtime.recorded.followed_training import UNFOLLOWED
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
"""Phase of the training run; `idle` before the first one.

A run that has used up its budget or its patience is `finished`, one ended before that
`stopped`.
"""

IN_PROGRESS: Final[frozenset[Phase]] = frozenset({"starting", "training", "paused"})
"""The phases of a training run that has not ended."""


def about_progress(phase: Phase) -> str:
    """The beginning of a sentence about a training run that has not ended."""
    paused = phase == "paused"
    return "A training run is paused" if paused else "A training run is in progress"


def note_pause_command(paused: RequestedValue[bool], command: Command) -> None:
    """Note whether a command requests a pause or its end."""
    match command:
        case Pause() | SingleStep() | NextSample():
            paused.request(True)
        case Continue():
            paused.request(False)
        case _:
            pass


def note_pause_event(paused: RequestedValue[bool], event: TrainEvent) -> None:
    """Note whether a training run has paused or continued."""
    match event:
        case Paused():
            paused.confirm(True)
        case Continued():
            paused.confirm(False)
        case _:
            pass


def phase_after(event: TrainEvent, phase: Phase) -> Phase:
    """The phase after `event`, given the phase before it."""
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
