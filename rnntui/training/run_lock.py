"""Who trains a run: the lock on its folder, held while a process writes the run's record."""

import contextlib
import os
from collections.abc import Iterator
from typing import Literal

from rnntui.errors import CheckpointError
from rnntui.training.run_folder import RunFolder


def is_being_trained(folder: RunFolder) -> bool:
    """Whether a process, this one or another, holds the run's record at the moment."""
    try:
        unlock(lock(folder, "with others"))
    except CheckpointError:
        return True
    except OSError:
        return False
    return False


def check_idle(folder: RunFolder, done: str) -> None:
    """Raise `CheckpointError` where a process trains the run, so that it can't be `done`."""
    if is_being_trained(folder):
        raise CheckpointError(f"The run '{folder.name}' is being trained, so it can't be {done}.")


@contextlib.contextmanager
def held(folder: RunFolder) -> Iterator[None]:
    """Keep others from training the run meanwhile. Raises `CheckpointError` where one does."""
    descriptor = lock(folder, "alone")
    try:
        yield
    finally:
        unlock(descriptor)


def lock(folder: RunFolder, how: Literal["alone", "with others"]) -> int:
    """A descriptor of the folder, locked until it is closed or the process dies; -1 on Windows."""
    try:
        import fcntl
    except ImportError:  # Windows: no lock, and no promise.
        return -1
    descriptor = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    kind = fcntl.LOCK_EX if how == "alone" else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise CheckpointError(
            f"The run '{folder.name}' is being trained by another process; wait, or stop that one."
        ) from error
    except OSError:  # Some network file systems have no locks: no promise there either.
        pass
    return descriptor


def unlock(descriptor: int) -> None:
    """Give up a lock; -1 is none."""
    if descriptor >= 0:
        os.close(descriptor)
