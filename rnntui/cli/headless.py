"""Training without a screen: showing the events, and handling signals."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from types import FrameType
from typing import Protocol, TypeVar

import typer

from rnntui.cli.output.terminal import ReaderGoneError
from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.signals import EXIT_CODE_BASE, leaving_signals, on_suspension
from rnntui.training.commands import Stop
from rnntui.training.events import Failed

E = TypeVar("E")
E_contra = TypeVar("E_contra", contravariant=True)

SHOW_CURSOR = b"\x1b[?25h"
"""The escape sequence that shows a cursor hidden by a display."""


class Reader(Protocol[E_contra]):
    """Shows events in their order."""

    def read(self, event: E_contra) -> None:
        """Show an event. Raises as `write_line`."""


def sentence_of_failure(event: object) -> str:
    """The sentence of a failed run's last event; empty for any other."""
    return event.sentence if isinstance(event, Failed) else ""


def run_headless(
    events: Iterator[E],
    inbox: CommandQueue,
    readers: AbstractContextManager[Reader[E]],
    failure_of: Callable[[E], str] = sentence_of_failure,
) -> None:
    """Show the events of a training, which reads commands from `inbox`, to its end.

    SIGINT, SIGTERM and SIGHUP make it finish the step and save; a second SIGINT exits at
    once. Raises `RnntuiError` if the run failed, and `typer.Exit` with 128 plus the signal's
    number if it was interrupted.
    """
    interrupted: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        # Only a second Ctrl-C means impatience. The other signals often arrive twice: a shell
        # passes on its own hang-up, and `timeout` signals both the process and its group.
        if interrupted and number == signal.SIGINT:
            # Writes are atomic, so that only the steps since the last save are lost.
            _show_cursor()
            os._exit(EXIT_CODE_BASE + number)
        interrupted.append(number)
        if len(interrupted) == 1:
            inbox.put(Stop())

    for number in leaving_signals():
        signal.signal(number, stop)
    on_suspension(_show_cursor)
    failure, lost = _shown(events, readers, lambda: inbox.put(Stop()), failure_of)
    if failure:
        raise RnntuiError(failure)
    if interrupted:
        # The interruption may have ended the output's reader, too; the exit code is the signal's.
        raise typer.Exit(EXIT_CODE_BASE + interrupted[0])
    if lost is not None:
        raise lost


def _shown(
    events: Iterator[E],
    readers: AbstractContextManager[Reader[E]],
    stop: Callable[[], None],
    failure_of: Callable[[E], str],
) -> tuple[str, Exception | None]:
    """Show the events; returns the sentence of a failure, and the error of a failed output.

    When standard output can no longer be written, the run stops and saves.
    """
    failure, lost = "", None
    with readers as reader:
        for event in events:
            failure = failure_of(event) or failure
            if lost is None:
                try:
                    reader.read(event)
                except (ReaderGoneError, RnntuiError) as error:
                    lost = error
                    stop()
    return failure, lost


def _show_cursor() -> None:
    if sys.stdout.isatty():
        # The terminal may be gone.
        with suppress(OSError):
            os.write(sys.stdout.fileno(), SHOW_CURSOR)
