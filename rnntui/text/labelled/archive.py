"""Reads labelled texts from a tar archive, in memory: nothing is unpacked to disk.

An archive is untrusted: sizes are bounded before anything is read, names that lead outside are
refused, and links are never followed.
"""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rnntui.errors import CorpusError, quoted, reason
from rnntui.text.labelled.layout import Parts, may_be_labelled
from rnntui.text.labelled.limits import LARGEST_TEXT, check_corpus_size, check_text_size

_OPENERS: dict[str, Callable[..., Any]] = {
    ".tar": open,
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.bz2": bz2.open,
    ".tar.xz": lzma.open,
}
ARCHIVES = tuple(_OPENERS)
"""The suffixes of archives."""

_BLOCK = 512
# More bytes than the texts', for headers and skipped files.
_MOST_UNPACKED = 4 << 30
_MOST_MEMBERS = 1_000_000  # each takes memory, even an empty one


def is_archive(path: Path) -> bool:
    """Whether a file is a tar archive, by its suffix, compressed or not."""
    return _suffix(path) is not None


def archive_texts(path: Path) -> list[tuple[Parts, bytes]]:
    """The possible labelled texts of an archive, in its order.

    Raises `CorpusError` for an archive that is damaged, truncated or too large, or has a member
    whose name leads outside.
    """
    found: list[tuple[Parts, bytes]] = []
    total = 0
    with (
        _opened(path) as file,
        tarfile.open(fileobj=cast(BinaryIO, file), mode="r:", errors="replace") as archive,
    ):
        for number, member in enumerate(archive):
            if number >= _MOST_MEMBERS:
                raise CorpusError(f"{path.name} holds more than {_MOST_MEMBERS:,} files, too many.")
            parts = _inside(member.name, path.name)
            plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
            if not plain or not may_be_labelled(parts):
                continue
            check_text_size(member.size, f"{quoted(member.name)} in {path.name}")
            total += member.size
            check_corpus_size(total, path.name)
            file.seek(member.offset_data)
            data = file.read(member.size)
            if len(data) < member.size:
                raise _cut_off(path.name)
            found.append((parts, data))
        _check_end(file, archive.offset, path.name)
    return found


class _Bounded:
    """An unpacked archive with bounds on a single read and on the total."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_TEXT:
            raise CorpusError(f"{self._name} isn't a labelled archive: it has an enormous header.")
        self._check(self._file.tell())
        return self._file.read(size)

    def seek(self, position: int) -> int:
        self._check(position)
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()

    def _check(self, position: int) -> None:
        if position > _MOST_UNPACKED:
            raise CorpusError(
                f"{self._name} unpacks to more than {_MOST_UNPACKED >> 30} GB, too much to be read."
            )


@contextmanager
def _opened(path: Path) -> Iterator[_Bounded]:
    try:
        with _OPENERS[_suffix(path) or ".tar"](path, "rb") as file:
            yield _Bounded(file, path.name)
    except EOFError:
        raise _cut_off(path.name) from None
    except (tarfile.TarError, zlib.error, lzma.LZMAError):
        raise _damaged(path.name) from None
    except OSError as error:
        if error.errno is None:  # gzip and bz2 report damage like this
            raise _damaged(path.name) from None
        raise CorpusError(f"{path.name} can't be read: {reason(error)}.") from error


def _suffix(path: Path) -> str | None:
    return next((suffix for suffix in ARCHIVES if path.name.lower().endswith(suffix)), None)


def _inside(name: str, archive: str) -> Parts:
    r"""The components of a member's name; `\` separates folders, too."""
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    leads_outside = name.startswith(("/", "\\")) or ".." in parts or name[1:2] == ":"
    if leads_outside:
        raise CorpusError(
            f"{archive} has a member whose path leads outside ({quoted(name)}); "
            "the archive was not read."
        )
    return parts or ("",)


def _check_end(file: _Bounded, end: int, name: str) -> None:
    """Raise `CorpusError` unless the end mark is at `end` and the rest can be unpacked.

    An unreadable header would otherwise pass for the end.
    """
    file.seek(end)
    mark = file.read(_BLOCK)
    if len(mark) < _BLOCK:
        raise _cut_off(name)
    if mark.strip(b"\0"):
        raise _damaged(name)
    while file.read(_BLOCK * 128):  # a checksum follows the last byte
        pass


def _cut_off(name: str) -> CorpusError:
    return CorpusError(f"{name} is cut off before its end; fetch it again.")


def _damaged(name: str) -> CorpusError:
    return CorpusError(f"{name} is damaged or isn't a tar archive; fetch it again.")
