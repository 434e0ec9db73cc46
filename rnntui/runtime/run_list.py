"""The list of all runs, cheap to bring up to date."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rnntui.clock import Clock
from rnntui.errors import RnntuiError, reason
from rnntui.tasks.kinds import CLASSIFIER
from rnntui.tasks.summary import RunSummary, summarise
from rnntui.training.events import Failed, Finished
from rnntui.training.runs.folder import RunFolder, list_runs
from rnntui.training.runs.lock import is_being_trained
from rnntui.training.runs.record_end import last_event, seconds_silent


@dataclass(frozen=True)
class ListedRun:
    """A run and its summary.

    `note` is a sentence on why there is no summary, why the run failed, or that its
    process is quiet or gone; else empty.
    """

    folder: RunFolder
    summary: RunSummary | None
    note: str = ""
    changed_at: float = 0.0
    """Time of the last write to its record, in seconds since 1970."""

    @property
    def name(self) -> str:
        """The run's name."""
        return self.folder.name

    @property
    def classifies(self) -> bool:
        """Whether it trains a classifier, whose losses are per text, not per character."""
        return self.summary is not None and self.summary.kind is CLASSIFIER

    @property
    def state(self) -> str:
        """The summary's state, or `damaged`."""
        return self.summary.state if self.summary else "damaged"


_HELD: Final = ("training", "paused", "quiet")
"""States of a run whose lock a process holds."""

_Stamp = tuple[tuple[int, int], ...]


class RunList:
    """Lists the runs of a folder; a run with unchanged files is not read again."""

    def __init__(self, parent: Path, clock: Clock = time.time) -> None:
        """List the runs in `parent`."""
        self._parent, self._clock = parent, clock
        self._known: dict[str, tuple[_Stamp, ListedRun]] = {}

    def look(self) -> tuple[ListedRun, ...]:
        """Return all runs, by name. Raises `RnntuiError` where the folder can't be read."""
        try:
            folders = list_runs(self._parent)
        except OSError as error:
            raise RnntuiError(f"{self._parent} can't be read ({reason(error)}).") from error
        before, self._known = self._known, {}
        for folder in folders:
            stamp = _stamp(folder)
            known = before.get(folder.name)
            # A lock doesn't show in the files' times.
            held = is_being_trained(folder) or (known and known[1].state in _HELD)
            if known is None or known[0] != stamp or held:
                known = (stamp, replace(self._read(folder), changed_at=_last_change(stamp)))
            self._known[folder.name] = known
        return tuple(run for _, run in self._known.values())

    def _read(self, folder: RunFolder) -> ListedRun:
        try:
            summary = summarise(folder, self._clock)
            return ListedRun(folder, summary, self._note(folder, summary))
        except RnntuiError as error:
            return ListedRun(folder, None, str(error))
        except OSError as error:
            return ListedRun(folder, None, f"{folder.path} can't be read ({reason(error)}).")

    def _note(self, folder: RunFolder, summary: RunSummary) -> str:
        match summary.state, last_event(folder):
            case "paused", _:
                return "The process training it has paused."
            case "quiet", _:
                silence = seconds_silent(folder, self._clock)
                return f"The process training it has written nothing for {silence:,.0f} s."
            case "failed", Failed(sentence=sentence):
                return sentence
            case "stopped", Finished():
                return ""
            case "stopped", None:
                return "It was imported, and hasn't been trained here."
            case "stopped", _:
                return "Its process is gone; the run can be resumed."
            case _:
                return ""


def _stamp(folder: RunFolder) -> _Stamp:
    """Times and sizes of the run's files."""
    stamps = []
    for path in (folder.configuration, folder.metrics, folder.last):
        try:
            status = path.stat()
            stamps.append((status.st_mtime_ns, status.st_size))
        except OSError:
            stamps.append((0, 0))
    return tuple(stamps)


def _last_change(stamp: _Stamp) -> float:
    """Time of the last write to the record, or to the configuration where there is none yet."""
    (configured, _), (recorded, _), *_ = stamp
    return (recorded or configured) / 1e9
