"""The argument CHECKPOINT of the commands that use a trained network."""

from pathlib import Path
from typing import Annotated

import typer

Checkpoint = Annotated[
    str, typer.Argument(help="A run's name (its best), NAME:last, or a .safetensors file.")
]


AtStep = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Take the run's last kept checkpoint at or before this step (see --keep-every).",
    ),
]


def checkpoint_path(reference: str, at_step: int | None = None) -> Path:
    """Return the path that a reference means, or of the run's checkpoint kept by a step.

    Says which step that was. Raises `CheckpointError`.
    """
    from rnntui import places
    from rnntui.training.runs.folder import find_checkpoint

    if at_step is not None:
        from rnntui.cli.output.terminal import notify
        from rnntui.training.runs.folder import find_run
        from rnntui.training.runs.kept import nearest_kept

        step, path = nearest_kept(find_run(places.checkpoints_dir(), reference), at_step)
        notify(f"This is the network of '{reference}' after step {step:,}.")
        return path
    return find_checkpoint(places.checkpoints_dir(), reference, places.shipped_checkpoints_dir())
