"""The lock of a run in training: one process at a time holds its folder."""

import contextlib
import os
from collections.abc import Iterator

from rnntui.errors import CheckpointError
from rnntui.file_locks import How, lock_folder
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


def lock(folder: RunFolder, how: How) -> int:
    """Lock the folder until the returned descriptor is closed or the process dies; -1: no lock."""
    try:
        return lock_folder(folder.path, how)
    except BlockingIOError as error:
        raise CheckpointError(
            f"The run '{folder.name}' is being trained by another process; wait, or stop that one."
        ) from error


def unlock(descriptor: int) -> None:
    """Release a lock; -1 is none."""
    if descriptor >= 0:
        os.close(descriptor)
