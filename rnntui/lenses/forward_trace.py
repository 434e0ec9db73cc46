"""The forward trace: every number of a forward pass, one time step after another.

A network on windows predicts after each character from the window that ends with it, read from
the zero state: what it has there is the last step of a forward pass of its own.

Computed in float64, whatever the precision of the weights. Agreement with `CharModel` is tested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.arrays import Array, Arrays
from rnntui.nets.cells.cell import CellStep, RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import LayerState, NumpyNetwork
from rnntui.text.vocabulary import AnyIds

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerStep:
    """One layer's values at one time step; all but `input` are `[H]`.

    `pre_activations` and `gates` (the values after the activation) are by gate name; `previous`
    and `state` are the states before and after the step, the hidden state first.
    """

    input: Floats
    previous: tuple[Floats, ...]
    pre_activations: dict[str, Floats]
    gates: dict[str, Floats]
    state: tuple[Floats, ...]

    @property
    def previous_hidden(self) -> Floats:
        """The hidden state before the step."""
        return self.previous[0]

    @property
    def hidden(self) -> Floats:
        """The hidden state after the step."""
        return self.state[0]

    @property
    def cell(self) -> Floats | None:
        """The second state after the step, an LSTM's cell state; None where there is none."""
        return self.state[1] if len(self.state) > 1 else None


@dataclass(frozen=True, eq=False)
class StepTrace:
    """One time step of the whole network.

    `input` is the character's one-hot vector `[V]` or its embedding `[E]`;
    `output` and `probabilities` (its softmax) are `[V]`.
    """

    id: int
    input: Floats
    layers: tuple[LayerStep, ...]
    output: Floats
    probabilities: Floats

    @property
    def result(self) -> int:
        """The id of the likeliest next character."""
        return int(self.output.argmax())

    def likeliest(self, count: int) -> list[int]:
        """The ids of the `count` likeliest next characters, best first."""
        return [int(rank) for rank in np.argsort(-self.output, kind="stable")[:count]]


def forward_trace(
    config: ModelConfig,
    arrays: Arrays,
    ids: Sequence[int],
    cells: Sequence[RecurrentCell] | None = None,
) -> Iterator[StepTrace]:
    """Read `ids` from the zero state; yield a step for each.

    `arrays` are weights by the names and in the shapes of `weight_shapes`, of any precision, and
    `cells` as of `NumpyNetwork`.
    """
    network = double_precision(config, arrays, cells)
    state = network.zero_state()
    for rank in ids:
        table = network.embedding
        read = one_hot(rank, config.vocab_size) if table is None else table[rank]
        steps: list[LayerStep] = []
        for previous, (x, step) in zip(state, network.layer_steps(rank, state), strict=True):
            names = network.layers[len(steps)].cell.gate_names
            steps.append(
                LayerStep(
                    input=x if steps else read,
                    previous=previous,
                    pre_activations=dict(zip(names, step.pre_activations, strict=True)),
                    gates=dict(zip(names, step.gates, strict=True)),
                    state=step.state,
                )
            )
        state = tuple(step.state for step in steps)
        output = network.scores(state)
        yield StepTrace(int(rank), read, tuple(steps), output, softmax(output))


def text_trace(
    config: ModelConfig,
    arrays: Arrays,
    ids: Sequence[int],
    cells: Sequence[RecurrentCell] | None = None,
) -> Iterator[StepTrace]:
    """Yield a step for each of `ids` `[T]`, of a text of any length, as the network reads it.

    It is that of `forward_trace`; for a network on windows that of the last character of each
    window, which is shorter at the start of the text.
    """
    if not config.window:
        yield from forward_trace(config, arrays, ids, cells)
        return
    network = double_precision(config, arrays, cells)
    ends = steps_at_window_ends(network, np.asarray(ids), 0, len(ids)) if len(ids) else []
    for place, rank in enumerate(ids):
        table = network.embedding
        read = one_hot(rank, config.vocab_size) if table is None else table[rank]
        layers = [
            LayerStep(
                input=x[place] if number else read,
                previous=tuple(state[place] for state in previous),
                pre_activations=_at(place, layer.cell.gate_names, step.pre_activations),
                gates=_at(place, layer.cell.gate_names, step.gates),
                state=tuple(state[place] for state in step.state),
            )
            for number, (layer, (x, previous, step)) in enumerate(
                zip(network.layers, ends, strict=True)
            )
        ]
        output = network.scores(tuple(layer.state for layer in layers))
        yield StepTrace(int(rank), read, tuple(layers), output, softmax(output))


def steps_at_window_ends(
    network: NumpyNetwork, ids: AnyIds, start: int, count: int
) -> list[tuple[Array, LayerState, CellStep]]:
    """The last steps of the `count` windows of `ids` that end from `start` on, side by side.

    Each layer's, the lowest first: its input (ids `[N]` or vectors `[N, I]`), the states before
    the step, `[N, H]` each, and the cell's step. `count` is at least 1.
    """
    window, ends = network.config.window, np.arange(start, start + count)
    state = network.zero_state(count)
    for before in range(min(window, start + count) - 1, 0, -1):
        places = ends - before
        read = network.read(ids[np.maximum(places, 0)], state)
        # Windows that end near the start of the text are shorter: they wait at the zero state.
        begun = (places >= 0)[:, None]
        state = tuple(
            tuple(np.where(begun, new, old) for new, old in zip(news, olds, strict=True))
            for news, olds in zip(read, state, strict=True)
        )
    last = network.layer_steps(ids[ends], state)
    return [(x, previous, step) for previous, (x, step) in zip(state, last, strict=True)]


def _at(place: int, names: Sequence[str], values: Sequence[Array]) -> dict[str, Floats]:
    return {name: value[place] for name, value in zip(names, values, strict=True)}


def double_precision(
    config: ModelConfig, arrays: Arrays, cells: Sequence[RecurrentCell] | None = None
) -> NumpyNetwork:
    """The network with its weights as float64."""
    return NumpyNetwork(
        config, {name: np.asarray(array, np.float64) for name, array in arrays.items()}, cells
    )


def one_hot(rank: int, size: int) -> Floats:
    """A one-hot vector `[size]` with its one at `rank`."""
    vector = np.zeros(size)
    vector[rank] = 1.0
    return vector


def softmax(output: Floats) -> Floats:
    """Probabilities `[V]` from logits `[V]`."""
    # Subtracting the largest keeps exp from overflowing and doesn't change the quotient.
    powers = np.exp(output - output.max())
    return np.asarray(powers / powers.sum())
