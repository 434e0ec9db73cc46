"""Runs on disk without a training: a configuration, a record that was made up, a checkpoint."""

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnntui.nets.config import weight_shapes
from rnntui.tasks.characters.checkpoint import Checkpoint, read_header
from rnntui.tasks.characters.opening import new_run
from rnntui.text.corpus import corpus_from_text
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.events import Evaluated, Finished, Step, TrainEvent, to_json
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file
from tests.factories import TINY_TEXT, tiny_config

NOW = 2_000_000_000.0
"""What the clock of these tests shows, and when every record was written."""

SECONDS_PER_STEP = 0.5


def step(number: int, floor: float = 1.4) -> Step:
    """A loss that falls to `floor`."""
    loss = floor + 2.6 * math.exp(-number / 60) + 0.05 * math.sin(number / 3)
    return Step(number, number * SECONDS_PER_STEP, number / 50, loss, 2e-3, 0.4, 41_250.0)


def evaluated(number: int, floor: float = 1.4) -> Evaluated:
    """A validation loss a little above the training loss."""
    loss = step(number, floor).loss + 0.1
    bits, at = loss / math.log(2), (number, number * SECONDS_PER_STEP)
    return Evaluated(*at, loss - 0.1, loss, bits, math.exp(loss), None, True, False)


def finished(number: int, reason: str = "budget") -> Finished:
    """The end of a training."""
    return Finished(number, number * SECONDS_PER_STEP, reason)


def record(steps: int, floor: float = 1.4, eval_every: int = 20) -> list[TrainEvent]:
    """Steps 1 to `steps`, with an evaluation every so many; none for 0."""
    events: list[TrainEvent] = []
    for number in range(1, steps + 1):
        events.append(step(number, floor))
        if eval_every and number % eval_every == 0:
            events.append(evaluated(number, floor))
    return events


def written(events: Sequence[TrainEvent]) -> str:
    """Events as the text of a record."""
    return "".join(to_json(event) + "\n" for event in events)


def write_record(folder: RunFolder, events: Sequence[TrainEvent], at: float = NOW) -> None:
    """Replace the record of a run, as written at that time."""
    folder.metrics.write_text(written(events))
    os.utime(folder.metrics, (at, at))


def bare_run(parent: Path, name: str, corpus: str = "play", **settings: object) -> RunFolder:
    """A run that has not begun, made at `NOW`."""
    text = corpus_from_text(corpus, TINY_TEXT)
    folder = new_run(parent, text, tiny_config(**settings), name).folder
    for path in (folder.configuration, folder.metrics):
        if path.exists():
            os.utime(path, (NOW, NOW))
    return folder


def run_on_disk(
    parent: Path,
    name: str,
    events: Sequence[TrainEvent],
    corpus: str = "play",
    total_steps: int = 100,
    **settings: object,
) -> RunFolder:
    """A run with a record and a checkpoint at the record's last step."""
    text = corpus_from_text(corpus, TINY_TEXT)
    run = new_run(parent, text, tiny_config(steps=total_steps, **settings), name)
    last = max((event.step for event in events), default=0)
    evaluations = [event.val_loss for event in events if isinstance(event, Evaluated)]
    steps = [event.loss for event in events if isinstance(event, Step)]
    best = min((loss for loss in evaluations or steps if loss is not None), default=None)
    progress = Progress(
        step=last,
        elapsed_s=last * SECONDS_PER_STEP,
        total_steps=total_steps,
        best_loss=best,
        events=len(events),
    )
    header = run.header(progress)
    shapes = weight_shapes(header.model)
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    save_checkpoint(Checkpoint(header, weights, {}, {}), run.folder.last, run.folder.best)
    write_record(run.folder, events)
    return run.folder


def keep_on_disk(folder: RunFolder, steps: Sequence[int]) -> None:
    """Networks as a run keeps them at some steps, of seeded weights that turn and grow.

    The last checkpoint gets the weights of the run's last step.
    """
    header = read_header(folder.last)
    last = header.progress.step
    generator = np.random.default_rng(5)
    shapes = weight_shapes(header.model)
    first, second = (
        {name: generator.normal(size=shape) for name, shape in shapes.items()} for _ in range(2)
    )
    for path, step in [(kept_file(folder, step), step) for step in steps] + [(folder.last, last)]:
        share = step / last
        weights = {
            name: (0.2 * (1 - share) * first[name] + share * second[name]).astype(np.float32)
            for name in shapes
        }
        progress = replace(header.progress, step=step)
        save_checkpoint(Checkpoint(replace(header, progress=progress), weights, {}, {}), path)
