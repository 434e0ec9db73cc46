"""Deleting a run with all its files."""

import shutil
from pathlib import Path

from rnntui.errors import CheckpointError
from rnntui.training.run_folder import RunFolder, check_run_name, find_run, is_being_trained


def removable_run(parent: Path, name: str) -> RunFolder:
    """The run of that name. Raises `CheckpointError` where there is none, or it is in training."""
    check_run_name(name)
    folder = find_run(parent, name)
    if is_being_trained(folder):
        raise CheckpointError(f"The run '{name}' is being trained; stop it first.")
    return folder


def remove_run(parent: Path, name: str) -> None:
    """Delete a run's folder. Raises as `removable_run`, or where the disk refuses."""
    folder = removable_run(parent, name)
    try:
        shutil.rmtree(folder.path)
    except OSError as error:
        raise CheckpointError(
            f"{folder.path} can't be removed entirely ({error.strerror}); delete it yourself."
        ) from error
