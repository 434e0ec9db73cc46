"""What a race came to, from the records of its lanes alone: figures and curves. Needs no torch."""

import math
from dataclasses import dataclass

from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.kinds import CHARACTERS
from rnntui.tasks.table import task_of
from rnntui.training.events import Evaluated, Finished, Opened
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events


@dataclass(frozen=True)
class Point:
    """An evaluation: the step, own seconds and characters read so far, and the loss in nats."""

    step: int
    seconds: float
    characters: int
    loss: float


@dataclass(frozen=True)
class LaneResult:
    """The figures of one lane.

    `seconds` are its own, of computing alone. Losses are in nats per character: `train_loss` of
    the last evaluation, `val_loss` the last of the held-out part and `best_loss` the lowest, each
    None before the first. `points` are the evaluations in mid-run, of the held-out part if there
    is one.
    """

    name: str
    label: str
    corpus: str
    cell: str
    hidden_size: int
    num_layers: int
    engine: str
    parameters: int
    steps: int
    seconds: float
    characters: int
    train_loss: float | None
    val_loss: float | None
    best_loss: float | None
    best_step: int
    points: tuple[Point, ...]

    @property
    def bits_per_character(self) -> float | None:
        """The lowest loss in bits."""
        return None if self.best_loss is None else self.best_loss / math.log(2)


def lane_result(folder: RunFolder, label: str) -> LaneResult:
    """The result of a lane so far. Raises `CheckpointError` for a run that can't be read."""
    description = describe_run(folder)
    config = description.config
    per_step = task_of(CHARACTERS).learned_per_step(config)
    parameters = steps = best_step = 0
    seconds = 0.0
    train_loss = val_loss = best_loss = None
    points: list[Point] = []
    for event in read_events(folder):
        steps, seconds = max(steps, event.step), max(seconds, event.elapsed_s)
        match event:
            case Opened():
                parameters = event.parameters
            case Evaluated():
                loss = event.train_loss if event.val_loss is None else event.val_loss
                if event.step >= steps:
                    train_loss, val_loss = event.train_loss, event.val_loss
                if best_loss is None or loss < best_loss:
                    best_loss, best_step = loss, event.step
                # What is read in full at the end repeats a step, or goes back to the best one.
                if not points or event.step > points[-1].step:
                    points.append(Point(event.step, event.elapsed_s, event.step * per_step, loss))
            case Finished(best_loss=float() as best, best_step=step):
                best_loss, best_step = best, step
    return LaneResult(
        name=folder.name,
        label=label,
        corpus=description.corpus.name,
        cell=config.cell,
        hidden_size=config.hidden_size,
        num_layers=config.num_layers,
        engine=config.engine,
        parameters=parameters,
        steps=steps,
        seconds=seconds,
        characters=steps * per_step,
        train_loss=train_loss,
        val_loss=val_loss,
        best_loss=best_loss,
        best_step=best_step,
        points=tuple(points),
    )
