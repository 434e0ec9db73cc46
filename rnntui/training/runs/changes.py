"""Renaming and deleting runs; a folder with other files in it stays."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnntui.errors import CheckpointError, quoted, reason
from rnntui.training.runs.folder import (
    RunFolder,
    check_run_name,
    own_run,
    read_configuration,
    torn_files,
    write_configuration,
)
from rnntui.training.runs.kept import kept_file, kept_steps, remove_kept_folder
from rnntui.training.runs.lock import hold, is_being_trained

NAMED = 5
"""Number of remaining files that a sentence names; further ones are counted."""


@dataclass(frozen=True)
class Removed:
    """A deleted run; `left` names the other files in its folder, which stay.

    Of a run whose folder was a symbolic link only the link is deleted; `target` is its target.
    """

    folder: RunFolder
    left: tuple[str, ...] = ()
    target: Path | None = None

    @property
    def sentence(self) -> str:
        """What was deleted and what was not."""
        name, path = self.folder.name, self.folder.path
        if self.target is not None:
            return f"Removed the link '{name}'; the run itself is still in {self.target}."
        if not self.left:
            return f"Removed '{name}'."
        more = f" and {len(self.left) - NAMED} more" if len(self.left) > NAMED else ""
        named = ", ".join(self.left[:NAMED])
        return f"Removed '{name}', but not {path}, which holds other files: {named}{more}."


def resting_run(parent: Path, name: str) -> RunFolder:
    """The run of that name. Raises `CheckpointError` if there is none, or it is in training."""
    folder = own_run(parent, name)
    if is_being_trained(folder):
        raise CheckpointError(f"The run '{name}' is being trained; stop it first.")
    return folder


def rename_run(parent: Path, name: str, new_name: str) -> RunFolder:
    """Rename a run.

    Raises `CheckpointError` for a taken or invalid name, a run in training, a failed write.
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
            f"The run '{name}' can't be renamed ({reason(error)}); check the permissions of"
            f" {parent}."
        ) from error
    return renamed


def remove_run(parent: Path, name: str) -> Removed:
    """Delete a run's files, and its folder if nothing else is in it.

    Raises as `resting_run`, and for a failed deletion.
    """
    folder = resting_run(parent, name)
    try:
        if folder.path.is_symlink():
            target = folder.path.resolve()
            folder.path.unlink()
            return Removed(folder, target=target)
        with hold(folder):
            for path in _own_files(folder):
                # A folder of such a name is not the run's.
                if path.is_symlink() or not path.is_dir():
                    path.unlink(missing_ok=True)
            remove_kept_folder(folder)
            if not folder.logs.is_symlink():
                shutil.rmtree(folder.logs, ignore_errors=True)
            left = tuple(sorted(os.listdir(folder.path)))  # noqa: PTH208
            if not left:
                folder.path.rmdir()
        return Removed(folder, left)
    except OSError as error:
        raise CheckpointError(
            f"{folder.path} can't be removed entirely ({reason(error)}); delete it yourself."
        ) from error


def _own_files(folder: RunFolder) -> Iterator[Path]:
    """A run's files; `run.toml`, which makes the folder a run, comes last."""
    yield from torn_files(folder)
    yield from (kept_file(folder, step) for step in kept_steps(folder))
    yield from (folder.samples, folder.metrics, folder.best, folder.last, folder.trial)
    yield folder.configuration
