"""What the cache folder holds, part by part, and deleting it: only files that rnntui has made.

A part is a folder below `places.cache_dir()`. Files with other names than rnntui's stay where they
are, links are not followed, and a folder goes only when it is empty.
"""

import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rnntui import places
from rnntui.atomic_files import PART

_HASHED: Final = r"[0-9a-f]{16,64}\.[a-z]+"
_IN_USE_SECONDS: Final = 120.0
"""A file being written is touched within this time; it is left alone."""


@dataclass(frozen=True)
class Part:
    """A kind of files in the cache: its folder's name, what it holds, and how they are named."""

    name: str
    about: str
    pattern: str


PARTS: Final = (
    Part("corpora", "texts as numbers, so that a training run begins at once", _HASHED),
    Part("labelled", "labelled texts as numbers", _HASHED),
    Part("texts", "texts that are built here: python", r"python-.*\.txt"),
    Part("kernels", "compiled kernels of this and earlier versions", r".+\.nb[ic]|complete"),
    Part("downloads", "downloads that aren't whole; they begin anew", r"(?!)"),
    Part("stdin", "texts from standard input, while they are used", r"(?!)"),
)
"""The parts; temporary files (`.*.part`) belong to each."""


@dataclass(frozen=True)
class CachedFile:
    """A file of a part, its size, and when it was last read or written."""

    path: Path
    size_bytes: int
    used_at: float


@dataclass(frozen=True)
class Held:
    """What a part holds now."""

    part: Part
    files: tuple[CachedFile, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of all its files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def used_at(self) -> float | None:
        """When one of them was last used, in seconds since 1970; None without any."""
        return max((file.used_at for file in self.files), default=None)


@dataclass(frozen=True)
class Cleared:
    """What was deleted, and the files that were not, each with the reason."""

    files: int
    size_bytes: int
    kept: tuple[tuple[Path, str], ...]


def held(names: Sequence[str] = ()) -> tuple[Held, ...]:
    """What the parts of these names hold, or all; reads no file."""
    chosen = [part for part in PARTS if not names or part.name in names]
    return tuple(Held(part, tuple(_files_of(part))) for part in chosen)


def clear(parts: Sequence[Held], now: float | None = None) -> Cleared:
    """Delete the files of `parts`, and the folders that are empty then.

    A temporary file that was touched in the last two minutes may be in use: it stays.
    """
    now = time.time() if now is None else now
    deleted, size, kept = 0, 0, []
    for part in parts:
        for file in part.files:
            if file.path.name.endswith(PART) and now - file.used_at < _IN_USE_SECONDS:
                kept.append((file.path, "it is in use"))
                continue
            try:
                file.path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                kept.append((file.path, (error.strerror or str(error)).lower()))
                continue
            deleted, size = deleted + 1, size + file.size_bytes
        _remove_empty(places.cache_dir() / part.part.name)
    return Cleared(deleted, size, tuple(kept))


def _files_of(part: Part) -> Iterator[CachedFile]:
    own = re.compile(rf"(?:{part.pattern})|\..*{re.escape(PART)}")
    for folder, _, names in _walked(places.cache_dir() / part.name):
        for name in sorted(names):
            path = Path(folder) / name
            with suppress(OSError):
                about = path.lstat()
                if stat.S_ISREG(about.st_mode) and own.fullmatch(name):
                    yield CachedFile(path, about.st_size, max(about.st_atime, about.st_mtime))


def _remove_empty(top: Path) -> None:
    for folder, _, _ in _walked(top, topdown=False):
        with suppress(OSError):
            Path(folder).rmdir()


def _walked(top: Path, topdown: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """The folders of a part; none where the part itself is a link to elsewhere."""
    if not top.is_symlink():
        yield from os.walk(top, topdown=topdown)
