"""Incremental reading of a folder's runs: their list, and what their records have added."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rnntui.clock import Clock
from rnntui.runtime.curves import CurveReader, NewCurves
from rnntui.runtime.run_list import ListedRun, RunList


class RunReading:
    """Lists the runs and reads their curves incrementally; for one thread."""

    def __init__(self, parent: Path, clock: Clock) -> None:
        """Read the runs in `parent`."""
        self._list = RunList(parent, clock)
        self._runs: dict[str, ListedRun] = {}
        self._readers: dict[str, CurveReader] = {}

    def runs(self) -> tuple[ListedRun, ...]:
        """Return all runs, by name. Raises `RnntuiError` where the folder can't be read."""
        runs = self._list.look()
        self._runs = {run.name: run for run in runs}
        for name in self._readers.keys() - self._runs.keys():
            del self._readers[name]
        return runs

    def curves(self, names: Iterable[str]) -> Iterator[tuple[str, NewCurves]]:
        """Yield what was added to the curves of these runs, part by part.

        A missing run is skipped, and so is an unreadable record, which the list
        reports.
        """
        for name in names:
            run = self._runs.get(name)
            if run is None:
                continue
            reader = self._readers.setdefault(name, CurveReader(run.folder.metrics))
            try:
                for news in reader.read():
                    yield name, news
            except OSError:
                continue
