"""The events of a sweep as JSON lines, plain lines, or a live line with the ended trials above."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Self, TextIO

from rnntui.cli.headless import Reader
from rnntui.cli.output.progress import ProgressDisplay
from rnntui.cli.output.terminal import write_line
from rnntui.runtime.sweep.events import (
    SweepEnded,
    SweepEvent,
    TrialEnded,
    TrialEvent,
    TrialStarted,
    sweep_json,
)
from rnntui.text.cells import printable
from rnntui.training.events import Changed, Evaluated, Opened, Step, Warned


def sweep_reader(stream: TextIO, as_json: bool) -> AbstractContextManager[Reader[SweepEvent]]:
    """JSON lines if asked for, a live line on a terminal, else plain lines."""
    if as_json:
        return nullcontext(SweepJson(stream))
    if stream.isatty():
        return SweepDisplay(stream)
    return nullcontext(SweepLines(stream))


class SweepJson:
    """One line of JSON for each event, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: SweepEvent) -> None:
        """Write and flush a line."""
        write_line(sweep_json(event), self._stream)


class SweepLines:
    """A line for each trial that has ended; and one for each that goes on."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: SweepEvent) -> None:
        """Write a line, or nothing."""
        if words := sweep_sentence(event):
            write_line(printable(words), self._stream)


class SweepDisplay:
    """The line of the trial in training; those that have ended scroll above it."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on the terminal behind `stream`."""
        self._training = ProgressDisplay(stream)

    def __enter__(self) -> Self:
        """Start drawing."""
        self._training.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state of the line on the terminal."""
        self._training.__exit__()

    def read(self, event: SweepEvent) -> None:
        """Move the bar, or write a line above it. Raises as `write_line`."""
        if isinstance(event, TrialEvent):
            if isinstance(event.event, Step | Opened | Evaluated | Changed):
                self._training.read(event.event)
            elif isinstance(event.event, Warned):
                self._training.say(f"{event.run}: {event.event.sentence}")
        elif words := sweep_sentence(event):
            self._training.say(words)


def sweep_sentence(event: SweepEvent) -> str:
    """The line of an event; empty for those without one."""
    match event:
        case TrialStarted(resumed=True):
            return f"trial {event.trial}: going on with {event.run}"
        case TrialEvent(event=Warned(sentence=sentence)):
            return f"{event.run}: {sentence}"
        case TrialEnded():
            loss = "" if event.loss is None else f"  loss {event.loss:.4f}"
            best = "  best so far" if event.best else ""
            why = f": {event.sentence}" if event.sentence else ""
            return (
                f"trial {event.trial} ({event.begun}/{event.trials})  {shown(event.values)}"
                f"{loss}  {event.state}{best}{why}"
            )
        case SweepEnded(running=running) if running:
            are = "trial is" if running == 1 else "trials are"
            return f"{running} {are} left to other processes."
        case _:
            return ""


def shown(values: Mapping[str, object]) -> str:
    """Settings and their values on a line."""
    return "  ".join(f"{name} {short(value)}" for name, value in values.items())


def short(value: object) -> str:
    """A value in four digits, where it is no whole number."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
