"""The signals that ask a process to leave, and the one that puts it to sleep."""

import signal
from contextlib import suppress
from typing import Final

from rnntui.training.stopwatch import AWAKE

EXIT_CODE_BASE: Final = 128
"""A process that a signal ends says so by this and the signal's number."""

HANG_UP: Final = 1
"""SIGHUP, which Windows doesn't have."""


def leaving_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a process well: interrupt, termination, and a terminal that hangs up.

    A hang-up is left out where the process was started so as to outlive it, as `nohup` does.
    """
    signals = [signal.SIGINT, signal.SIGTERM]
    # Windows has no hang-up.
    with suppress(AttributeError):
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signals.append(signal.SIGHUP)
    return tuple(signals)


def sleep_until_continued(number: signal.Signals | None = None) -> None:
    """Stop the whole process as Ctrl-Z would, until it is continued; no training time passes.

    `number` is SIGTSTP where none is given. To be called in the main thread, in the
    handler of SIGTSTP.
    """
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        with AWAKE.asleep():
            signal.raise_signal(number or signal.SIGTSTP)
    finally:
        signal.signal(signal.SIGTSTP, handler)
