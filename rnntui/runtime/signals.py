"""Signals that end a process, and the one that suspends it."""

import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

from rnntui.training.stopwatch import AWAKE

EXIT_CODE_BASE: Final = 128
"""Exit code of a process ended by a signal, less the signal's number."""

HANG_UP: Final = 1
"""SIGHUP, which Windows doesn't have."""


def leaving_signals() -> tuple[signal.Signals, ...]:
    """The signals at which a process saves and ends: interrupt, termination and hang-up.

    Hang-up is left out where the process was started to outlive it, as by `nohup`.
    """
    signals = [signal.SIGINT, signal.SIGTERM]
    # Windows has no hang-up.
    with suppress(AttributeError):
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signals.append(signal.SIGHUP)
    return tuple(signals)


def job_control_signals() -> tuple[signal.Signals, ...]:
    """The signals that suspend and continue a process, in that order; none on Windows."""
    there = (getattr(signal, name, None) for name in ("SIGTSTP", "SIGCONT"))
    return tuple(number for number in there if number is not None)


def on_suspension(act: Callable[[], object]) -> None:
    """At Ctrl-Z call `act`, then suspend the process; no training time passes meanwhile.

    Nothing changes where there is no such signal, or the process was started to ignore it.
    """

    def sleep(_number: int, _frame: FrameType | None) -> None:
        act()
        sleep_until_continued()

    for suspending in job_control_signals()[:1]:
        if signal.getsignal(suspending) is not signal.SIG_IGN:
            signal.signal(suspending, sleep)


def sleep_until_continued(number: signal.Signals | None = None) -> None:
    """Suspend the whole process as Ctrl-Z would, until it is continued; no training time passes.

    `number` defaults to SIGTSTP. Call it in the main thread, in the handler of SIGTSTP.
    """
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        with AWAKE.asleep():
            signal.raise_signal(number or signal.SIGTSTP)
    finally:
        signal.signal(signal.SIGTSTP, handler)
