"""The lock of a run in training: one process at a time holds its folder."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Literal

from rnntui.errors import CheckpointError
from rnntui.file_locks import take_lock
from rnntui.training.runs.folder import RunFolder


def is_being_trained(folder: RunFolder) -> bool:
    """Whether a process, this one or another, trains the run."""
    try:
        unlock(lock(folder, "with others"))
    except CheckpointError:
        return True
    except OSError:
        return False
    return False


def check_idle(folder: RunFolder, done: str) -> None:
    """Raise `CheckpointError`, saying that it can't be `done`, if a process trains the run."""
    if is_being_trained(folder):
        raise CheckpointError(f"The run '{folder.name}' is being trained, so it can't be {done}.")


@contextlib.contextmanager
def hold(folder: RunFolder) -> Iterator[None]:
    """Keep others from training the run. Raises `CheckpointError` if one does."""
    descriptor = lock(folder, "alone")
    try:
        yield
    finally:
        unlock(descriptor)


def lock(folder: RunFolder, how: Literal["alone", "with others"]) -> int:
    """Lock the folder until the returned descriptor is closed or the process dies; -1: no lock."""
    if sys.platform == "win32":  # folders can't be opened there: no lock, no guarantee
        return -1
    descriptor = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        take_lock(descriptor, how)
    except BlockingIOError as error:
        os.close(descriptor)
        raise CheckpointError(
            f"The run '{folder.name}' is being trained by another process; wait, or stop that one."
        ) from error
    return descriptor


def unlock(descriptor: int) -> None:
    """Release a lock; -1 is none."""
    if descriptor >= 0:
        os.close(descriptor)
