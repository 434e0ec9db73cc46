"""A run's record shown again as if it were being trained: paced, and obeying pause and stop.

Unlike a training it can be moved in: to the next sample, and by shares of the record.

It fits a `TrainerThread` once folder and speed are given:
`lambda inbox, outlet: replay_events(folder, inbox, speed)`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rnntui.errors import CheckpointError
from rnntui.training.commands import (
    Command,
    Continue,
    Inbox,
    Move,
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
"""The longest wait without a look at the inbox."""

Clock = Callable[[], float]


def replay_events(
    folder: RunFolder,
    inbox: Inbox,
    speed: Callable[[], float],
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[TrainEvent]:
    """The events of a record, each when its `elapsed_s` has come, `speed` times as fast.

    `speed` is asked again as time passes; 0 is as fast as possible. Pauses in the
    record are left out, as no training time passed in them; those that the inbox
    asks for come in their place. `NextSample` pauses after the next sample, the next
    evaluation in a record without any; `Move` shows what is passed over at once and
    leaves a pause as it is, and going back gives a `Rewound`, then the record from its
    start without its warnings. Other commands change nothing. The last event is
    the record's `Finished` or `Failed`; where the inbox asks to stop, or the record
    breaks off, it is a `Finished` for the reason `stopped`. Raises
    `CheckpointError` where there is no record.
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
            if playback.was_told(event):
                continue
            yield event
            yield from playback.after(event)
        if playback is None:
            name = folder.name
            raise CheckpointError(f"The run '{name}' has no record yet, so nothing to replay.")
    if playback.stopped or not isinstance(playback.last, Finished | Failed):
        yield Finished(*playback.place, reason="stopped")


def _recorded(folder: RunFolder) -> Iterator[TrainEvent]:
    for event in read_events(folder):
        if not isinstance(event, Paused | Continued):
            yield event


@dataclass(frozen=True)
class _Extent:
    """How far a record goes, and what it has."""

    last_step: int
    has_samples: bool


def _extent(folder: RunFolder) -> _Extent:
    """Read a record through, which is quick beside what a person asks for."""
    last_step, has_samples = 0, False
    for event in _recorded(folder):
        if isinstance(event, Step):
            last_step = event.step
        has_samples |= isinstance(event, Sampled)
    return _Extent(last_step, has_samples)


class _Playback:
    """Where a replay is, and whether it goes on."""

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
        """Whether what was asked for lies before what was shown."""
        self._folder = folder
        self._inbox, self._speed, self._clock, self._sleep = inbox, speed, clock, sleep
        self._paused = False
        self._pause_after: type[TrainEvent] | None = None
        """What the replay goes on to, before it pauses."""
        self._to_pass = 0
        """How many of them: each `NextSample` counts, however quickly they come."""
        self._step = 0
        self._sought: int | None = None
        """The step up to which all is shown at once."""
        self._shown_before = 0
        """The step that the replay had come to when it was last rewound."""
        self._moment = first.elapsed_s
        """The training second that the replay has come to."""
        self._looked_at = clock()

    @property
    def place(self) -> tuple[int, float]:
        """Step and seconds of the last event shown."""
        return self.last.step, self.last.elapsed_s

    def wait_for(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Obey commands until the time of `event` has come, or a stop or a way back."""
        while True:
            waits = self._paused and self._sought is None
            for command in self._inbox.wait() if waits else self._inbox.drain():
                yield from self._obey(command)
            if self.stopped or self.goes_back or self._sought is not None:
                return
            if not self._paused and self._has_come(event.elapsed_s):
                return

    def was_told(self, event: TrainEvent) -> bool:
        """Whether `event` is a warning that was given before the replay went back."""
        return isinstance(event, Warned) and event.step <= self._shown_before

    def rewind(self) -> TrainEvent:
        """Begin again from the start of the record, up to what is sought."""
        self._shown_before = max(self._shown_before, self._step)
        self._step, self.goes_back = 0, False
        return Rewound(*self.place)

    def after(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Note that `event` was shown; pause where no more was asked for."""
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
        """Go on from `event` at the usual pace, if it is what was sought."""
        if isinstance(event, Step) and self._sought is not None and event.step >= self._sought:
            self._sought = None
            self._moment, self._looked_at = event.elapsed_s, self._clock()
            if self._paused:
                # What begins the record would be taken for the end of the pause.
                yield Paused(*self.place)

    def _has_come(self, moment: float) -> bool:
        """Whether it is time, after a short wait if it is not."""
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
            case Stop():
                self.stopped = True
            case _:
                pass

    @cached_property
    def _whole(self) -> _Extent:
        return _extent(self._folder)

    def _move(self, share: float) -> None:
        """Seek a place from the one that was asked for last."""
        whole = self._whole.last_step
        here = self._step if self._sought is None else self._sought
        steps = max(1, round(abs(share) * whole))
        sought = min(max(here + (steps if share > 0 else -steps), 0), whole)
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
        """Go on until so many events of a kind were shown, then pause."""
        yield from self._continue()
        self._pause_after, self._to_pass = kind, to_pass

    def _continue(self) -> Iterator[TrainEvent]:
        self._pause_after = None
        if self._paused:
            self._paused = False
            # The pause itself is no time of the replay.
            self._looked_at = self._clock()
            yield Continued(*self.place)
