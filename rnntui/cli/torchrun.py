"""`rnntui train` started by torchrun: rank 0 is the program, the others serve it in silence."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

import typer

from rnntui.cli.output.terminal import ReaderGoneError, notify
from rnntui.errors import RnntuiError
from rnntui.runtime.signals import EXIT_CODE_BASE, leaving_signals
from rnntui.training.launched import Launched

if TYPE_CHECKING:
    from rnntui.runtime.commands import CommandQueue
    from rnntui.training.optimizing.process_group import Together


def be_silent_unless_first(place: Launched | None) -> None:
    """Leave standard output to rank 0, and standard error to the first process of each machine."""
    if place is None or place.is_first:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    if place.local_rank:
        _own_errors.append(os.dup(sys.stderr.fileno()))
        os.dup2(nowhere, sys.stderr.fileno())


_own_errors: list[int] = []
"""The descriptor of standard error before it was silenced."""


def speak_again() -> None:
    """Undo `be_silent_unless_first` for standard error."""
    if _own_errors:
        os.dup2(_own_errors.pop(), sys.stderr.fileno())


def check_command(place: Launched | None, command: str) -> None:
    """Raise `RnntuiError` for a command that several processes can't share."""
    if place is not None and command != "train":
        raise RnntuiError(
            f"Under torchrun only 'rnntui train' runs; start 'rnntui {command}' without it."
        )


def follow_first(place: Launched) -> None:
    """Compute for rank 0, to the end. Always raises `typer.Exit`, with rank 0's exit code."""
    from rnntui.tasks.characters.data_parallel import follow
    from rnntui.training.optimizing.devices import out_of_memory_sentence

    group = _join(place)

    def hear(number: int, _frame: FrameType | None) -> None:
        group.heard = group.heard or number

    for number in leaving_signals():
        signal.signal(number, hear)
    try:
        code = follow(group)
    except (RnntuiError, RuntimeError, MemoryError) as error:
        sentence = str(error) if isinstance(error, RnntuiError) else out_of_memory_sentence(error)
        if not sentence:
            speak_again()
            raise
        # After a second Ctrl-C rank 0 leaves at once, and nobody needs to be told.
        interrupted = group.heard == signal.SIGINT
        if group.is_first_to_tell() and not interrupted:
            speak_again()
            notify(sentence)
        # Not through Python's own exit, where a broken group waits for the others.
        os._exit(EXIT_CODE_BASE + group.heard if interrupted else 1)
    group.leave()
    raise typer.Exit(code)


@contextmanager
def leading(place: Launched | None, inbox: "CommandQueue") -> "Iterator[Together | None]":
    """The group that follows this process in a training that reads `inbox`; None if it is alone.

    A signal to any of them stops the training. At the end all leave with the same code; of an
    error that another has told already, this process says nothing.
    """
    if place is None:
        yield None
        return
    from rnntui.training.commands import Stop

    group = _join(place)
    elsewhere: list[int] = []

    def stop(number: int) -> None:
        elsewhere.append(number)
        inbox.put(Stop())

    group.on_signal = stop
    code = 0
    try:
        yield group
    except typer.Exit as leaving:
        code = leaving.exit_code
    except ReaderGoneError:
        _dismiss(group, 0)
        raise
    except RnntuiError:
        if not group.is_first_to_tell():
            raise typer.Exit(1) from None
        raise
    if elsewhere and not code:
        code = EXIT_CODE_BASE + elsewhere[0]
    _dismiss(group, code)
    raise typer.Exit(code)


def _dismiss(group: "Together", code: int) -> None:
    from rnntui.training.optimizing.ranks import Order, Task

    # One that has ended since the last save takes nothing with it.
    with suppress(RnntuiError):
        group.lead(Order(Task.LEAVE, code=code))
        group.leave()


def _join(place: Launched) -> "Together":
    """Wait for the other processes; a signal meanwhile ends this one at once."""
    from rnntui.training.optimizing.process_group import join

    # Python's handlers would have to wait, too.
    for number in leaving_signals():
        signal.signal(number, signal.SIG_DFL)
    return join(place)
