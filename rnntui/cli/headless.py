"""Running a training without a screen: its events shown, its interruptions obeyed."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import FrameType

import typer

from rnntui.cli.progress import EventReader
from rnntui.cli.terminal import ReaderGoneError
from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.training.commands import Stop
from rnntui.training.events import Failed, TrainEvent

SHOW_CURSOR = b"\x1b[?25h"
"""What a terminal is sent to show the cursor that a display hid."""


def run_headless(
    events: Iterator[TrainEvent], inbox: CommandQueue, readers: AbstractContextManager[EventReader]
) -> None:
    """Show a training, which reads its commands from `inbox`, to its end.

    The first SIGINT or SIGTERM makes it finish the step and save, the second
    one leaves at once. Raises `RnntuiError` where the training failed, and
    `typer.Exit` with 130 or 143 where it was interrupted.
    """
    interrupted: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        interrupted.append(number)
        if len(interrupted) == 1:
            inbox.put(Stop())
            return
        # Everything is written whole, so leaving at once loses only the steps since the save.
        if len(interrupted) == 2 and sys.stdout.isatty():
            os.write(sys.stdout.fileno(), SHOW_CURSOR)
        os._exit(128 + number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        failure = _shown(events, readers, lambda: inbox.put(Stop()))
    except ReaderGoneError:
        # Ctrl-C also ends whatever reads the output, and the code still says so.
        failure = ""
        if not interrupted:
            raise
    if failure:
        raise RnntuiError(failure)
    if interrupted:
        raise typer.Exit(128 + interrupted[0])


def _shown(
    events: Iterator[TrainEvent],
    readers: AbstractContextManager[EventReader],
    stop: Callable[[], None],
) -> str:
    """Let a reader show the events; the sentence of a failure, empty without one.

    When standard output can't be written any more, the training stops and saves.
    """
    failure = ""
    with readers as reader:
        for event in events:
            if isinstance(event, Failed):
                failure = event.sentence
            try:
                reader.read(event)
            except (ReaderGoneError, RnntuiError):
                stop()
                for _ in events:
                    pass
                raise
    return failure
