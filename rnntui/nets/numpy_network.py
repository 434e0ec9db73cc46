"""The forward pass in NumPy, one character at a time: what sampling, traces and gradient flow run.

torch spends most of so small a step on itself; products of one row with NumPy are several
times faster. Arithmetic is in the precision of the weights. Agreement with `CharModel` is tested.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnntui.nets.arrays import Array, Arrays, Floats32
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import CellStep, Nonlinearity, RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_operations import NUMPY

LayerState = tuple[Array, ...]
"""One layer's state tensors, in its cell's order, each `[..., H]`."""

NetworkState = tuple[LayerState, ...]
"""The layers' states, lowest layer first."""


@dataclass(frozen=True)
class NetworkWeights:
    """A whole, unchanging copy of a network's weights, by the names of `weight_shapes`.

    `step` is the training step at which the copy was taken. `cells` are the layers' cells, the
    lowest first, where they differ from the configuration's, as after surgery.
    """

    config: ModelConfig
    arrays: Mapping[str, Floats32]
    step: int
    cells: tuple[RecurrentCell, ...] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class NumpyLayer:
    """One recurrent layer: `weight_ih` `[G·H, I]`, `bias` `[G·H]`, `weight_hh` `[G·H, H]`.

    `weight_hh` is None for a cell that is not recurrent. `columns` `[V, G·H]` is the transpose of
    `weight_ih` in a layer that reads ids: the product with a one-hot vector is a row of it.
    """

    cell: RecurrentCell
    nonlinearity: Nonlinearity
    weight_ih: Array
    weight_hh: Array | None
    bias: Array
    columns: Array | None

    def step(self, x: Array, state: LayerState) -> CellStep:
        """One time step from input `[..., I]` or ids `[...]`; `state` is `[..., H]` each."""
        product = x @ self.weight_ih.T if self.columns is None else self.columns[x]
        recurrent = None if self.weight_hh is None else state[0] @ self.weight_hh.T
        return self.cell.step(NUMPY, product + self.bias, recurrent, state, self.nonlinearity)


class NumpyNetwork:
    """Reads one character per stream and scores the next."""

    def __init__(
        self, config: ModelConfig, arrays: Arrays, cells: Sequence[RecurrentCell] | None = None
    ) -> None:
        """Use weights by the names of `weight_shapes`, which are not copied.

        `cells` are the layers' cells, the lowest first (default: the configuration's).
        """
        self.config = config
        self.embedding: Array | None = arrays.get("embedding.weight")
        reads_ids = self.embedding is None
        cells = [find_cell(config.cell)] * config.num_layers if cells is None else cells
        self.layers = tuple(
            NumpyLayer(
                cells[number],
                config.nonlinearity,
                arrays[f"layers.{number}.weight_ih"],
                arrays.get(f"layers.{number}.weight_hh"),
                arrays[f"layers.{number}.bias"],
                np.ascontiguousarray(arrays["layers.0.weight_ih"].T)
                if reads_ids and number == 0
                else None,
            )
            for number in range(config.num_layers)
        )
        self._is_residual = config.connections == "residual"
        self._head = (arrays["head.weight"], arrays["head.bias"])

    def zero_state(self, *shape: int) -> NetworkState:
        """The state before any character: of N streams `[N, H]` each, or `[H]` without `shape`."""
        config, kind = self.config, self._head[0].dtype
        tensors = range(len(config.state_tensors))
        return tuple(
            tuple(np.zeros((*shape, config.hidden_size), kind) for _ in tensors)
            for _ in range(config.num_layers)
        )

    def layer_steps(self, ids: Any, state: NetworkState) -> Iterator[tuple[Array, CellStep]]:
        """Read one character in each stream; yield each layer's input and its cell's step.

        `ids` is `[N]`, or a single id. The first input is `ids` itself where there is no embedding.
        """
        x = ids if self.embedding is None else self.embedding[ids]  # [N] or [N, E]
        for number, layer in enumerate(self.layers):
            step = layer.step(x, state[number])
            yield x, step
            hidden = step.state[0]
            x = hidden + x if number > 0 and self._is_residual else hidden

    def read(self, ids: Any, state: NetworkState) -> NetworkState:
        """The state after reading one character in each stream; `ids` is `[N]`."""
        return tuple([step.state for _, step in self.layer_steps(ids, state)])

    def scores(self, state: NetworkState) -> Array:
        """Logits `[N, V]` for the next character of each stream."""
        weight, bias = self._head
        top = state[-1][0]
        if self._is_residual:  # then every layer's hidden state reaches the head
            top = np.sum([layer[0] for layer in state], axis=0)
        return np.asarray(top @ weight.T + bias)
