"""Activations: the gates and states of a whole text as arrays over time.

Where `forward_trace` has every number of one step after another, this has the same values of many
steps in few arrays, and computes them several times faster: the products with the inputs are made
for a chunk of text at once, so that only the recurrence is left to the loop over time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.lenses.forward_trace import steps_at_window_ends
from rnntui.nets.arrays import Array, Arrays
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import LayerState, NetworkState, NumpyLayer, NumpyNetwork
from rnntui.nets.numpy_operations import NUMPY
from rnntui.text.ngrams.baselines import never
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.vocabulary import AnyIds

CHUNK: Final = 4096
"""Time steps computed between two calls of `should_stop`, and in one chunk; a multiple of 8."""

MOST_NUMBERS: Final = 1 << 22
"""Numbers of the largest array of a chunk, which shortens the chunks of large networks."""

Precision = type[np.float64] | type[np.float32]


@dataclass(frozen=True, eq=False)
class LayerActivations:
    """One layer's values after each of T steps, `[T, H]` each.

    `gates` (after their activation) are by the cell's gate names and `states` by the names of
    its state tensors, the hidden state first.
    """

    gates: dict[str, Array]
    states: dict[str, Array]

    @property
    def hidden(self) -> Array:
        """The hidden state after each step, `[T, H]`."""
        return next(iter(self.states.values()))


@dataclass(frozen=True, eq=False)
class Activations:
    """The values of T steps in all layers, the lowest first.

    `start` is the place in the text of the first of the `ids` `[T]` that were read.
    """

    start: int
    ids: AnyIds
    layers: tuple[LayerActivations, ...]
    network: NumpyNetwork

    @cached_property
    def scores(self) -> Array:
        """The logits for the character after each, `[T, V]`, computed when they are asked for."""
        return self.network.scores(tuple((layer.hidden,) for layer in self.layers))

    @property
    def last(self) -> NetworkState:
        """The network's state after the last step, from which it can go on."""
        return tuple(tuple(state[-1] for state in layer.states.values()) for layer in self.layers)


def activations(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> Activations:
    """The activations of a whole text, which take `L · (gates + states) · H` numbers a character.

    As `activation_chunks`, whose chunks are joined. Raises `CorpusError` for an empty text.
    """
    if not len(ids):
        raise CorpusError("There is nothing to read: the text is empty.")
    chunks = list(activation_chunks(config, arrays, ids, None, precision, should_stop, cells))
    layers = []
    for parts in zip(*(chunk.layers for chunk in chunks), strict=True):
        gates, states = ([vars(part)[name] for part in parts] for name in ("gates", "states"))
        layers.append(LayerActivations(_joined(gates), _joined(states)))
    return Activations(0, np.asarray(ids), tuple(layers), chunks[0].network)


def activation_chunks(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    state: NetworkState | None = None,
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> Iterator[Activations]:
    """Read `ids` `[T]` from `state` (default: zero); yield chunks of at most `CHUNK` steps.

    `arrays` are weights by the names and in the shapes of `weight_shapes`, of any precision;
    the arithmetic is in `precision`, of which `float32` takes less than half of the time. `cells`
    are as of `NumpyNetwork`.

    A network on windows reads for each character the window that ends with it, from the zero
    state, and takes no `state`. Raises `MeasurementStoppedError` soon after `should_stop`
    returns True.
    """
    network = NumpyNetwork(
        config, {name: np.asarray(array, precision) for name, array in arrays.items()}, cells
    )
    ids = np.asarray(ids)
    widest = max(config.gates * config.hidden_size, config.vocab_size)
    length = max(8, min(CHUNK, MOST_NUMBERS // widest) // 8 * 8)
    state = network.zero_state() if state is None else state
    for start in range(0, len(ids), length):
        if should_stop():
            raise MeasurementStoppedError
        part = ids[start : start + length]
        if config.window:
            layers = _of_windows(network, ids, start, len(part))
        else:
            layers = _of_stream(network, part, state)
        chunk = Activations(start, part, layers, network)
        state = chunk.last
        yield chunk


def _of_stream(
    network: NumpyNetwork, ids: AnyIds, state: NetworkState
) -> tuple[LayerActivations, ...]:
    """All layers over consecutive characters, one layer after the other."""
    x = ids if network.embedding is None else network.embedding[ids]
    found: list[LayerActivations] = []
    for number, layer in enumerate(network.layers):
        found.append(_of_layer(layer, x, state[number]))
        hidden = found[-1].hidden
        is_residual = network.config.connections == "residual" and number > 0
        x = hidden + x if is_residual else hidden
    return tuple(found)


def _of_layer(layer: NumpyLayer, x: Array, state: LayerState) -> LayerActivations:
    """One layer over its inputs `[T, I]`, or ids `[T]`."""
    cell, weight = layer.cell, layer.weight_hh
    product = x @ layer.weight_ih.T if layer.columns is None else layer.columns[x]
    from_input = product + layer.bias  # [T, G·H]
    shape = (len(x), len(state[0]))
    gates = [np.empty(shape, from_input.dtype) for _ in cell.gate_names]
    states = [np.empty(shape, from_input.dtype) for _ in cell.state_tensors]
    kept = [*gates, *states]
    for time, below in enumerate(from_input):
        from_hidden = None if weight is None else weight @ state[0]
        step = cell.step(NUMPY, below, from_hidden, state, layer.nonlinearity)
        state = step.state
        for array, values in zip(kept, step.gates + state, strict=True):
            array[time] = values
    return LayerActivations(
        dict(zip(cell.gate_names, gates, strict=True)),
        dict(zip(cell.state_tensors, states, strict=True)),
    )


def _of_windows(
    network: NumpyNetwork, ids: AnyIds, start: int, count: int
) -> tuple[LayerActivations, ...]:
    """All layers at the ends of the `count` windows that end from `start` on."""
    steps = steps_at_window_ends(network, ids, start, count)
    return tuple(
        LayerActivations(
            dict(zip(layer.cell.gate_names, step.gates, strict=True)),
            dict(zip(layer.cell.state_tensors, step.state, strict=True)),
        )
        for layer, (_, _, step) in zip(network.layers, steps, strict=True)
    )


def _joined(parts: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
