"""The growing end of a record: whole new lines since the last look.

It doesn't know what the lines mean.
"""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rnntui.plain_files import open_plain
from rnntui.training.events import LONGEST_LINE

BLOCK_BYTES = 1 << 20
"""Bytes read in one look, unless a single line is longer."""

_REMEMBERED_BYTES = 256


@dataclass(frozen=True)
class NewLines:
    """What one look has found.

    `block` is whole lines, line ends included. `rewound` says that what was read
    before is no longer there, so that these lines are from the start of the file.
    `more` says that the next look will find more at once.
    """

    block: bytes = b""
    rewound: bool = False
    more: bool = False


class RecordTail:
    """Reads a growing file of lines in blocks; the file may shrink, vanish and come back."""

    def __init__(self, path: Path) -> None:
        """Start at the beginning of the file, which need not exist yet."""
        self._path = path
        self._offset = 0
        # To recognise a file that was cut and has since grown past the old position.
        self._read_last = b""
        self.size = 0
        """The file's size at the last look, in bytes."""

    def look(self) -> NewLines:
        """Return the lines since the last look. Raises `OSError` where the file can't be read."""
        try:
            with open_plain(self._path) as file:
                self.size = file.seek(0, 2)
                return self._read(file)
        except FileNotFoundError:
            self.size = 0
            return NewLines(rewound=self._restarted())

    def _read(self, file: BinaryIO) -> NewLines:
        rewound = not self._is_where_it_was(file) and self._restarted()
        file.seek(self._offset)
        block = file.read(BLOCK_BYTES)
        more = len(block) == BLOCK_BYTES
        if more and b"\n" not in block:
            block += file.readline(LONGEST_LINE - len(block))
            if not block.endswith(b"\n") and len(block) == LONGEST_LINE:
                raise OSError(errno.EFBIG, f"a line of it has more than {LONGEST_LINE:,} bytes")
        block = block[: block.rfind(b"\n") + 1]
        if block:
            self._offset += len(block)
            self._read_last = block[-_REMEMBERED_BYTES:]
        return NewLines(block, rewound, more and bool(block))

    def _is_where_it_was(self, file: BinaryIO) -> bool:
        file.seek(self._offset - len(self._read_last))
        return file.read(len(self._read_last)) == self._read_last

    def _restarted(self) -> bool:
        """Start over; whether anything had been read before."""
        had_read = self._offset > 0
        self._offset, self._read_last = 0, b""
        return had_read
