"""The small checkpoints that a run keeps for lenses: weights only, every so many steps.

They lie in `kept/` in the run's folder, which is not followed where it is a link. A resume starts
from none of them, and deletes those after its position.
"""

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rnntui.errors import CheckpointError, reason
from rnntui.nets.arrays import Floats32ByName
from rnntui.plain_files import is_plain
from rnntui.training.checkpoint_file import Snapshot
from rnntui.training.runs.folder import RunFolder

_FILE: Final = re.compile(r"step-(\d{6,16})\.safetensors")

_GROUPS: Final = ("model", "average")
"""The groups of tensors that a network is made of."""


class WeightsOnly:
    """A snapshot without optimiser and carried state (see `Snapshot`)."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Keep the weights of `snapshot`, and its header."""
        self._snapshot = snapshot

    def groups(self) -> Mapping[str, Floats32ByName]:
        """The tensors by group and name."""
        groups = self._snapshot.groups()
        return {name: arrays if name in _GROUPS else {} for name, arrays in groups.items()}

    def about(self) -> Mapping[str, Any]:
        """The parts of the header."""
        return self._snapshot.about()


def kept_file(folder: RunFolder, step: int) -> Path:
    """The place of the checkpoint kept after `step` steps.

    Raises `CheckpointError` where `kept` is a link, which would lead out of the run's folder.
    """
    if folder.kept.is_symlink():
        raise CheckpointError(f"{folder.kept} is a symbolic link; remove it, then resume.")
    return folder.kept / f"step-{step:06}.safetensors"


def kept_steps(folder: RunFolder) -> tuple[int, ...]:
    """The steps of the kept checkpoints, in order; only plain files count."""
    if folder.kept.is_symlink() or not folder.kept.is_dir():
        return ()
    steps = []
    for path in folder.kept.iterdir():
        found = _FILE.fullmatch(path.name)
        if found and is_plain(path) and path == kept_file(folder, int(found[1])):
            steps.append(int(found[1]))
    return tuple(sorted(steps))


def drop_kept_after(folder: RunFolder, step: int) -> None:
    """Delete the checkpoints kept after `step`; the run's lock must be held.

    Raises `CheckpointError` for a failed deletion.
    """
    for kept in kept_steps(folder):
        if kept > step:
            try:
                kept_file(folder, kept).unlink(missing_ok=True)
            except OSError as error:
                raise CheckpointError(
                    f"{kept_file(folder, kept)} can't be deleted ({reason(error)}), which a resume"
                    " from an earlier step must do."
                ) from error


def remove_kept_folder(folder: RunFolder) -> None:
    """Remove the folder of kept checkpoints if it is empty."""
    if not folder.kept.is_symlink():
        with contextlib.suppress(OSError):
            folder.kept.rmdir()


def nearest_kept(folder: RunFolder, step: int) -> tuple[int, Path]:
    """The last checkpoint kept at or before `step`: its step and file.

    Raises `CheckpointError` if there is none.
    """
    steps = kept_steps(folder)
    if not steps:
        raise CheckpointError(
            f"The run '{folder.name}' has kept no checkpoints; train it with --keep-every N."
        )
    before = [kept for kept in steps if kept <= step]
    if not before:
        raise CheckpointError(
            f"The run '{folder.name}' has kept nothing at or before step {step:,}; its first kept"
            f" checkpoint is of step {steps[0]:,}."
        )
    return before[-1], kept_file(folder, before[-1])
