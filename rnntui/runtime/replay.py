"""A run's record shown again as if it were being trained: paced, and obeying pause and stop.

It fits a `TrainerThread` once folder and speed are given:
`lambda inbox, outlet: replay_events(folder, inbox, speed)`.
"""

import time
from collections.abc import Callable, Iterator

from rnntui.errors import CheckpointError
from rnntui.training.commands import Command, Continue, Inbox, Pause, SingleStep, Stop
from rnntui.training.events import Continued, Failed, Finished, Paused, Step, TrainEvent
from rnntui.training.run_folder import RunFolder, read_events

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
    asks for come in their place. Other commands change nothing. The last event is
    the record's `Finished` or `Failed`; where the inbox asks to stop, or the record
    breaks off, it is a `Finished` for the reason `stopped`. Raises
    `CheckpointError` where there is no record.
    """
    playback: _Playback | None = None
    for event in _recorded(folder):
        if playback is None:
            playback = _Playback(event, inbox, speed, clock, sleep)
        yield from playback.wait_for(event)
        if playback.stopped:
            break
        yield event
        yield from playback.after(event)
    if playback is None:
        raise CheckpointError(f"The run '{folder.name}' has no record yet, so nothing to replay.")
    if playback.stopped or not isinstance(playback.last, Finished | Failed):
        yield Finished(*playback.place, reason="stopped")


def _recorded(folder: RunFolder) -> Iterator[TrainEvent]:
    for event in read_events(folder):
        if not isinstance(event, Paused | Continued):
            yield event


class _Playback:
    """Where a replay is, and whether it goes on."""

    def __init__(
        self,
        first: TrainEvent,
        inbox: Inbox,
        speed: Callable[[], float],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.last = first
        self.stopped = False
        self._inbox, self._speed, self._clock, self._sleep = inbox, speed, clock, sleep
        self._paused = False
        self._one_step_only = False
        self._moment = first.elapsed_s
        """The training second that the replay has come to."""
        self._looked_at = clock()

    @property
    def place(self) -> tuple[int, float]:
        """Step and seconds of the last event shown."""
        return self.last.step, self.last.elapsed_s

    def wait_for(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Obey commands until the time of `event` has come, or a stop."""
        while True:
            for command in self._inbox.wait() if self._paused else self._inbox.take():
                yield from self._obey(command)
            if self.stopped:
                return
            if not self._paused and self._has_come(event.elapsed_s):
                return

    def after(self, event: TrainEvent) -> Iterator[TrainEvent]:
        """Note that `event` was shown; pause where one step only was asked for."""
        self.last = event
        if self._one_step_only and isinstance(event, Step):
            yield from self._pause()

    def _has_come(self, moment: float) -> bool:
        """Whether it is time, after a short wait if it is not."""
        now = self._clock()
        passed, self._looked_at = now - self._looked_at, now
        speed = self._speed()
        if speed <= 0 or self._one_step_only:
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
                yield from self._continue()
                self._one_step_only = True
            case Stop():
                self.stopped = True
            case _:
                pass

    def _pause(self) -> Iterator[TrainEvent]:
        self._one_step_only = False
        if not self._paused:
            self._paused = True
            yield Paused(*self.place)

    def _continue(self) -> Iterator[TrainEvent]:
        self._one_step_only = False
        if self._paused:
            self._paused = False
            # The pause itself is no time of the replay.
            self._looked_at = self._clock()
            yield Continued(*self.place)
