"""The events of a race as JSON lines, plain lines, or a live table."""

import json
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Self, TextIO, cast

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rnntui.cli.headless import Reader
from rnntui.cli.output.progress import sentence
from rnntui.cli.output.terminal import unwritable, write_line
from rnntui.lasting_stream import LastingStream
from rnntui.runtime.phases import Phase
from rnntui.runtime.race.progress import LaneProgress
from rnntui.runtime.race.turns import Lane, LaneEvent
from rnntui.text.cells import printable
from rnntui.training.events import Failed, Sampled, Warned, to_json

_TOLD: Final[frozenset[Phase]] = frozenset({"paused", "stopped", "finished", "failed"})
"""Phases that the table names; without one, a lane trains."""


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


class RaceTable:
    """A table with a row for each lane; warnings scroll above it."""

    def __init__(self, stream: TextIO, lanes: Sequence[Lane]) -> None:
        """Draw on the terminal behind `stream`."""
        self._stream = LastingStream(stream)
        self._console = Console(file=cast(TextIO, self._stream), highlight=False)
        self._rows = {lane.name: LaneProgress(lane.characters_per_step) for lane in lanes}
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
        self._rows[event.lane].note(event.event)
        if isinstance(event.event, Failed | Warned):
            self._console.print(Text(printable(f"{event.lane}: {event.event.sentence}")))
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
                f"{row.characters:,}",
                f"{row.seconds:,.1f}",
                f"{row.parameters:,}",
                row.phase if row.phase in _TOLD else "",
            )
        return table


def _loss(loss: float) -> str:
    return "" if math.isnan(loss) else f"{loss:.3f}"
