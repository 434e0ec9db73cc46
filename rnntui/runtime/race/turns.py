"""A race: several runs trained fairly in turn slices, as one generator of events.

Each lane is a training run with its own generator, inbox and clock; the race pumps them in one
thread. Turns are counted in characters read, never in seconds, and a lane's clock goes only while
that lane computes. Nothing that decides a lane's weights depends on the other lanes.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.training.commands import Command, Continue, Inbox, Pause, SingleStep, Stop
from rnntui.training.events import Continued, Failed, Finished, Paused, TrainEvent
from rnntui.training.stopwatch import AWAKE

SLICE_CHARACTERS = 50_000
"""Characters that each lane reads in a turn, unless another number is asked for."""


@dataclass(frozen=True)
class LaneEvent:
    """An event of one lane, by the name of its run."""

    lane: str
    event: TrainEvent


class Entrant(Protocol):
    """Begins the training of a lane, which reads that inbox and tells the time by that clock."""

    def __call__(self, inbox: Inbox, clock: Clock) -> Iterator[TrainEvent]:
        """The events of the training."""


class OwnClock:
    """A clock that goes only while its lane computes."""

    def __init__(self, clock: Clock = AWAKE) -> None:
        """Take the seconds of `clock`."""
        self._clock = clock
        self._before = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """Seconds spent so far."""
        return self._before + (0.0 if self._since is None else self._clock() - self._since)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock go during the block."""
        self._since = self._clock()
        try:
            yield
        finally:
            self._before, self._since = self(), None


class _PendingCommands:
    """The commands to a race, which a lane that computes for long looks through for a `Stop`."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._waiting: deque[Command] = deque()

    @property
    def is_stop_asked(self) -> bool:
        """Whether a `Stop` waits to be carried out."""
        self._waiting.extend(self._inbox.drain())
        return any(isinstance(command, Stop) for command in self._waiting)

    def drain(self) -> Sequence[Command]:
        """The commands that arrived since the last call."""
        self._waiting.extend(self._inbox.drain())
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken

    def wait(self) -> Sequence[Command]:
        """The same, blocking until there is at least one."""
        return self.drain() or self._inbox.wait()


class _LaneInbox(CommandQueue):
    """The commands to one lane: those that the race passes on, and a `Stop` to the race."""

    def __init__(self, is_stop_asked: Callable[[], bool]) -> None:
        super().__init__()
        self._is_stop_asked = is_stop_asked

    def drain(self) -> Sequence[Command]:
        """All that have come, at once."""
        taken = super().drain()
        return (*taken, Stop()) if not taken and self._is_stop_asked() else taken


@dataclass(frozen=True)
class Lane:
    """A lane before the start: the name of its run, and what it reads in a step."""

    name: str
    characters_per_step: int
    begin: Entrant


class _Running:
    """A lane under way."""

    def __init__(self, lane: Lane, is_stop_asked: Callable[[], bool], clock: Clock) -> None:
        self.name = lane.name
        self.finished = self.paused = False
        self._characters_per_step, self._step = lane.characters_per_step, 0
        self._inbox, self._clock = _LaneInbox(is_stop_asked), OwnClock(clock)
        self._events = lane.begin(self._inbox, self._clock)

    @property
    def characters(self) -> int:
        """Characters read so far, those before a resume included."""
        return self._step * self._characters_per_step

    def open(self) -> Iterator[LaneEvent]:
        """Begin the training. Raises `RnntuiError` where that is refused."""
        with self._clock.running():
            event = next(self._events)
        yield self._noted(event)

    def advance(self) -> Iterator[LaneEvent]:
        """Go on to the next event; an error that the training doesn't tell itself ends it, too."""
        try:
            with self._clock.running():
                event = next(self._events)
        except StopIteration:
            self.finished = True
            return
        except RnntuiError as error:
            event = Failed(self._step, self._clock(), str(error))
        yield self._noted(event)

    def obey(self, command: Command) -> Iterator[LaneEvent]:
        """Pass a command on, and go on until it has been carried out."""
        if self.finished or (self.paused and isinstance(command, Pause)):
            return
        self._inbox.put(command)
        match command:
            case Pause() | SingleStep():
                self.paused = False
                while not (self.paused or self.finished):
                    yield from self.advance()
            case Stop():
                while not self.finished:
                    yield from self.advance()
            case Continue():
                while self.paused and not self.finished:
                    yield from self.advance()
            case _:
                # A paused lane without commands would wait for one, and the others with it.
                while self.paused and not (self._inbox.is_empty or self.finished):
                    yield from self.advance()

    def close(self) -> None:
        """Leave the training as it is, and its record closed."""
        self._events.close()  # type: ignore[attr-defined]

    def _noted(self, event: TrainEvent) -> LaneEvent:
        match event:
            case Paused():
                self.paused = True
            case Continued():
                self.paused = False
            case Failed() | Finished():
                self.finished = True
        # An evaluation of the best network tells an earlier step.
        self._step = max(self._step, event.step)
        return LaneEvent(self.name, event)


def race(
    lanes: Sequence[Lane], inbox: Inbox, slice_characters: int, clock: Clock = AWAKE
) -> Iterator[LaneEvent]:
    """Train all lanes to their ends, yielding what happens as it happens.

    In a turn every lane reads on to the same number of characters, a multiple of
    `slice_characters`, by whole steps; the lane that begins a turn is the next one each time.
    `inbox` is read before every step, and each command is for all lanes. Raises `RnntuiError`
    where a lane can't begin; a lane that fails later ends with `Failed`, and the others go on.
    """
    pending = _PendingCommands(inbox)
    running = [_Running(lane, lambda: pending.is_stop_asked, clock) for lane in lanes]
    try:
        for lane in running:
            yield from lane.open()
        while any(not lane.finished for lane in running):
            done = min(lane.characters for lane in running if not lane.finished)
            turn = done // slice_characters
            first = turn % len(running)
            for lane in running[first:] + running[:first]:
                while not lane.finished and lane.characters < (turn + 1) * slice_characters:
                    yield from _carry_out(running, pending)
                    if not lane.finished:
                        yield from lane.advance()
    finally:
        for lane in running:
            lane.close()


def _carry_out(lanes: Sequence[_Running], pending: _PendingCommands) -> Iterator[LaneEvent]:
    """Carry out the commands that have come, in a pause until it ends."""
    commands = pending.drain()
    while True:
        for command in commands:
            for lane in lanes:
                yield from lane.obey(command)
        if not any(lane.paused and not lane.finished for lane in lanes):
            return
        commands = pending.wait()
