"""A run's record replayed as if it were being trained: paced, and obeying pause and stop.

Unlike a training run it has navigation: to the next sample, and by shares of the record.

It fits a `TrainerThread` once folder and speed are given:
`lambda inbox, outlet: replay_events(folder, inbox, speed)`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rnntui.clock import Clock
from rnntui.errors import CheckpointError
from rnntui.training.commands import (
    Command,
    Continue,
    Inbox,
    Move,
    MoveTo,
    NextSample,
    Pause,
    SingleStep,
    Stop,
)
from rnntui.training.events import (
    Continued,
    Evaluated,
    Failed,
    Finished,
    Paused,
    Rewound,
    Sampled,
    Step,
    TrainEvent,
    Warned,
)
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events

TICK_SECONDS = 0.05
"""Longest wait between two looks at the inbox."""


def replay_events(
    folder: RunFolder,
    inbox: Inbox,
    speed: Callable[[], float],
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[TrainEvent]:
    """Yield the events of a record, each at its `elapsed_s`, `speed` times as fast.

    `speed` is read again as time passes; 0 is as fast as possible. Pauses of the record
    are left out, as no training time passes in them; those requested through the inbox
    are yielded instead. `NextSample` pauses after the next sample, or the next
    evaluation in a record without samples. `Move` and `MoveTo` yield everything on the way at once
    and leaves a pause as it is; moving back yields a `Rewound`, then the record from its
    start without its warnings. Other commands are ignored. The last event is the
    record's `Finished` or `Failed`, or a `Finished` for the reason `stopped` at a `Stop`
    command or where the record breaks off. Raises `CheckpointError` where there is no
    record.
    """
    playback: _Playback | None = None
    while playback is None or playback.goes_back:
        if playback is not None:
            yield playback.rewind()
        for event in _recorded(folder):
            if playback is None:
                playback = _Playback(folder, event, inbox, speed, clock, sleep)
            yield from playback.wait_for(event)
            if playback.stopped or playback.goes_back:
                break
            if playback.was_shown(event):
                continue
            yield event
            yield from playback.after(event)
        if playback is None:
            name = folder.name
            raise CheckpointError(f"The run '{name}' has no record to replay yet.")
    if playback.stopped or not isinstance(playback.last, Finished | Failed):
        yield Finished(*playback.place, reason="stopped")


def _recorded(folder: RunFolder) -> Iterator[TrainEvent]:
    for event in read_events(folder):
        if not isinstance(event, Paused | Continued):
            yield event


@dataclass(frozen=True)
class _Extent:
    """The last step of a record, and whether it has samples."""

    last_step: int
    has_samples: bool


def _extent(folder: RunFolder) -> _Extent:
    """Read a whole record; fast enough at a key press."""
    last_step, has_samples = 0, False
    for event in _recorded(folder):
        if isinstance(event, Step):
            last_step = event.step
        has_samples |= isinstance(event, Sampled)
    return _Extent(last_step, has_samples)


class _Playback:
    """Position and pause of a replay."""

    def __init__(
        self,
        folder: RunFolder,
        first: TrainEvent,
        inbox: Inbox,
        speed: Callable[[], float],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.last = first
        self.stopped = False
        self.goes_back = False
        """Whether the position sought is before the current one."""
        self._folder = folder
        self._inbox, self._speed, self._clock, self._sleep = inbox, speed, clock, sleep
        self._paused = False
        self._pause_after: type[TrainEvent] | None = None
        """The kind of event to pause after."""
        self._to_pass = 0
        """How many of them until then: each `NextSample` counts, however fast they come."""
        self._step = 0
        self._sought: int | None = None
        """The step up to which events are yielded at once."""
        self._shown_before = 0
        """The step reached when the replay was last rewound."""
        self._moment = first.elapsed_s
        """The replay's position in seconds of training time."""
        self._looked_at = clock()

    @property
    def place(self) -> tuple[int, float]:
        """Step and seconds of the last event yielded."""
        return self.last.step, self.last.elapsed_s

    def wait_for(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Obey commands until `event` is due, or until a stop or a move back."""
        while True:
            waits = self._paused and self._sought is None
            for command in self._inbox.wait() if waits else self._inbox.drain():
                yield from self._obey(command)
            if self.stopped or self.goes_back or self._sought is not None:
                return
            if not self._paused and self._has_come(event.elapsed_s):
                return

    def was_shown(self, event: TrainEvent) -> bool:
        """Whether `event` is a warning that was yielded before the replay was rewound."""
        return isinstance(event, Warned) and event.step <= self._shown_before

    def rewind(self) -> TrainEvent:
        """Start over from the beginning of the record, up to the step sought."""
        self._shown_before = max(self._shown_before, self._step)
        self._step, self.goes_back = 0, False
        return Rewound(*self.place)

    def after(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Note that `event` was yielded; pause where it is the one to pause after."""
        self.last = event
        if isinstance(event, Step):
            self._step = event.step
        if self._sought is not None:
            yield from self._arrive(event)
        elif self._pause_after is not None and isinstance(event, self._pause_after):
            self._to_pass -= 1
            if self._to_pass <= 0:
                yield from self._pause()

    def _arrive(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Continue from `event` at the usual pace, if it is at the step sought."""
        if isinstance(event, Step) and self._sought is not None and event.step >= self._sought:
            self._sought = None
            self._moment, self._looked_at = event.elapsed_s, self._clock()
            if self._paused:
                # The record's first event would be taken for the end of the pause.
                yield Paused(*self.place)

    def _has_come(self, moment: float) -> bool:
        """Whether `moment` has come; waits a little if it has not."""
        now = self._clock()
        passed, self._looked_at = now - self._looked_at, now
        speed = self._speed()
        if speed <= 0 or self._pause_after is not None:
            self._moment = max(self._moment, moment)
            return True
        self._moment += passed * speed
        missing = moment - self._moment
        if missing > 0:
            self._sleep(min(TICK_SECONDS, missing / speed))
        return missing <= 0

    def _obey(self, command: Command) -> Iterator[TrainEvent]:
        match command:
            case Pause():
                yield from self._pause()
            case Continue():
                yield from self._continue()
            case SingleStep():
                yield from self._continue_to(Step, 1)
            case NextSample():
                to_pass = 1 if self._pause_after in (None, Step) else self._to_pass + 1
                kind = Sampled if self._whole.has_samples else Evaluated
                yield from self._continue_to(kind, to_pass)
            case Move(share=share):
                self._move(share)
            case MoveTo(step=step):
                self._seek(step)
            case Stop():
                self.stopped = True
            case _:
                pass

    @cached_property
    def _whole(self) -> _Extent:
        return _extent(self._folder)

    def _move(self, share: float) -> None:
        """Seek relative to the step that was sought last."""
        whole = self._whole.last_step
        here = self._step if self._sought is None else self._sought
        steps = max(1, round(abs(share) * whole))
        self._seek(here + (steps if share > 0 else -steps))

    def _seek(self, step: int) -> None:
        sought = min(max(step, 0), self._whole.last_step)
        if sought != self._step:
            self._sought, self.goes_back = sought, sought < self._step
        else:
            self._sought, self.goes_back = None, False

    def _pause(self) -> Iterator[TrainEvent]:
        self._pause_after = None
        if not self._paused:
            self._paused = True
            yield Paused(*self.place)

    def _continue_to(self, kind: type[TrainEvent], to_pass: int) -> Iterator[TrainEvent]:
        """Continue until `to_pass` events of a kind were yielded, then pause."""
        yield from self._continue()
        self._pause_after, self._to_pass = kind, to_pass

    def _continue(self) -> Iterator[TrainEvent]:
        self._pause_after = None
        if self._paused:
            self._paused = False
            # The pause doesn't count as time of the replay.
            self._looked_at = self._clock()
            yield Continued(*self.place)
