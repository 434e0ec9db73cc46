"""Arrays and a few words about them in one file, to be mapped into memory.

A file is a line of JSON, a line with its checksum, and the arrays, each at a
multiple of 64 bytes and with a checksum of its own. Any doubt about a file
makes it absent, to be made again.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.atomic_files import atomic_write, remove_stale_parts
from rnntui.plain_files import open_plain

_FORMAT_VERSION = 1
_ALIGNMENT = 64
_KINDS = frozenset({"|u1", "<u2", "<u4", "<i8"})
_LONGEST_HEADER = 1 << 28


@dataclass(frozen=True, eq=False)
class Stored:
    """What a file holds: values that JSON knows, and flat arrays, read-only."""

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def store(path: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file whole. Raises OSError."""
    header = {
        "version": _FORMAT_VERSION,
        "about": dict(about),
        "arrays": [
            [name, array.dtype.str, len(array), zlib.crc32(bytes_of(array))]
            for name, array in arrays.items()
        ],
    }
    line = json.dumps(header).encode()
    with atomic_write(path) as file:
        written = file.write(line + b"\n%d\n" % zlib.crc32(line))
        for array in arrays.values():
            written += file.write(bytes(-written % _ALIGNMENT))
            written += file.write(bytes_of(array))
    remove_stale_parts(path.parent)


def stored(path: Path) -> Stored | None:
    """Open a file that `store` wrote; None when there is none or it's damaged in any byte."""
    try:
        with open_plain(path) as file:
            line = file.readline(_LONGEST_HEADER).removesuffix(b"\n")
            checksum = int(file.readline(32))
            place = file.tell()
        if zlib.crc32(line) != checksum:
            return None
        header = json.loads(line)
        if header["version"] != _FORMAT_VERSION:
            return None
        arrays = {}
        for name, kind, length, expected in header["arrays"]:
            if kind not in _KINDS:
                return None
            place += -place % _ALIGNMENT
            arrays[name] = _mapped(path, np.dtype(kind), length, place)
            if zlib.crc32(bytes_of(arrays[name])) != expected:
                return None
            place += arrays[name].nbytes
        return Stored(header["about"], arrays)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def bytes_of(array: NDArray[Any]) -> memoryview:
    """Return the bytes of a flat array, not copied where they stand one after the other."""
    return np.ascontiguousarray(array).view(np.uint8).data


def _mapped(path: Path, kind: np.dtype[Any], length: int, place: int) -> NDArray[Any]:
    if not length:  # nothing can't be mapped
        return np.zeros(0, dtype=kind)
    with open_plain(path) as file:
        return np.asarray(np.memmap(file, dtype=kind, mode="r", offset=place, shape=(length,)))
