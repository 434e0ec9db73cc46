"""The end of a run's record, read backwards, so that lists are quick however long it is."""

import os
from collections.abc import Iterator
from pathlib import Path

from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.plain_files import open_plain
from rnntui.training.events import (
    LONGEST_LINE,
    Changed,
    Continued,
    Evaluated,
    Paused,
    Resumed,
    Started,
    Step,
    TrainEvent,
    from_json,
)
from rnntui.training.runs.folder import RunFolder

_TAIL_BYTES = 1 << 16
"""Bytes read from the end of a record; lines that begin earlier are not seen."""

_BLOCK_BYTES = 1 << 20
"""Bytes per read in a search backwards through a record."""


def is_paused(folder: RunFolder) -> bool:
    """Whether the record ends in a pause."""
    told = (pause_told(event) for event in _events_backwards(folder))
    return next((paused for paused in told if paused is not None), False)


def pause_told(event: TrainEvent) -> bool | None:
    """Whether a run is paused after this event; None where it says nothing about that.

    Much may be done in a pause: saving, changing the learning rate, rolling back.
    """
    match event:
        case Paused():
            return True
        case Started() | Resumed() | Continued() | Step():
            return False
    return None


def last_event(folder: RunFolder) -> TrainEvent | None:
    """The last event of the record; None for an empty record or a very long line."""
    return next(_events_backwards(folder), None)


def last_learning_rate(folder: RunFolder) -> float | None:
    """The last learning rate near the end of the record; None if there is none."""
    for event in _events_backwards(folder):
        match event:
            case Step():
                return event.learning_rate
            case Changed(setting="learning_rate", new=int() | float() as rate):
                return rate
            case _:
                pass
    return None


def _events_backwards(folder: RunFolder) -> Iterator[TrainEvent]:
    """The last events of the record, the latest first, up to an invalid line."""
    try:
        with open_plain(folder.metrics) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        return
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    # Unless this is the whole file, the first line may be incomplete.
    for line in reversed(whole[size > _TAIL_BYTES :]):
        try:
            yield from_json(line.decode("ascii"))
        except (UnicodeDecodeError, RnntuiError):
            return


def seconds_silent(folder: RunFolder, clock: Clock) -> float:
    """Seconds since the last write to the record, or to the folder if there is no record."""
    for path in (folder.metrics, folder.path):
        try:
            return clock() - path.stat().st_mtime
        except OSError:
            continue
    return 0.0


def accuracy_after(folder: RunFolder, step: int) -> float | None:
    """Validation accuracy at that step; None if the record has none.

    Relies on the order of `to_json`: `event` first, then `step`.
    """
    try:
        line = _last_line(folder.metrics, b'{"event": "evaluated", "step": %d,' % step)
        event = from_json(line.decode("ascii"))
    except (OSError, UnicodeDecodeError, RnntuiError):
        return None
    return event.accuracy if isinstance(event, Evaluated) else None


def _last_line(path: Path, start: bytes) -> bytes:
    """The last line of a file that starts with `start`, searched from the end; else empty."""
    rest = b""
    with open_plain(path) as file:
        at = file.seek(0, os.SEEK_END)
        while at and len(rest) <= LONGEST_LINE:
            size = min(at, _BLOCK_BYTES)
            at -= size
            file.seek(at)
            block = file.read(size) + rest
            if (found := block.rfind(start)) >= 0:
                return block[found:].split(b"\n", 1)[0]
            # The end of a line that starts in the previous block.
            rest = block[: block.find(b"\n") + 1] or block
    return b""
