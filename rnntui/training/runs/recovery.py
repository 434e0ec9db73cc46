"""Recovery of a run whose folder is moved or deleted while it is trained: a new run is saved.

The old folder is not made again: without its record and settings it would not be that run.
"""

from collections.abc import Mapping
from typing import Any

from rnntui.errors import CheckpointError
from rnntui.training.checkpoint_file import Snapshot, save_checkpoint
from rnntui.training.runs.folder import RunFolder, create_run_folder, free_run_name


class OwnFolder:
    """The folder of a run in training, identified by its inode rather than its name."""

    def __init__(self, folder: RunFolder) -> None:
        """Remember the folder's identity."""
        self._folder = folder
        self._identity = _identity(folder)

    @property
    def is_there(self) -> bool:
        """Whether it is still in its place, with a `run.toml`."""
        return _identity(self._folder) == self._identity and self._folder.configuration.is_file()


def recover(folder: RunFolder, tables: Mapping[str, Any], snapshot: Snapshot) -> CheckpointError:
    """Save a run whose folder is gone as a new one; returns the error that says where."""
    parent, gone = folder.path.parent, folder.name
    lost = f"The folder of the run '{gone}' was moved or deleted while it was trained"
    new = RunFolder(parent / free_run_name(parent, f"{gone}-recovered"))
    try:
        create_run_folder(new, {**tables, "run": {**tables["run"], "name": new.name}})
        save_checkpoint(snapshot, new.last)
    except CheckpointError as error:
        return CheckpointError(f"{lost}, and its weights can't be saved: {error}")
    return CheckpointError(
        f"{lost}. Its weights are saved in {new.path}; continue with --resume {new.name}."
    )


def _identity(folder: RunFolder) -> tuple[int, int] | None:
    try:
        status = folder.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
