"""The record of a run, one event a line: reading it, and adding to it while the run is trained.

It is the truth about a run; `samples.txt` is drawn from it.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, RnntuiError, reason
from rnntui.plain_files import has_other_names, open_plain, open_to_append, open_to_change
from rnntui.training.events import LONGEST_LINE, Sampled, TrainEvent, from_json, to_json
from rnntui.training.run_folder import RunFolder, torn_files
from rnntui.training.run_lock import lock, unlock


def read_events(folder: RunFolder) -> Iterator[TrainEvent]:
    """The record from its start; ends before a line that is torn or not an event.

    Raises `CheckpointError` where it can't be read.
    """
    try:
        with contextlib.suppress(FileNotFoundError), open_plain(folder.metrics) as file:
            for line in _whole_lines(file):
                try:
                    event = from_json(line.decode("ascii"))
                except (UnicodeDecodeError, RnntuiError):
                    return
                yield event
    except OSError as error:
        raise CheckpointError(f"{folder.metrics} can't be read ({reason(error)}).") from error


class Record:
    """The record of a run that is being trained, held by one process at a time.

    Raises `CheckpointError` where another process trains the run already.
    """

    def __init__(self, folder: RunFolder, keep_lines: int) -> None:
        """Open the record and drop, atomically, all but its first `keep_lines` whole lines.

        `samples.txt` is written anew from what is kept.
        """
        self._folder = folder
        self._lock = -1
        try:
            # Held before anything is dropped, so that a second process can't tear the first's.
            self._lock = lock(folder, "alone")
            _remove_torn_files(folder)
            self.lines = _truncate(folder.metrics, keep_lines)
            with atomic_write(folder.samples) as file:
                for event in read_events(folder):
                    if isinstance(event, Sampled):
                        file.write(_as_sample(event))
            self._metrics = open_to_append(folder.metrics)
            self._samples = open_to_append(folder.samples)
        except CheckpointError:
            unlock(self._lock)
            raise
        except OSError as error:
            unlock(self._lock)
            raise CheckpointError(
                f"The run's record in {folder.path} can't be written ({reason(error)})."
            ) from error

    def append(self, event: TrainEvent) -> None:
        """Add an event, and flush it. Raises `CheckpointError` where the disk refuses."""
        try:
            _write_all(self._metrics, to_json(event).encode() + b"\n")
            if isinstance(event, Sampled):
                _write_all(self._samples, _as_sample(event))
        except OSError as error:
            raise CheckpointError(
                f"The record {self._folder.metrics} can't be written ({reason(error)}); the last"
                " checkpoint is whole. Make room, then resume."
            ) from error
        self.lines += 1

    def close(self) -> None:
        """Let go of the files and of the run."""
        self._metrics.close()
        self._samples.close()
        unlock(self._lock)
        self._lock = -1


def recorded(events: Iterable[TrainEvent], record: Record) -> Iterator[TrainEvent]:
    """Pass events on, each appended to the record first."""
    for event in events:
        record.append(event)
        yield event


def _remove_torn_files(folder: RunFolder) -> None:
    """Delete what a kill in the middle of a write left; the run's lock must be held."""
    for part in torn_files(folder):
        # What can't be removed is no torn file.
        with contextlib.suppress(OSError):
            part.unlink()


def _write_all(file: FileIO, content: bytes) -> None:
    """Write to an unbuffered file, which may take less than it is given."""
    while content:
        content = content[file.write(content) :]


def _truncate(path: Path, keep_lines: int) -> int:
    """Cut a file, in one move, behind its first whole lines, at most so many; the number kept.

    One that has other names, such as a copy made of hard links, is left to them, and
    the lines go to a file of its own.
    """
    kept = length = 0
    with open_to_change(path) as file:
        for line in itertools.islice(_whole_lines(file), keep_lines):
            kept, length = kept + 1, length + len(line)
        if has_other_names(file):
            file.seek(0)
            with atomic_write(path) as own:
                for line in itertools.islice(_whole_lines(file), kept):
                    own.write(line)
        else:
            file.truncate(length)
            os.fsync(file.fileno())
    return kept


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines from here on, up to one that is torn or too long for an event."""
    while (line := file.readline(LONGEST_LINE)).endswith(b"\n"):
        yield line


def _as_sample(event: Sampled) -> bytes:
    heading = f"---- step {event.step}, {event.elapsed_s:.1f} s ----\n"
    return (heading + event.prime + event.text + "\n\n").encode("utf-8", "backslashreplace")
