"""Bytes as units: any file at all, as it is; the vocabulary is the same for all.

A byte of ASCII is shown as its character, any other by its value in hexadecimal digits. Text is
decoded as UTF-8; bytes that are no text are shown as U+FFFD.
"""

import codecs
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from rnntui.errors import CorpusError
from rnntui.text.unit_kinds import Units
from rnntui.text.vocabulary import Ids, Vocabulary

_SYMBOLS: Final = (*map(chr, range(128)), *(f"<{value:02X}>" for value in range(128, 256)))


class ByteVocabulary(Vocabulary):
    """The 256 bytes; the id of each is its value."""

    units: ClassVar[Units] = "bytes"

    def split(self, text: str) -> list[str]:
        """The symbols of the bytes of `text` in UTF-8; these aren't its text when joined."""
        return [_SYMBOLS[value] for value in text.encode("utf-8", "replace")]

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """1 for each byte that begins a character in UTF-8, 0 for one that continues it."""
        return np.array([value & 0xC0 != 0x80 for value in range(256)], np.int64)

    def encode(self, text: str) -> Ids:
        """The bytes of `text` in UTF-8."""
        data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
        return data.astype(np.int64)

    def decode(self, ids: npt.ArrayLike) -> str:
        """The text of bytes in UTF-8, with U+FFFD for what isn't. Raises `CorpusError`."""
        values = np.asarray(ids).reshape(-1)
        if values.size and not (values.min() >= 0 and values.max() < 256):
            raise CorpusError("A byte is a number from 0 to 255.")
        return values.astype(np.uint8).tobytes().decode("utf-8", "replace")

    def decoder(self) -> Callable[[int], str]:
        """Text by whole characters: empty for a byte that doesn't end one."""
        incremental = codecs.getincrementaldecoder("utf-8")("replace")
        return lambda value: incremental.decode(bytes((value,)))


BYTE_VOCABULARY: Final = ByteVocabulary(_SYMBOLS)
