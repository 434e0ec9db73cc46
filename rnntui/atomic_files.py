"""Writes files whole: a reader sees the old content or the new, never a part."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PART = ".part"
"""The end of the names of files that aren't whole."""

_STALE_SECONDS = 24 * 3600


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the place of `path` when the block ends well.

    Its folder is created if absent; file and folder are flushed to the disk.
    When the block raises, `path` stays as it was. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by tempfile, whose files nobody else may read, whatever the umask says.
    temporary = path.parent / f".{path.name[:40]}.{secrets.token_hex(6)}{PART}"
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def remove_stale_parts(folder: Path, seconds: float = _STALE_SECONDS) -> None:
    """Delete temporary files in `folder` that a killed process left so long ago."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > seconds:
                part.unlink()


def _flush_folder(folder: Path) -> None:
    # Windows can't open a folder; there a rename is flushed with the file system's journal.
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
