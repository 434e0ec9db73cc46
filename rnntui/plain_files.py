"""Opens files that somebody else may have put there: plain ones only, and without waiting.

A FIFO would be waited for, a device has no end, and a symbolic link leads wherever
its maker wanted; opening any of these is an `OSError` with a reason. This is the one
way to what is in a run's folder, and to every small file that is read at a start.
"""

import errno
import os
import stat
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Literal

Links = Literal["refused", "followed"]
"""What is done about a path whose last part is a symbolic link."""

# Windows has none of these, nor what they guard against.
_NEVER_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BLOCK_BYTES = 1 << 16
_BINARY = getattr(os, "O_BINARY", 0)


def open_plain(path: Path, links: Links = "refused") -> BinaryIO:
    """Open a plain file for reading. Raises `OSError`, also for anything that isn't one."""
    return os.fdopen(_descriptor(path, os.O_RDONLY, links), "rb")


def open_to_change(path: Path) -> BinaryIO:
    """Open a plain file for reading and writing in place, made if absent. Raises `OSError`."""
    return os.fdopen(_descriptor(path, os.O_RDWR | os.O_CREAT, "refused"), "r+b")


def open_to_append(path: Path) -> FileIO:
    """Open a plain file, made if absent, whose every write goes to its end. Raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return FileIO(_descriptor(path, flags, "refused"), "ab")


def read_plain(path: Path, most_bytes: int, links: Links = "refused") -> bytes:
    """The content of a plain file. Raises `OSError`, also where there is more than so much."""
    content = bytearray()
    with open_plain(path, links) as file:
        # Block by block, as room for all that is asked for would be taken at once.
        while block := file.read(_BLOCK_BYTES):
            content += block
            if len(content) > most_bytes:
                raise OSError(errno.EFBIG, f"it has more than {most_bytes:,} bytes", str(path))
    return bytes(content)


def is_plain(path: Path) -> bool:
    """Whether there is a plain file, and no link, of that name."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):  # too long a name, or one with a NUL
        return False


def has_other_names(file: BinaryIO) -> bool:
    """Whether an open file is found under other names, too, which what is written there changes."""
    return os.fstat(file.fileno()).st_nlink > 1


def _descriptor(path: Path, flags: int, links: Links) -> int:
    if links == "refused":
        flags |= _NO_LINK
        if path.is_symlink():
            raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
    try:
        # Looked at first: to open a device can be to act on it.
        _check_plain(path.stat().st_mode, path)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    # Readable to others as far as the umask allows, as every other file.
    descriptor = os.open(path, flags | _NEVER_WAITING | _BINARY, 0o666)
    try:
        # Once more, as the name may have come to mean something else.
        _check_plain(os.fstat(descriptor).st_mode, path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check_plain(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
