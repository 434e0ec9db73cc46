"""Texts that can be read only once: standard input, pipes and devices."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rnntui import places
from rnntui.text.decoding import reading_errors

_BLOCK = 1 << 20


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """Copy a stream to a temporary file, which is there until the block ends.

    It is in the cache folder, or where the system keeps temporary files if
    that can't be written. Raises CorpusError.
    """
    folder = places.cache_dir() / "stdin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
    except OSError:
        with reading_errors("standard input"):
            handle, name = tempfile.mkstemp()
    path = Path(name)
    try:
        with reading_errors("standard input"), os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(stream, file, _BLOCK)
        yield path
    finally:
        path.unlink(missing_ok=True)


def is_stream(path: Path) -> bool:
    """Tell whether a path is a pipe or a device, which can be read only once."""
    return not (path.is_file() or path.is_dir())
