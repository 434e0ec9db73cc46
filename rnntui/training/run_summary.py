"""A run in one line, from its files alone: for lists, without torch."""

import math
from dataclasses import dataclass

from rnntui.errors import CheckpointError
from rnntui.training.checkpoints import read_header
from rnntui.training.run_folder import RunFolder, is_being_trained


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows.

    `size` is layers times units; `best_bits_per_char` of the best validation
    loss (training loss where nothing is held out), None before the first;
    `state` is `training`, `finished`, `stopped` or `new`.
    """

    name: str
    corpus: str
    cell: str
    size: str
    best_bits_per_char: float | None
    step: int
    total_steps: int
    elapsed_s: float
    state: str


def summarise(folder: RunFolder) -> RunSummary:
    """Sum a run up from its last checkpoint. Raises `CheckpointError` where that is damaged."""
    training = is_being_trained(folder)
    try:
        header = read_header(folder.last)
    except CheckpointError:
        if folder.last.exists():
            raise
        state = "training" if training else "new"
        return RunSummary(folder.name, "", "", "", None, 0, 0, 0.0, state)
    progress, model = header.progress, header.model
    best = progress.best_loss
    patience = header.config.patience
    over = 0 < progress.total_steps <= progress.step or 0 < patience <= progress.stale
    state = "finished" if over else "stopped"
    return RunSummary(
        name=folder.name,
        corpus=header.corpus.name,
        cell=model.cell,
        size=f"{model.num_layers}x{model.hidden_size}",
        best_bits_per_char=None if best is None else best / math.log(2),
        step=progress.step,
        total_steps=progress.total_steps,
        elapsed_s=progress.elapsed_s,
        state="training" if training else state,
    )
