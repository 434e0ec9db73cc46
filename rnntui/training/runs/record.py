"""The record of a run, one event a line: reading it, and appending to it in training.

`samples.txt` is derived from it.
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
from rnntui.training.runs.folder import RunFolder, torn_files
from rnntui.training.runs.lock import lock, unlock


def read_events(folder: RunFolder) -> Iterator[TrainEvent]:
    """Read the record from its start, up to a line that is torn or not an event.

    Raises `CheckpointError` for a file that can't be read.
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
    """The record of a run in training, locked by one process at a time.

    Raises `CheckpointError` if another process trains the run.
    """

    def __init__(self, folder: RunFolder, keep_lines: int) -> None:
        """Lock and open the record, atomically cut to its first `keep_lines` whole lines.

        `samples.txt` is rewritten from these.
        """
        self._folder = folder
        self._lock = -1
        try:
            # Locked before it is cut, so that a second process can't damage the first one's.
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
        """Append an event and flush it. Raises `CheckpointError` for a failed write."""
        try:
            _write_all(self._metrics, to_json(event).encode() + b"\n")
            if isinstance(event, Sampled):
                _write_all(self._samples, _as_sample(event))
        except OSError as error:
            raise CheckpointError(
                f"The record {self._folder.metrics} can't be written ({reason(error)}); the last"
                " checkpoint is intact. Free some space, then resume."
            ) from error
        self.lines += 1

    def close(self) -> None:
        """Close the files and release the lock."""
        self._metrics.close()
        self._samples.close()
        unlock(self._lock)
        self._lock = -1


def recorded(events: Iterable[TrainEvent], record: Record) -> Iterator[TrainEvent]:
    """Append each event to the record, then yield it."""
    for event in events:
        record.append(event)
        yield event


def _remove_torn_files(folder: RunFolder) -> None:
    """Delete the remains of interrupted writes; the run's lock must be held."""
    for part in torn_files(folder):
        # A folder of such a name stays.
        with contextlib.suppress(OSError):
            part.unlink()


def _write_all(file: FileIO, content: bytes) -> None:
    """Write all of `content` to an unbuffered file, which may accept less per call."""
    while content:
        content = content[file.write(content) :]


def _truncate(path: Path, keep_lines: int) -> int:
    """Cut a file atomically after at most `keep_lines` whole lines; returns their number.

    A file with other hard links is left to them, and a new one takes its place.
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
    """The lines from the current position, up to a torn or overlong one."""
    while (line := file.readline(LONGEST_LINE)).endswith(b"\n"):
        yield line


def _as_sample(event: Sampled) -> bytes:
    heading = f"---- step {event.step}, {event.elapsed_s:.1f} s ----\n"
    return (heading + event.prime + event.text + "\n\n").encode("utf-8", "backslashreplace")
