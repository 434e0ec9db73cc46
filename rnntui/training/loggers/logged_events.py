"""Passing the events of a training run to its loggers, none of which can end it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from rnntui.errors import RnntuiError, reason
from rnntui.training.events import Failed, Finished, TrainEvent, Warned
from rnntui.training.loggers.logger import LoggedRun, NamedLogger
from rnntui.training.prepared_run import PreparedRun
from rnntui.training.progress import Progress
from rnntui.training.runs.record import read_events
from rnntui.training.settings.declaring import settings_of

LoggedRunOf = Callable[[str], LoggedRun]
"""What the logger of that name is told of the run."""

Measured = Callable[[TrainEvent | None], Iterable[TrainEvent]]
"""What was measured for loggers alone before this event, or before the end."""

log = logging.getLogger(__name__)


def logged_run(run: PreparedRun, logger: str) -> LoggedRun:
    """What a logger is told of a run."""
    begun, folder = run.resumed_at or Progress(), run.folder
    settings = {
        setting.name: ",".join(value) if isinstance(value, tuple) else value
        for setting in settings_of(run.config)
        for value in (getattr(run.config, setting.name),)
    }
    return LoggedRun(
        folder.name,
        folder.logs / logger,
        settings,
        begun.step,
        begun.elapsed_s,
        lambda: read_events(folder),
    )


def nothing_measured(_event: TrainEvent | None) -> Iterable[TrainEvent]:
    """Nothing."""
    return ()


def logged(
    events: Iterable[TrainEvent],
    loggers: Sequence[NamedLogger],
    run_of: LoggedRunOf,
    measured: Measured = nothing_measured,
) -> Iterator[TrainEvent]:
    """Pass each event to all loggers, then yield it.

    A logger that raises is closed, and a `Warned` that is in no record says so. The loggers are
    closed before the last event is yielded, which waits until `events` are exhausted.
    """
    working = _Loggers(loggers)
    ending: TrainEvent | None = None
    try:
        working.start(run_of)
        for event in events:
            working.measure(measured, event)
            if isinstance(event, Finished | Failed):
                ending = event
                continue
            working.tell(event)
            yield event
            yield from working.warnings(event)
        if ending is not None:
            working.measure(measured, None)
            working.tell(ending)
            working.close()
            yield from working.warnings(ending)
            yield ending
    finally:
        working.close()


class _Loggers:
    """The loggers that work, and the sentences about those that don't any more."""

    def __init__(self, loggers: Sequence[NamedLogger]) -> None:
        self._working = list(loggers)
        self._measuring = True
        self._sentences: list[str] = []

    def start(self, run_of: LoggedRunOf) -> None:
        self._each(lambda one: one.logger.start(run_of(one.name)))

    def tell(self, event: TrainEvent) -> None:
        self._each(lambda one: one.logger.event(event))

    def measure(self, measured: Measured, event: TrainEvent | None) -> None:
        """Tell what was measured to those loggers that want it."""
        if self._measuring and any(map(wants_gates, self._working)):
            try:
                found = tuple(measured(event))
            except Exception as error:  # as a cell of somebody's own may raise
                self._measuring = False
                self._sentences.append(f"The gates can't be logged ({_why(error)}).")
                return
            for one in found:
                self._each(partial(_tell_measured, one))

    def close(self) -> None:
        self._each(lambda one: one.logger.close())
        self._working = []

    def warnings(self, at: TrainEvent) -> Iterator[Warned]:
        """A warning for each logger that has failed since the last call."""
        sentences, self._sentences = self._sentences, []
        for sentence in sentences:
            yield Warned(at.step, at.elapsed_s, sentence)

    def _each(self, call: Callable[[NamedLogger], object]) -> None:
        for one in tuple(self._working):
            try:
                call(one)
            except Exception as error:  # a library of others may raise anything
                log.info("The logger %s failed", one.name, exc_info=True)
                self._working.remove(one)
                with suppress(Exception):
                    one.logger.close()
                self._sentences.append(
                    f"--log {one.name} has stopped ({_why(error)}); the training goes on, and its"
                    " record is whole: a resume with the same --log begins with all of it."
                )


def _tell_measured(event: TrainEvent, one: NamedLogger) -> None:
    if wants_gates(one):
        one.logger.event(event)


def wants_gates(one: NamedLogger) -> bool:
    """Whether a logger is to be given `GateHistogram`s."""
    return bool(getattr(one.logger, "wants_gates", False))


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    return str(error) if isinstance(error, RnntuiError) else repr(error)
