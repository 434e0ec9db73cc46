"""Dropout masks as functions of a seed, a layer and a position alone.

A hash of the position decides whether a number is kept, so masks don't depend on how a batch is
shared among threads. The hash is the output function of SplitMix64 (Steele, Lea and Flood 2014) at
that position of the generator's sequence.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.compiled.compiling import compiled, llvm_inlined
from rnntui.nets.compiled.lanes import put_number

EMBEDDING = -1
"""The layer number of the embedding."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31 = np.uint64(27), np.uint64(30), np.uint64(31)
_POSSIBLE = 2.0**64


def _mixed(value: Any) -> Any:
    value = (value ^ (value >> _30)) * _FIRST
    value = (value ^ (value >> _27)) * _SECOND
    return value ^ (value >> _31)


_mixed_in_place = llvm_inlined(_mixed)


def dropout_masks(
    seed: int, layer: int, shape: tuple[int, ...], keep: float
) -> NDArray[np.float32]:
    """The mask of training as an array: `1 / keep` where a number is kept, else zero.

    `shape` is `[T, B, H]`, or `[B, H]` for one mask per sequence.
    """
    with np.errstate(over="ignore"):
        start = _mixed(np.uint64(seed % 2**64) + np.uint64(layer + 1) * _GOLDEN)
        position = np.arange(np.prod(shape), dtype=np.uint64).reshape(shape)
        drawn = _mixed(start + (position + np.uint64(1)) * _GOLDEN)
    kept = drawn < np.uint64(keep * _POSSIBLE)
    return np.where(kept, np.float32(1.0 / keep), np.float32(0.0))


@compiled
def fill_masks(
    address: int, states_row: int, seed: np.uint64, layer: int,
    first_row: int, rows: int, batch: int, units: int, length: int, fixed: int, keep: float,
) -> None:  # fmt: skip
    """Write the masks `[length, rows]` of the batch's rows from `first_row` on.

    `fixed` is 1 to repeat the first time step's mask.
    """
    start = _mixed_in_place(seed + np.uint64(layer + 1) * _GOLDEN)
    bound = np.uint64(keep * _POSSIBLE)
    scale = np.float32(1.0 / keep)
    for time in range(length):
        step = 0 if fixed else time
        for row in range(rows):
            position = np.uint64((step * batch + first_row + row) * units + 1)
            here = address + (time * rows + row) * states_row
            for unit in range(units):
                drawn = _mixed_in_place(start + (position + np.uint64(unit)) * _GOLDEN)
                put_number(scale if drawn < bound else np.float32(0.0), here + 4 * unit)
