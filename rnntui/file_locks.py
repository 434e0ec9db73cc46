"""Locks on open files, where the system has them: Windows and some network file systems don't."""

from typing import Literal


def take_lock(descriptor: int, how: Literal["alone", "with others"]) -> None:
    """Lock what is open until the descriptor is closed or the process dies; never wait.

    Raises `BlockingIOError` where another process holds it. Where there are no locks nothing
    happens, and nothing is guaranteed.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return
    kind = fcntl.LOCK_EX if how == "alone" else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # Some network file systems have no locks.
        return
