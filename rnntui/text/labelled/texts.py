"""Many texts in one array of bytes, decoded on demand."""

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from rnntui.text.labelled.tokens import Offsets


class PackedTexts(Sequence[str]):
    """N texts as UTF-8: `data` `[total]` uint8, and `offsets` `[N + 1]`, their starts."""

    def __init__(self, data: NDArray[np.uint8], offsets: Offsets) -> None:
        """Use arrays made by `pack`, which may be memory-mapped."""
        self.data = data
        self.offsets = offsets

    def __len__(self) -> int:
        """N, the number of texts."""
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        """A text, or those of a slice."""
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(len(self))))
        at = range(len(self))[index]
        return self.data[self.offsets[at] : self.offsets[at + 1]].tobytes().decode()


def pack(texts: Iterable[str]) -> PackedTexts:
    """Pack texts into one array. Lone surrogates, which no file can hold, become `?`."""
    data = bytearray()
    ends = [0]
    for text in texts:
        data += text.encode("utf-8", "replace")
        ends.append(len(data))
    return PackedTexts(np.frombuffer(data, dtype=np.uint8), np.array(ends, dtype=np.int64))
