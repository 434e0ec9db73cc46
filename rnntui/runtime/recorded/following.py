"""Following a run that another process trains, from its record alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rnntui.clock import Clock
from rnntui.errors import RnntuiError, reason
from rnntui.runtime.recorded.record_tail import RecordTail
from rnntui.tasks.summary import QUIET_SECONDS
from rnntui.training.events import Failed, Finished, TrainEvent, from_json
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.lock import is_being_trained
from rnntui.training.runs.record_end import pause_told, seconds_silent

FollowedState = Literal["training", "paused", "quiet", "ended"]


@dataclass(frozen=True)
class FollowedEvents:
    """Events since the last poll.

    `rewound` says that the record was cut, as a resume does, and is read again: all
    earlier events are void, and `events` begin at its start.
    """

    events: tuple[TrainEvent, ...] = ()
    rewound: bool = False


class RunFollower:
    """Reads a run's record as it grows; it changes nothing in the run's folder."""

    def __init__(
        self,
        folder: RunFolder,
        clock: Clock = time.time,
        quiet_after: float = QUIET_SECONDS,
    ) -> None:
        """Start at the beginning of the record.

        `clock` returns seconds since 1970, as file times are; a run that has written
        nothing for more than `quiet_after` seconds is quiet.
        """
        self._folder, self._clock, self._quiet_after = folder, clock, quiet_after
        self._tail = RecordTail(folder.metrics)
        self._last: TrainEvent | None = None
        self._paused = False
        self._is_behind = True

    def poll(self) -> FollowedEvents:
        """Return the events of new whole lines, about a megabyte of them at most.

        Lines that aren't events are skipped. Cheap where nothing is new.
        Raises `RnntuiError` where the record can't be read.
        """
        try:
            found = self._tail.look()
        except OSError as error:
            sentence = f"{self._folder.metrics} can't be read ({reason(error)})."
            raise RnntuiError(sentence) from error
        events = tuple(_events(found.block))
        self._is_behind = found.more
        if found.rewound:
            self._last, self._paused = None, False
        for event in events:
            if (told := pause_told(event)) is not None:
                self._paused = told
        if events:
            self._last = events[-1]
        return FollowedEvents(events, found.rewound)

    def state(self) -> FollowedState:
        """The run's state, as far as its record was polled.

        `training` while a process holds the run's lock and writes; `paused` while it
        holds it and has paused; `quiet` while it holds it and writes nothing, or has
        died without a last event; `ended` after a last event.
        """
        if isinstance(self._last, Finished | Failed):
            return "ended"
        if self._is_behind:
            return "training"
        if not is_being_trained(self._folder):
            return "quiet"
        if self._paused:
            return "paused"
        return "training" if self._silence() <= self._quiet_after else "quiet"

    def about(self) -> str:
        """The state as a sentence for the screen."""
        match self._last:
            case Finished():
                return f"Training finished at step {self._last.step:,}."
            case Failed():
                return self._last.sentence
        match self.state():
            case "training":
                return "Another process trains this run."
            case "paused":
                return "The process training this run has paused."
        if not is_being_trained(self._folder):
            return "No process trains this run any more: its process is gone."
        return f"The process training this run has written nothing for {self._silence():.0f} s."

    def _silence(self) -> float:
        return seconds_silent(self._folder, self._clock)


def _events(block: bytes) -> Iterator[TrainEvent]:
    for line in block.splitlines():
        try:
            yield from_json(line.decode("ascii"))
        except (UnicodeDecodeError, RnntuiError):
            continue
