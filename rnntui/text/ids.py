"""Turns a counted text into an array of ids, in memory or in a file."""

import tempfile
import zlib
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from rnntui.errors import CorpusError, reason
from rnntui.text.counting import SymbolCounts
from rnntui.text.vocabulary import codepoints

BLOCK = 1 << 20
"""Bytes of a file of ids per checksum."""

HELD_IN_MEMORY = 1 << 24
"""Most characters of a text whose translated ids are held in memory."""

IdArray = npt.NDArray[np.unsignedinteger[Any]]
IdType = np.dtype[np.unsignedinteger[Any]]


class Checksums:
    """The CRC-32 of each block of a file written piece by piece."""

    def __init__(self) -> None:
        """Start with an empty file."""
        self._finished: list[int] = []
        self._open = 0
        self._filled = 0

    def add(self, data: bytes) -> None:
        """Add the next bytes of the file."""
        rest = memoryview(data)
        while rest:
            piece = rest[: BLOCK - self._filled]
            self._open = zlib.crc32(piece, self._open)
            self._filled += len(piece)
            rest = rest[len(piece) :]
            if self._filled == BLOCK:
                self._finished.append(self._open)
                self._open = self._filled = 0

    def blocks(self) -> list[int]:
        """The checksums so far; the last block may be short."""
        return [*self._finished, self._open] if self._filled else list(self._finished)


def id_type(symbols: int) -> IdType:
    """The smallest unsigned little-endian type for the ids of so many symbols."""
    if symbols <= 1 << 8:
        return np.dtype("<u1")
    return np.dtype("<u2") if symbols <= 1 << 16 else np.dtype("<u4")


def write_ids(
    counted: SymbolCounts, chunks: Iterable[str], file: BinaryIO, checksums: Checksums
) -> None:
    """Write the ids of a text to `file`, with ordinary writes so that no pages stay mapped.

    Raises `CorpusError` for another text than the counted one.
    """
    to_bytes = _encoder(counted)
    written = 0
    for chunk in chunks:
        try:
            data = to_bytes(chunk)
        except IndexError:
            written = -1
            break
        file.write(data)
        checksums.add(data)
        written += len(chunk)
    if written != counted.total:
        raise CorpusError("The text was changed while it was being read; try again.")


def temporary_ids(counted: SymbolCounts, chunks: Iterable[str]) -> IdArray:
    """The ids of a text, mapped from a file that vanishes with the array. Raises `OSError`."""
    kind = id_type(len(counted.vocabulary))
    with tempfile.TemporaryFile() as file:
        write_ids(counted, chunks, file, Checksums())
        file.flush()
        return np.asarray(np.memmap(file, dtype=kind, mode="r"))


def translated_ids(ids: IdArray, translation: IdArray) -> IdArray:
    """`translation[ids]`, read-only; for a long text mapped from a file that vanishes with it.

    Raises `CorpusError` if the disk is full.
    """
    if len(ids) <= HELD_IN_MEMORY:
        translated = translation[ids]
        translated.flags.writeable = False
        return translated
    try:
        with tempfile.TemporaryFile() as file:
            for start in range(0, len(ids), BLOCK):
                file.write(translation[ids[start : start + BLOCK]].tobytes())
            file.flush()
            return np.asarray(np.memmap(file, dtype=translation.dtype, mode="r"))
    except OSError as error:
        raise CorpusError(
            f"There is no disk space for the encoded text ({reason(error)}); free some."
        ) from error


def ids_in_memory(counted: SymbolCounts, text: str) -> IdArray:
    """The ids of a short text, `[len(text)]`, read-only."""
    kind = id_type(len(counted.vocabulary))
    return np.frombuffer(_encoder(counted)(text), dtype=kind)


def _encoder(counted: SymbolCounts) -> Callable[[str], bytes]:
    """The function from text to the bytes of its ids."""
    symbols = counted.vocabulary.symbols
    kind = id_type(len(symbols))
    table = np.zeros(max(map(ord, symbols)) + 1, dtype=kind)
    table[codepoints("".join(symbols))] = np.arange(len(symbols), dtype=kind)
    ascii_table = np.zeros(256, dtype=kind)
    ascii_table[: min(len(table), 128)] = table[:128]
    byte_table = ascii_table.tobytes()

    def to_bytes(text: str) -> bytes:
        if not text.isascii():
            return table[codepoints(text)].tobytes()
        data = text.encode("ascii")
        if kind.itemsize == 1:
            return data.translate(byte_table)
        return ascii_table[np.frombuffer(data, dtype=np.uint8)].tobytes()

    return to_bytes
