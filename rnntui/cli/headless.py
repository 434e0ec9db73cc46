"""Running a training without a screen: its events shown, its interruptions obeyed."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from types import FrameType

import typer

from rnntui.cli.progress import EventReader
from rnntui.cli.terminal import ReaderGoneError
from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.signals import EXIT_CODE_BASE, leaving_signals, sleep_until_continued
from rnntui.training.commands import Stop
from rnntui.training.events import Failed, TrainEvent

SHOW_CURSOR = b"\x1b[?25h"
"""What a terminal is sent to show the cursor that a display hid."""


def run_headless(
    events: Iterator[TrainEvent], inbox: CommandQueue, readers: AbstractContextManager[EventReader]
) -> None:
    """Show a training, which reads its commands from `inbox`, to its end.

    SIGINT, SIGTERM and SIGHUP make it finish the step and save; a SIGINT after that
    leaves at once. Raises `RnntuiError` where the training failed, and `typer.Exit`
    with 128 and the signal's number where it was interrupted.
    """
    interrupted: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        # Only Ctrl-C is pressed again out of impatience. The others come twice by themselves:
        # a shell passes on the hang-up that it got, `timeout` signals the process and its group.
        if interrupted and number == signal.SIGINT:
            # Everything is written whole, so leaving at once loses only the steps since the save.
            _show_cursor()
            os._exit(EXIT_CODE_BASE + number)
        interrupted.append(number)
        if len(interrupted) == 1:
            inbox.put(Stop())

    for number in leaving_signals():
        signal.signal(number, stop)
    _sleep_well()
    failure, lost = _shown(events, readers, lambda: inbox.put(Stop()))
    if failure:
        raise RnntuiError(failure)
    if interrupted:
        # Whatever interrupts may end what reads the output as well, and the code still says so.
        raise typer.Exit(EXIT_CODE_BASE + interrupted[0])
    if lost is not None:
        raise lost


def _shown(
    events: Iterator[TrainEvent],
    readers: AbstractContextManager[EventReader],
    stop: Callable[[], None],
) -> tuple[str, Exception | None]:
    """Let a reader show the events; the sentence of a failure, and why nothing more was shown.

    When standard output can't be written any more, the training stops and saves.
    """
    failure, lost = "", None
    with readers as reader:
        for event in events:
            if isinstance(event, Failed):
                failure = event.sentence
            if lost is None:
                try:
                    reader.read(event)
                except (ReaderGoneError, RnntuiError) as error:
                    lost = error
                    stop()
    return failure, lost


def _sleep_well() -> None:
    """Let Ctrl-Z stop the process with its cursor shown, and no training time pass meanwhile."""

    def sleep(_number: int, _frame: FrameType | None) -> None:
        _show_cursor()
        sleep_until_continued()

    # Windows has no such signal; whoever has it ignored is not put to sleep.
    with suppress(AttributeError):
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            signal.signal(signal.SIGTSTP, sleep)


def _show_cursor() -> None:
    if sys.stdout.isatty():
        # It may be the terminal's end that is told of.
        with suppress(OSError):
            os.write(sys.stdout.fileno(), SHOW_CURSOR)
