"""What has come of a download so far, kept so that a later fetch goes on from there.

Beside the bytes stands what the server said of the whole file, by which it tells on the next
connection whether these bytes still belong to it. One process at a time holds a download.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from rnntui import places
from rnntui.atomic_files import PART, atomic_write, remove_stale_parts
from rnntui.errors import CorpusError, reason
from rnntui.file_locks import take_lock
from rnntui.plain_files import open_to_change, read_plain

_KEPT_SECONDS = 30 * 24 * 3600
_LARGEST_STATE = 100_000


@dataclass(frozen=True)
class Reply:
    """What a server says of a file.

    `total` are the bytes of all of it (None: unknown), `encoding` how they are packed for the way,
    `final_address` where redirects led.
    """

    final_address: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None
    encoding: str = ""
    content_type: str = ""

    @property
    def validator(self) -> str:
        """What tells this state of the file from others ("": nothing that is sure)."""
        # A weak tag stands for files that are alike, not for the same bytes (RFC 9110, 13.1.5).
        return self.etag if self.etag.startswith('"') else self.last_modified


class PartFile:
    """The bytes of one address that are there, at the end of which more are written."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        """Take up what is in an open file; the reply is that beside it."""
        self.path = path
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self.reply = _read_reply(_reply_path(path)) if self.size else None
        if self.reply is None and self.size:
            self._cut()

    def begin(self, reply: Reply) -> None:
        """Begin anew with the file of `reply`. Raises `OSError`."""
        self._cut()
        with atomic_write(_reply_path(self.path)) as file:
            file.write(json.dumps(asdict(reply)).encode())
        self.reply = reply

    def append(self, block: bytes) -> None:
        """Add bytes at the end. Raises `OSError`."""
        self._file.write(block)
        self._file.flush()
        self.size += len(block)

    def forget(self) -> None:
        """Give up what is there, so that the next connection begins anew."""
        self._cut()
        self.reply = None

    def discard(self) -> None:
        """Delete the files, when they have served or are of no use."""
        self._file.close()  # Windows deletes no open file
        self.path.unlink(missing_ok=True)
        _reply_path(self.path).unlink(missing_ok=True)

    def _cut(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.size = 0


def downloads_dir() -> Path:
    """The folder of downloads that aren't whole."""
    return places.cache_dir() / "downloads"


@contextmanager
def part_of(address: str) -> Iterator[PartFile]:
    """The download of an address, held until the end of the block.

    Raises `CorpusError` where another process holds it or it can't be written.
    """
    folder = downloads_dir()
    path = folder / f".{hashlib.sha256(address.encode()).hexdigest()[:32]}{PART}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale_parts(folder, _KEPT_SECONDS)
        file = _held(path)
    except BlockingIOError:
        raise CorpusError(
            "Another process is fetching this; wait until it is done, or stop that one."
        ) from None
    except OSError as error:
        raise CorpusError(f"{folder} can't be written: {reason(error)}.") from error
    with file:
        yield PartFile(path, file)


def _held(path: Path) -> BinaryIO:
    while True:
        file = open_to_change(path)
        try:
            take_lock(file.fileno(), "alone")
            # Whoever held it before may have deleted it when it was done.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    return file
        except BaseException:
            file.close()
            raise
        file.close()


def _reply_path(path: Path) -> Path:
    return path.with_name(f"{path.name[: -len(PART)]}.reply{PART}")


def _read_reply(path: Path) -> Reply | None:
    """What was said of the file; None where that isn't to be read, so that it begins anew."""
    try:
        fields = json.loads(read_plain(path, _LARGEST_STATE))
        reply = Reply(**fields)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    texts = (reply.final_address, reply.etag, reply.last_modified, reply.encoding)
    whole = all(isinstance(text, str) for text in (*texts, reply.content_type))
    return reply if whole and isinstance(reply.total, int | None) else None
