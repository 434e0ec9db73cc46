"""The argument CHECKPOINT of the commands that use a trained network."""

from pathlib import Path
from typing import Annotated

import typer

Checkpoint = Annotated[
    str, typer.Argument(help="A run's name (its best), NAME:last, or a .safetensors file.")
]


def checkpoint_path(reference: str) -> Path:
    """Return the path that a reference means. Raises `CheckpointError`."""
    from rnntui import places
    from rnntui.training.runs.folder import find_checkpoint

    return find_checkpoint(places.checkpoints_dir(), reference, places.shipped_checkpoints_dir())
