"""File stamps, which detect a change without reading the file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnntui.text.decoding import reading_errors


@dataclass(frozen=True)
class FileStamp:
    """Path, size, time of modification in nanoseconds, and inode of a file."""

    path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class StampedFiles:
    """Files and folders in order, each with its files' stamps."""

    paths: tuple[Path, ...]
    stamps_by_path: tuple[tuple[FileStamp, ...], ...]

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """The stamps of all files."""
        return tuple(stamp for stamps in self.stamps_by_path for stamp in stamps)

    @property
    def size_bytes(self) -> int:
        """The size of all files together."""
        return sum(stamp.size for stamp in self.stamps)


def stamp_files(path: Path) -> tuple[FileStamp, ...]:
    """The stamp of a file, or of each file of a folder by relative path.

    Hidden files and folders are left out. Raises `CorpusError`.
    """
    with reading_errors(str(path)):
        if not path.is_dir():
            return (_stamp(path),)
        found: dict[str, FileStamp] = {}
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                file = Path(folder, name)
                if not name.startswith(".") and file.is_file():
                    found[file.relative_to(path).as_posix()] = _stamp(file)
        return tuple(found[name] for name in sorted(found))


def stamp_all(paths: Sequence[Path]) -> StampedFiles:
    """Stamp several files and folders (see `stamp_files`)."""
    return StampedFiles(tuple(paths), tuple(stamp_files(path) for path in paths))


def _stamp(path: Path) -> FileStamp:
    status = path.stat()
    return FileStamp(str(path), status.st_size, status.st_mtime_ns, status.st_ino)
