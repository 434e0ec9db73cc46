"""One character through the network at a time, in NumPy: the fast path for generating text.

torch spends most of such a small step on itself; products of one row with
NumPy are several times faster. Agreement with `CharModel` is tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.cells import find_cell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_operations import NUMPY

Floats32 = NDArray[np.float32]
NumpyState = tuple[Floats32, ...]
"""`h` (and for an LSTM `c`), each `[L, N, H]`, for N streams side by side."""


@dataclass(frozen=True)
class NetworkWeights:
    """A whole, unchanging copy of a network's weights, by the names of `weight_shapes`.

    `step` is the training step at which the copy was taken.
    """

    config: ModelConfig
    arrays: Mapping[str, Floats32]
    step: int


class NumpyNetwork:
    """A network that reads one character per stream and scores the next."""

    def __init__(self, weights: NetworkWeights) -> None:
        """Lay the weights out for products with rows; nothing is shared with the trainer."""
        self.config = weights.config
        self._cell = find_cell(self.config.cell)
        self.step = weights.step
        arrays = weights.arrays
        first = arrays["layers.0.weight_ih"]
        self._embedding = arrays.get("embedding.weight")
        # With one-hot input the product with the input weights is a row of them.
        self._columns = np.ascontiguousarray(first.T) if self._embedding is None else None
        self._layers = [
            (
                arrays[f"layers.{number}.weight_ih"],
                arrays.get(f"layers.{number}.weight_hh"),
                arrays[f"layers.{number}.bias"],
            )
            for number in range(self.config.num_layers)
        ]
        self._head = (arrays["head.weight"], arrays["head.bias"])

    def zero_state(self, streams: int) -> NumpyState:
        """The state before any character has been read, for `streams` streams."""
        shape = (self.config.num_layers, streams, self.config.hidden_size)
        return tuple(np.zeros(shape, np.float32) for _ in self.config.state_tensors)

    def read(self, ids: NDArray[np.integer], state: NumpyState) -> NumpyState:
        """The state after reading one character in each stream; `ids` is `[N]`."""
        after = tuple(np.empty_like(part) for part in state)
        x = ids if self._embedding is None else self._embedding[ids]  # [N] or [N, E]
        for number, (weight_ih, weight_hh, bias) in enumerate(self._layers):
            below = x
            if number == 0 and self._columns is not None:
                gates = self._columns[x] + bias  # [N, G·H]
            else:
                gates = x @ weight_ih.T + bias
            recurrent = None if weight_hh is None else state[0][number] @ weight_hh.T
            before = tuple([part[number] for part in state])
            step = self._cell.step(NUMPY, gates, recurrent, before, self.config.nonlinearity)
            for part, now in zip(after, step.state, strict=True):
                part[number] = now
            x = step.state[0]
            if number > 0 and self.config.connections == "residual":
                x = x + below
        return after

    def scores(self, state: NumpyState) -> Floats32:
        """Logits `[N, V]` for the next character of each stream."""
        weight, bias = self._head
        hidden = state[0]
        # Every layer's hidden state reaches the head over residual connections.
        top = hidden.sum(axis=0) if self.config.connections == "residual" else hidden[-1]
        return np.asarray(top @ weight.T + bias)
