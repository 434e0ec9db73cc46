"""Texts that can be read only once: standard input, pipes and devices."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rnntui import places
from rnntui.atomic_files import PART, remove_stale_parts
from rnntui.errors import CorpusError
from rnntui.text.decoding import decoded_text, reading_errors
from rnntui.text.encodings import detect_encoding, read_as, unicode_encoding

_BLOCK = 1 << 20
_FREE_SHARE = 0.5
"""A stream's share of the free disk space; its encoded text needs as much again."""
_STALE_SECONDS = 3600


def standard_input() -> BinaryIO:
    """Standard input as bytes. Raises `CorpusError` if it is closed."""
    if sys.stdin is None:
        raise CorpusError("Standard input is closed; name a file, or pipe a text into it.")
    return sys.stdin.buffer


@contextmanager
def spooled(
    stream: BinaryIO, name: str = "standard input", text_encoding: str | None = None
) -> Iterator[Path]:
    """Copy a stream to a temporary file, deleted at the end of the block.

    The file is in the cache folder, or in the system's temporary folder if that can't be written;
    files of killed processes there are removed. Raises `CorpusError`, also for a stream with a
    binary beginning and for one that would fill the disk.
    """
    path, descriptor = _temporary_file(name)
    try:
        with reading_errors(name), os.fdopen(descriptor, "wb") as file:
            first = stream.read(_BLOCK)
            if text_encoding is None:
                unicode_encoding((first,), name)
            else:
                read_as(text_encoding, (first,), name)
            most = int(shutil.disk_usage(path.parent).free * _FREE_SHARE)
            _copy(first, stream, file, name, most)
        yield path
    finally:
        path.unlink(missing_ok=True)


def small_text(stream: BinaryIO, name: str, most: int) -> str:
    """A text of at most `most` bytes; `name` begins sentences about it.

    Raises `CorpusError` for a longer one or one that can't be decoded.
    """
    with reading_errors(name):
        content = stream.read(most + 1)
    if len(content) > most:
        raise CorpusError(f"{name} is longer than {most >> 20} MB, too long to be read at once.")
    try:
        detection = detect_encoding((content,), name)
        if detection.doubt:
            raise CorpusError(detection.doubt)
        return decoded_text(content, detection.encoding, name)
    except CorpusError as error:
        raise CorpusError(f"{name} can't be read as text; save it as UTF-8.") from error


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe or a device, which can be read only once."""
    return not (path.is_file() or path.is_dir())


def _temporary_file(name: str) -> tuple[Path, int]:
    import tempfile

    folder = places.cache_dir() / "stdin"
    own = f".{secrets.token_hex(6)}{PART}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale_parts(folder, _STALE_SECONDS)
        path = folder / own
        return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with reading_errors(name):
        descriptor, elsewhere = tempfile.mkstemp()
        return Path(elsewhere), descriptor


def _copy(block: bytes, stream: BinaryIO, file: BinaryIO, name: str, most: int) -> None:
    """Copy a block and the rest of the stream. Raises `CorpusError` beyond `most` bytes."""
    copied = 0
    while block:
        copied += len(block)
        if copied > most:
            raise CorpusError(
                f"{name[:1].upper()}{name[1:]} is longer than {most / 1e9:.1f} GB, too much for "
                "the disk; give a part of it ('| head -c 100M'), or free some space."
            )
        file.write(block)
        block = stream.read(_BLOCK)
