"""Reading on in the runs of a folder: what there are, and what their records have added."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rnntui.runtime.curves import CurveReader, NewCurves
from rnntui.runtime.run_list import Clock, ListedRun, RunList


class RunReading:
    """Lists the runs and reads their curves, each time from where it was; for one thread."""

    def __init__(self, parent: Path, clock: Clock) -> None:
        """Read the runs in `parent`."""
        self._list = RunList(parent, clock)
        self._runs: dict[str, ListedRun] = {}
        self._readers: dict[str, CurveReader] = {}

    def runs(self) -> tuple[ListedRun, ...]:
        """All runs, by name. Raises `RnntuiError` where the folder can't be read."""
        runs = self._list.look()
        self._runs = {run.name: run for run in runs}
        for name in self._readers.keys() - self._runs.keys():
            del self._readers[name]
        return runs

    def curves(self, names: Iterable[str]) -> Iterator[tuple[str, NewCurves]]:
        """What has come of the curves of these runs, part by part.

        A run that is not there is passed over, and so is a record that can't be
        read, of which the list tells.
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
