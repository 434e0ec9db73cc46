"""The protocol of a logger, which shows a training run in a program of its own.

A logger of another package names its class in the entry point group `rnntui.loggers`; the class is
called without arguments once a run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from rnntui.training.events import TrainEvent


@dataclass(frozen=True)
class LoggedRun:
    """What a logger is told of a run before its first event.

    `folder` is the logger's own within the run's, and need not exist; `settings` are the run's by
    their names. `step` and `elapsed_s` are the place at which the run begins or is resumed.
    `earlier` yields the events of the record up to there: whatever a logger has beyond them is of
    steps that will be taken again, and has to go.
    """

    name: str
    folder: Path
    settings: Mapping[str, str | int | float | bool]
    step: int
    elapsed_s: float
    earlier: Callable[[], Iterator[TrainEvent]]


class Logger(Protocol):
    """Logs one training run; called in the thread that trains, whose time it takes.

    It may raise anything: it is then closed, one warning says so, and the training goes on. A
    logger with an attribute `wants_gates` that is true is given `GateHistogram`s as well.
    """

    def start(self, run: LoggedRun) -> None:
        """Begin, or go on with a run that is resumed."""

    def event(self, event: TrainEvent) -> None:
        """Log an event; the last one is `Finished` or `Failed`, unless the training is broken off.

        All but a `GateHistogram` are in the run's record already.
        """

    def close(self) -> None:
        """End; also called after an error."""


class NamedLogger(NamedTuple):
    """A logger by the name that was asked for."""

    name: str
    logger: Logger
