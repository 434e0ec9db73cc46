"""Takes a text out of the file that was fetched: gzip, bzip2, xz, zip and tar, told by their bytes.

An archive is untrusted. Nothing is written by a name from it: the one text that is wanted goes
into a file of ours. What comes out is counted, so that a small file can't fill the disk.
"""

import bz2
import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from rnntui.errors import CorpusError, quoted, reason
from rnntui.text.library.entries import size_in_words
from rnntui.text.library.fetching.events import Unpacking

_STREAMS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_ZIP = b"PK\x03\x04"
_TAR_MARK = slice(257, 262)
_HEAD = 512
_BLOCK = 1 << 20
_TOLD_EVERY = 8 * _BLOCK
_MOST_MEMBERS = 100_000
_NAMED = 5
_FREE_SHARE = 0.5


def is_packed(path: Path) -> bool:
    """Whether a file has to be unpacked, by its first bytes. Raises `OSError`."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head.startswith((*_STREAMS, _ZIP)) or _is_tar(head)


def unpack(source: Path, target: Path, member: str, most_bytes: int) -> Iterator[Unpacking]:
    """Write the text of a packed file to `target`, which must not exist.

    `member` is its path in an archive; "" stands for the only text there. Raises `CorpusError` for
    a file that is damaged, encrypted, has no such text or several, or unpacks to more than
    `most_bytes` or half of what is left of the disk.
    """
    most = min(most_bytes, int(shutil.disk_usage(target.parent).free * _FREE_SHARE))
    with _reading():
        with source.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(_ZIP):
            yield from _from_zip(source, target, member, most)
            return
        opener = next((opener for mark, opener in _STREAMS.items() if head.startswith(mark)), open)
        with opener(source, "rb") as file:
            inner = file.read(_HEAD)
            file.seek(0)
            if _is_tar(inner):
                yield from _from_tar(cast(BinaryIO, file), target, member, most)
            elif member:
                raise CorpusError(
                    f"What was fetched isn't an archive, so it has no {quoted(member)}."
                )
            else:
                yield from _copied(file, target, None, most)


def gunzip(source: Path, target: Path, most_bytes: int) -> Iterator[Unpacking]:
    """Undo a packing for the way alone (`Content-Encoding: gzip`). Raises as `unpack`."""
    with _reading(), gzip.open(source, "rb") as file:
        yield from _copied(cast(BinaryIO, file), target, None, most_bytes)


def _from_zip(source: Path, target: Path, member: str, most: int) -> Iterator[Unpacking]:
    with zipfile.ZipFile(source) as archive:
        infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        _check_number(len(infos))
        info = infos[_chosen(list(infos), member)]
        if info.flag_bits & 1:
            raise CorpusError("The archive is encrypted; unpack it yourself and add the text.")
        with archive.open(info) as file:
            yield from _copied(cast(BinaryIO, file), target, info.file_size, most)


def _from_tar(file: BinaryIO, target: Path, member: str, most: int) -> Iterator[Unpacking]:
    bounded = cast(BinaryIO, _Bounded(file, most))
    with tarfile.open(fileobj=bounded, mode="r:", errors="replace") as archive:
        infos = {}
        for number, info in enumerate(archive):
            _check_number(number)
            if info.isreg():  # links lead elsewhere, and devices aren't texts
                infos[info.name] = info
        chosen = infos[_chosen(list(infos), member)]
        text = archive.extractfile(chosen)
        assert text is not None  # plain files have content
        yield from _copied(cast(BinaryIO, text), target, chosen.size, most)


class _Bounded:
    """A stream that can't be read beyond a place: headers and padding may be a bomb, too."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most = file, most

    def read(self, size: int = -1) -> bytes:
        if size < 0 or self._file.tell() + size > self._most + _BLOCK:
            raise _too_much(self._most)
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        if whence == 0 and place > self._most + _BLOCK:
            raise _too_much(self._most)
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()


def _copied(file: BinaryIO, target: Path, total: int | None, most: int) -> Iterator[Unpacking]:
    if total is not None and total > most:
        raise _too_much(most)
    unpacked = told = 0
    yield Unpacking(0, total)
    with target.open("xb") as written:
        # One byte more than a block is never read at once, whatever the packed bytes promise.
        while block := file.read(_BLOCK):
            unpacked += len(block)
            if unpacked > most:
                raise _too_much(most)
            written.write(block)
            if unpacked - told >= _TOLD_EVERY:
                told = unpacked
                yield Unpacking(unpacked, total)
    yield Unpacking(unpacked, total)


def _chosen(names: Sequence[str], member: str) -> str:
    """The member that is wanted. Raises `CorpusError`."""
    if member:
        if member in names:
            return member
        raise CorpusError(f"The archive has no {quoted(member)}; it has {_listed(names)}.")
    plain = [name for name in names if not _is_beside(name)]
    texts = [name for name in plain if name.lower().endswith(".txt")]
    for candidates in (plain, texts):
        if len(candidates) == 1:
            return candidates[0]
    if not plain:
        raise CorpusError("The archive has no file in it; nothing was added.")
    raise CorpusError(
        "The archive has several files; 'rnntui corpora fetch --member' takes one:"
        f" {_listed(plain)}."
    )


def _is_beside(name: str) -> bool:
    """Whether a file was put beside the others by a system, not by a person."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(quoted(name) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown or "none"


def _check_number(files: int) -> None:
    if files > _MOST_MEMBERS:
        raise CorpusError(f"The archive holds more than {_MOST_MEMBERS:,} files, too many.")


def _is_tar(head: bytes) -> bool:
    return head[_TAR_MARK] == b"ustar"


def _too_much(most: int) -> CorpusError:
    return CorpusError(
        f"The archive unpacks to more than {size_in_words(most)}, more than is allowed or the disk"
        " has room for; nothing was added ('rnntui corpora fetch --max-mb' allows more)."
    )


@contextmanager
def _reading() -> Iterator[None]:
    damaged = "The archive is damaged; fetch it again."
    try:
        yield
    except NotImplementedError:
        raise CorpusError(
            "The archive is packed in a way that isn't known here; unpack it yourself and add the"
            " text."
        ) from None
    except (EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError):
        raise CorpusError(damaged) from None
    except RuntimeError:  # what zipfile says of a missing password
        raise CorpusError(
            "The archive is encrypted; unpack it yourself and add the text."
        ) from None
    except OSError as error:
        if error.errno is None:  # gzip and bz2 report damage like this
            raise CorpusError(damaged) from None
        raise CorpusError(f"The archive can't be unpacked: {reason(error)}.") from error
