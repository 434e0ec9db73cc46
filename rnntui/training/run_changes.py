"""Renaming a run and deleting it: its files, and its folder where nothing else is in it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnntui.errors import CheckpointError, quoted, reason
from rnntui.training.run_folder import (
    RunFolder,
    check_run_name,
    own_run,
    read_configuration,
    torn_files,
    write_configuration,
)
from rnntui.training.run_lock import held, is_being_trained

NAMED = 5
"""How many files that are left a sentence names before it only counts them."""


@dataclass(frozen=True)
class Removed:
    """A run that was deleted; `left` names what else its folder holds, `target` is set for a link.

    A run's folder may be a symbolic link: then the link is gone, and the folder that
    it led to is as it was.
    """

    folder: RunFolder
    left: tuple[str, ...] = ()
    target: Path | None = None

    @property
    def sentence(self) -> str:
        """What was done, and what was not."""
        name, path = self.folder.name, self.folder.path
        if self.target is not None:
            return f"Removed the link '{name}'; the run itself is still in {self.target}."
        if not self.left:
            return f"Removed '{name}'."
        more = f" and {len(self.left) - NAMED} more" if len(self.left) > NAMED else ""
        named = ", ".join(self.left[:NAMED])
        return f"Removed '{name}', but not {path}, which holds other files: {named}{more}."


def resting_run(parent: Path, name: str) -> RunFolder:
    """The run of that name. Raises `CheckpointError` where there is none, or it is in training."""
    folder = own_run(parent, name)
    if is_being_trained(folder):
        raise CheckpointError(f"The run '{name}' is being trained; stop it first.")
    return folder


def rename_run(parent: Path, name: str, new_name: str) -> RunFolder:
    """Give a run another name.

    Raises `CheckpointError` where it is taken, bad, or in training, or the disk refuses.
    """
    check_run_name(new_name)
    folder = resting_run(parent, name)
    renamed = RunFolder(parent / new_name)
    if os.path.lexists(renamed.path):
        raise CheckpointError(
            f"There is a run called {quoted(new_name)} already; choose another name."
        )
    tables = read_configuration(folder)
    if not isinstance(tables.get("run"), dict):
        raise CheckpointError(f"{folder.configuration} is damaged (it has no table [run]).")
    tables["run"]["name"] = new_name
    try:
        folder.path.rename(renamed.path)
        write_configuration(renamed, tables)
    except OSError as error:
        raise CheckpointError(
            f"The run '{name}' can't be renamed ({reason(error)}); look at who may write to"
            f" {parent}."
        ) from error
    return renamed


def remove_run(parent: Path, name: str) -> Removed:
    """Delete a run's files, and its folder if nothing else is in it.

    Raises as `resting_run`, or where the disk refuses.
    """
    folder = resting_run(parent, name)
    try:
        if folder.path.is_symlink():
            target = folder.path.resolve()
            folder.path.unlink()
            return Removed(folder, target=target)
        with held(folder):
            for path in _own_files(folder):
                # A folder of such a name is none of the run's.
                if path.is_symlink() or not path.is_dir():
                    path.unlink(missing_ok=True)
            left = tuple(sorted(os.listdir(folder.path)))  # noqa: PTH208
            if not left:
                folder.path.rmdir()
        return Removed(folder, left)
    except OSError as error:
        raise CheckpointError(
            f"{folder.path} can't be removed entirely ({reason(error)}); delete it yourself."
        ) from error


def _own_files(folder: RunFolder) -> Iterator[Path]:
    """What a run's folder has of the run, that by which it is one last."""
    yield from torn_files(folder)
    yield from (folder.samples, folder.metrics, folder.best, folder.last, folder.configuration)
