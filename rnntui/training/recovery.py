"""What becomes of a run whose folder is taken away while it is trained: a new one has its weights.

A folder made anew under the old name would be no run, as all but the checkpoint is gone.
"""

from collections.abc import Mapping
from typing import Any

from rnntui.errors import CheckpointError
from rnntui.training.checkpoint_file import Snapshot, save_checkpoint
from rnntui.training.run_folder import RunFolder, create_run_folder, free_run_name


class OwnFolder:
    """The folder of a run that is being trained, known by what it is, not by its name."""

    def __init__(self, folder: RunFolder) -> None:
        """Take the folder as it is now for the run's own."""
        self._folder = folder
        self._identity = _identity(folder)

    @property
    def is_there(self) -> bool:
        """Whether it still is where it was, and a run."""
        return _identity(self._folder) == self._identity and self._folder.configuration.is_file()


def recover(folder: RunFolder, tables: Mapping[str, Any], snapshot: Snapshot) -> CheckpointError:
    """Save a run, whose folder is gone, as a new one; the error to raise says where it is."""
    parent, gone = folder.path.parent, folder.name
    lost = f"The folder of the run '{gone}' was moved or deleted while it was trained"
    new = RunFolder(parent / free_run_name(parent, f"{gone}-recovered"))
    try:
        create_run_folder(new, {**tables, "run": {**tables["run"], "name": new.name}})
        save_checkpoint(snapshot, new.last)
    except CheckpointError as error:
        return CheckpointError(f"{lost}, and its weights can't be saved: {error}")
    return CheckpointError(
        f"{lost}. Its weights are saved in {new.path}; go on with them by --resume {new.name}."
    )


def _identity(folder: RunFolder) -> tuple[int, int] | None:
    try:
        status = folder.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
