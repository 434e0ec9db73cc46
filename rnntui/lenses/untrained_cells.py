"""Untrained networks of the size of another one, with other cells: what a cell does by itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rnntui.nets.arrays import Arrays
from rnntui.nets.cells import CELLS
from rnntui.nets.config import ModelConfig
from rnntui.nets.initial_weights import forget_gate_biases, initial_weights

FORGET_BIAS: Final = 1.0
"""What is added to the gate that keeps the old state (Jozefowicz et al. 2015)."""


def untrained_cells(config: ModelConfig, seed: int = 1) -> Iterator[tuple[ModelConfig, Arrays]]:
    """A new network for each cell of the program, all else as in `config`.

    Weights are drawn as torch draws them, the same from the same `seed`; gates that keep the old
    state begin open by `FORGET_BIAS`.
    """
    for cell in CELLS:
        other = replace(config, cell=cell)
        added = forget_gate_biases(other, FORGET_BIAS)
        yield (
            other,
            {
                name: array + added[name] if name in added else array
                for name, array in initial_weights(other, "torch", seed).items()
            },
        )
