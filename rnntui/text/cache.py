"""The cache's files: records, arrays after a record, and an index of files read before.

A record is a line of JSON and a line with its CRC-32. Arrays after it begin at multiples of 64
bytes, each with its own CRC-32, and are memory-mapped. A damaged file counts as absent and is made
anew. The caches of encoded texts (`encoded_text.py`) and of labelled texts (`labelled/cache.py`)
use these files.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rnntui.atomic_files import atomic_write, remove_stale_parts
from rnntui.plain_files import open_plain
from rnntui.text.stamps import FileStamp

DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""The exceptions of reading a damaged or foreign record."""

_ARRAYS_VERSION = 1
_ALIGNMENT = 64
_DTYPES = frozenset({"|u1", "<u2", "<u4", "<i8"})
_LONGEST_LINE = 1 << 28
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True, eq=False)
class CachedArrays:
    """The content of a file: JSON values, and flat read-only arrays by name."""

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def short_hash(value: object) -> str:
    """40 hex digits of the SHA-256 of a value's JSON, as a file name."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:40]


def bytes_of(array: NDArray[Any]) -> memoryview:
    """The bytes of a flat array; only a non-contiguous one is copied."""
    return np.ascontiguousarray(array).view(np.uint8).data


def write_record(path: Path, body: Mapping[str, Any], arrays: Iterable[NDArray[Any]] = ()) -> None:
    """Write a record and arrays after it, atomically. Raises `OSError`."""
    line = json.dumps(body).encode()
    with atomic_write(path) as file:
        written = file.write(line + b"\n%d\n" % zlib.crc32(line))
        for array in arrays:
            written += file.write(bytes(-written % _ALIGNMENT))
            written += file.write(bytes_of(array))
    remove_stale_parts(path.parent)


def read_record(path: Path) -> dict[str, Any]:
    """The body of a record without arrays. Raises one of `DAMAGE`."""
    with open_plain(path) as file:
        body = _read_head(file)
        if file.read(1):
            raise ValueError(f"{path.name} is damaged")
        return body


def write_arrays(path: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named flat arrays and a description. Raises `OSError`."""
    listed = [
        [name, array.dtype.str, len(array), zlib.crc32(bytes_of(array))]
        for name, array in arrays.items()
    ]
    body = {"version": _ARRAYS_VERSION, "about": dict(about), "arrays": listed}
    write_record(path, body, arrays.values())


def read_arrays(path: Path) -> CachedArrays | None:
    """Map a file of `write_arrays`; None if it is absent or damaged."""
    try:
        with open_plain(path) as file:
            body, position = _read_head(file), file.tell()
        if body["version"] != _ARRAYS_VERSION:
            return None
        arrays = {}
        for name, dtype, length, checksum in body["arrays"]:
            if dtype not in _DTYPES:
                return None
            position += -position % _ALIGNMENT
            arrays[name] = map_array(path, np.dtype(dtype), length, position)
            if zlib.crc32(bytes_of(arrays[name])) != checksum:
                return None
            position += arrays[name].nbytes
        return CachedArrays(body["about"], arrays)
    except DAMAGE:
        return None


def map_array(path: Path, dtype: np.dtype[Any], length: int, offset: int = 0) -> NDArray[Any]:
    """Map `length` numbers from byte `offset` of a file, read-only. Raises OSError, ValueError."""
    if not length:  # an empty range can't be mapped
        return np.zeros(0, dtype=dtype)
    with open_plain(path) as file:
        return np.asarray(np.memmap(file, dtype=dtype, mode="r", offset=offset, shape=(length,)))


def remember(
    path: Path, stamps: tuple[FileStamp, ...], content: Mapping[str, Any], read_at_ns: int
) -> None:
    """Store in the index file `path` the content that files of these stamps had at `read_at_ns`.

    Nothing is stored for a file modified within the two seconds before, as a further change might
    not alter its modification time, nor if the cache can't be written.
    """
    if any(read_at_ns - stamp.mtime_ns < _SETTLED_NS for stamp in stamps):
        return
    with suppress(OSError):
        write_record(path, {"stamps": _hash_stamps(stamps), **content})


def recall(path: Path, stamps: tuple[FileStamp, ...]) -> Mapping[str, Any] | None:
    """The content stored for files with these stamps, or None; the caller checks its fields."""
    try:
        body = read_record(path)
        return body if body["stamps"] == _hash_stamps(stamps) else None
    except DAMAGE:
        return None


def _read_head(file: BinaryIO) -> dict[str, Any]:
    line = file.readline(_LONGEST_LINE).removesuffix(b"\n")
    checksum = file.readline(32)
    if not checksum.endswith(b"\n") or zlib.crc32(line) != int(checksum):
        raise ValueError("a record is damaged")
    body: dict[str, Any] = json.loads(line)
    return body


def _hash_stamps(stamps: tuple[FileStamp, ...]) -> str:
    digest = hashlib.sha256()
    for stamp in stamps:
        digest.update(repr(stamp).encode())
    return digest.hexdigest()
