"""`--log csv`: the numbers of a run as two tables, `steps.csv` and `evaluations.csv`.

Two, as a table with a row for either kind of event would be empty in most of its cells: the
columns of each are the fields of its event. A row is in the file once its event is told.
"""

import csv
import io
from contextlib import ExitStack
from dataclasses import fields
from typing import Any, Final

from rnntui.atomic_files import atomic_write
from rnntui.plain_files import open_to_append
from rnntui.training.events import Evaluated, Step, TrainEvent
from rnntui.training.loggers.logger import LoggedRun

FILES: Final[dict[type[TrainEvent], str]] = {Step: "steps.csv", Evaluated: "evaluations.csv"}


class CsvLogger:
    """Writes a row for each step and each evaluation."""

    def __init__(self) -> None:
        """Nothing is opened before `start`."""
        self._tables: dict[type[TrainEvent], io.TextIOWrapper] = {}

    def start(self, run: LoggedRun) -> None:
        """Write each table anew, atomically, with what the record has. Raises `OSError`."""
        with ExitStack() as stack:
            tables = {
                kind: _text(stack.enter_context(atomic_write(run.folder / name)))
                for kind, name in FILES.items()
            }
            for kind, table in tables.items():
                _add(table, [part.name for part in fields(kind)])
            for event in run.earlier():
                if type(event) in tables:
                    _add(tables[type(event)], vars(event).values())
            for table in tables.values():
                table.detach()
        for kind, name in FILES.items():
            self._tables[kind] = _text(io.BufferedWriter(open_to_append(run.folder / name)))

    def event(self, event: TrainEvent) -> None:
        """Append a row. Raises `OSError`."""
        if table := self._tables.get(type(event)):
            _add(table, vars(event).values())
            table.flush()

    def close(self) -> None:
        """Close the files. Raises `OSError`."""
        with ExitStack() as stack:
            for table in self._tables.values():
                stack.callback(table.close)
        self._tables = {}


def _text(file: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding="ascii", newline="")


def _add(table: io.TextIOWrapper, values: Any) -> None:
    csv.writer(table, lineterminator="\n").writerow(values)
