"""Colours and signs of runs in charts, remembered between sessions.

A slot is the chart's number for a colour, dashes and a sign. Runs keep their slots when
others come and go; a new run takes the lowest free one, so that a few runs never look
alike.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from rnntui.atomic_files import atomic_write
from rnntui.plain_files import read_plain

Slots = dict[str, int]

MOST_BYTES: Final = 10_000_000


def assign_slots(names: Iterable[str], remembered: Mapping[str, int]) -> Slots:
    """A slot for each name: the remembered one, or else the lowest free one."""
    names = list(names)
    slots: Slots = {}
    for name in names:
        slot = remembered.get(name)
        if slot is not None and slot not in slots.values():
            slots[name] = slot
    free = (slot for slot in range(len(names)) if slot not in set(slots.values()))
    for name in names:
        if name not in slots:
            slots[name] = next(free)
    return slots


class RememberedSlots:
    """The slots of the runs of one folder, kept in a file shared by all folders.

    A file that can't be read or written is ignored.
    """

    def __init__(self, file: Path, parent: Path) -> None:
        """Keep the slots of the runs in `parent` in `file`."""
        self._file, self._folder = file, str(parent.absolute())
        self._slots: Slots | None = None

    def of(self, names: Iterable[str]) -> Slots:
        """The slot of each of these runs; all others are forgotten."""
        if self._slots is None:
            self._slots = self._read().get(self._folder, {})
        slots = assign_slots(names, self._slots)
        if slots != self._slots:
            self._write(slots)
        return slots

    def rename(self, name: str, new_name: str) -> None:
        """Keep a run's slot under its new name."""
        slots = dict(self._slots or {})
        if name in slots:
            slots[new_name] = slots.pop(name)
            self._write(slots)

    def _read(self) -> dict[str, Slots]:
        try:
            content = json.loads(read_plain(self._file, MOST_BYTES, "followed"))
        except (OSError, ValueError, RecursionError):
            return {}
        folders = content.items() if isinstance(content, dict) else ()
        return {
            folder: {name: slot for name, slot in slots.items() if _is_slot(slot)}
            for folder, slots in folders
            if isinstance(slots, dict)
        }

    def _write(self, slots: Slots) -> None:
        self._slots = slots
        content = {**self._read(), self._folder: slots}
        if not slots:
            del content[self._folder]
        with contextlib.suppress(OSError), atomic_write(self._file) as file:
            file.write(json.dumps(content, indent=1).encode())


def _is_slot(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000
