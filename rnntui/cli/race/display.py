"""The events of a race as JSON lines, plain lines, or a live table."""

import json
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Self, TextIO, cast

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rnntui.cli.headless import Reader
from rnntui.cli.progress import sentence
from rnntui.cli.terminal import unwritable, write_line
from rnntui.lasting_stream import LastingStream
from rnntui.runtime.race.turns import Lane, LaneEvent
from rnntui.text.cells import printable
from rnntui.training.events import (
    Changed,
    Evaluated,
    Failed,
    Finished,
    Opened,
    Paused,
    Sampled,
    Step,
    Warned,
    to_json,
)

SMOOTHING = 0.05
"""Weight of the newest step in the shown training loss, as the losses of batches vary widely."""


def race_reader(
    stream: TextIO, as_json: bool, lanes: Sequence[Lane]
) -> AbstractContextManager[Reader[LaneEvent]]:
    """JSON lines if asked for, a live table on a terminal, else plain lines."""
    if as_json:
        return nullcontext(RaceJson(stream))
    if stream.isatty():
        return RaceTable(stream, lanes)
    return nullcontext(RaceLines(stream))


def lane_json(event: LaneEvent) -> str:
    """One line of JSON: the lane's name, then the event as in a run's record."""
    return json.dumps({"lane": event.lane, **json.loads(to_json(event.event))})


class RaceJson:
    """One line of JSON for each event, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: LaneEvent) -> None:
        """Write and flush a line."""
        write_line(lane_json(event), self._stream)


class RaceLines:
    """A line for each event that has a sentence, behind its lane's name; steps have none."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: LaneEvent) -> None:
        """Write a line, or nothing."""
        if not isinstance(event.event, Sampled) and (words := sentence(event.event)):
            write_line(printable(f"{event.lane}: {words}"), self._stream)


@dataclass
class _Row:
    """What the table shows of a lane."""

    characters_per_step: int
    step: int = 0
    total_steps: int = 0
    loss: float = math.nan
    val_loss: float = math.nan
    seconds: float = 0.0
    parameters: int = 0
    state: str = ""


class RaceTable:
    """A table with a row for each lane; warnings scroll above it."""

    def __init__(self, stream: TextIO, lanes: Sequence[Lane]) -> None:
        """Draw on the terminal behind `stream`."""
        self._stream = LastingStream(stream)
        self._console = Console(file=cast(TextIO, self._stream), highlight=False)
        self._rows = {lane.name: _Row(lane.characters_per_step) for lane in lanes}
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=4)

    def __enter__(self) -> Self:
        """Start drawing."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state of the table on the terminal."""
        self._live.stop()

    def read(self, event: LaneEvent) -> None:
        """Update a row, or write a line above. Raises as `write_line`."""
        row, what = self._rows[event.lane], event.event
        row.step, row.seconds = max(row.step, what.step), max(row.seconds, what.elapsed_s)
        match what:
            case Opened():
                row.parameters, row.total_steps = what.parameters, what.total_steps
            case Step():
                before = what.loss if math.isnan(row.loss) else row.loss
                row.loss = before + SMOOTHING * (what.loss - before)
                row.state = ""
            case Evaluated(val_loss=float() as loss):
                row.val_loss = loss
            case Changed(setting="steps", new=int() | float() as total):
                row.total_steps = int(total)
            case Paused():
                row.state = "paused"
            case Finished():
                row.state = "stopped" if what.reason == "stopped" else "finished"
            case Failed() | Warned():
                row.state = "failed" if isinstance(what, Failed) else row.state
                self._console.print(Text(printable(f"{event.lane}: {what.sentence}")))
        if self._stream.lost is not None:
            raise unwritable(self._stream.lost) from self._stream.lost

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("lane", overflow="ellipsis", no_wrap=True)
        for column in ("step", "loss", "val loss", "characters", "own s", "parameters"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for name, row in self._rows.items():
            total = f"/{row.total_steps:,}" if row.total_steps else ""
            table.add_row(
                Text(printable(name)),
                f"{row.step:,}{total}",
                _loss(row.loss),
                _loss(row.val_loss),
                f"{row.step * row.characters_per_step:,}",
                f"{row.seconds:,.1f}",
                f"{row.parameters:,}",
                row.state,
            )
        return table


def _loss(loss: float) -> str:
    return "" if math.isnan(loss) else f"{loss:.3f}"
