"""What the end of a run's record says, read backwards: however long it is, lists stay quick."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

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
from rnntui.training.run_folder import RunFolder

_TAIL_BYTES = 1 << 16
"""How much of the record's end is read; lines that begin before it are not known."""

_BLOCK_BYTES = 1 << 20
"""How much of the record is read at a time where a line is looked for from its end."""


def is_paused(folder: RunFolder) -> bool:
    """Whether the last that the record says about it is a pause."""
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
    """The last whole line of the record, None where there is none or it is very long."""
    return next(_events_backwards(folder), None)


def last_learning_rate(folder: RunFolder) -> float | None:
    """The learning rate that the end of the record speaks of, None where it has none."""
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
    """The last whole lines of the record, the last one first, up to one that is no event."""
    try:
        with open_plain(folder.metrics) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        return
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    # Where there is more before, the first line may be the end of one.
    for line in reversed(whole[size > _TAIL_BYTES :]):
        try:
            yield from_json(line.decode("ascii"))
        except (UnicodeDecodeError, RnntuiError):
            return


def seconds_silent(folder: RunFolder, clock: Callable[[], float]) -> float:
    """Seconds since the record was written to; of its folder where there is no record."""
    for path in (folder.metrics, folder.path):
        try:
            return clock() - path.stat().st_mtime
        except OSError:
            continue
    return 0.0


def accuracy_after(folder: RunFolder, step: int) -> float | None:
    """The accuracy on the held-out texts after that step, None where the record has none.

    It relies on how `to_json` writes: `event` comes first, then `step`.
    """
    try:
        line = _last_line(folder.metrics, b'{"event": "evaluated", "step": %d,' % step)
        event = from_json(line.decode("ascii"))
    except (OSError, UnicodeDecodeError, RnntuiError):
        return None
    return event.accuracy if isinstance(event, Evaluated) else None


def _last_line(path: Path, start: bytes) -> bytes:
    """The last line of a file that begins so, empty where there is none; read from the end."""
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
            # The end of a line whose start is in the block before.
            rest = block[: block.find(b"\n") + 1] or block
    return b""
