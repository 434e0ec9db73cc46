"""Locks on open files, where the system has them: Windows and some network file systems don't."""

import os
from pathlib import Path
from typing import Literal

How = Literal["alone", "with others"]


def lock_folder(folder: Path, how: How) -> int:
    """Lock a folder until the returned descriptor is closed or the process dies.

    -1 where folders can't be opened, as on Windows: nothing is locked then. Raises as `take_lock`,
    and `OSError` for a folder that can't be opened elsewhere.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return -1
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        take_lock(descriptor, how)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def take_lock(descriptor: int, how: How) -> None:
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
