"""The forward trace: every number of a forward pass, one time step after another, in NumPy.

It computes in float64 from whatever the weights are; how a step is shown is
somebody else's. Agreement with `CharModel` is tested.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.config import Cell, ModelConfig, Nonlinearity

Floats = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]

GATE_NAMES: dict[Cell, tuple[str, ...]] = {
    "rnn": ("hidden",),
    "lstm": ("input", "forget", "cell", "output"),
    "gru": ("reset", "update", "new"),
}
"""The blocks of a layer's weights, in torch's order; a vanilla RNN's one block is its state."""


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """One recurrent layer: `input` `[G·H, I]`, `recurrent` `[G·H, H]`, `bias` `[G·H]`."""

    cell: Cell
    nonlinearity: Nonlinearity
    input: Floats
    recurrent: Floats
    bias: Floats


@dataclass(frozen=True, eq=False)
class LayerStep:
    """What one layer reads and computes at one time step; all but `input` are `[H]`.

    `pre_activations` and `gates` go by the names of `GATE_NAMES`: a gate is
    its pre-activation after sigmoid or tanh. The two cell states are an LSTM's.
    """

    input: Floats
    previous_hidden: Floats
    previous_cell: Floats | None
    pre_activations: dict[str, Floats]
    gates: dict[str, Floats]
    cell: Floats | None
    hidden: Floats


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
        """The ids of the `count` likeliest next characters, the likeliest first."""
        return [int(rank) for rank in np.argsort(-self.output, kind="stable")[:count]]


def forward_trace(config: ModelConfig, arrays: Arrays, ids: Sequence[int]) -> Iterator[StepTrace]:
    """Read `ids` from the zero state; a step for each.

    `arrays` are weights by the names and in the shapes of `weight_shapes`.
    """
    layers = layer_weights(config, arrays)
    embedding = arrays.get("embedding.weight")
    head, head_bias = (
        np.asarray(arrays[f"head.{part}"], np.float64) for part in ("weight", "bias")
    )
    zero = np.zeros(config.hidden_size)
    hidden = [zero] * len(layers)
    cells: list[Floats | None] = [zero if config.cell == "lstm" else None] * len(layers)
    for rank in ids:
        read = one_hot(rank, config.vocab_size)
        if embedding is not None:
            read = np.asarray(embedding[rank], np.float64)
        steps: list[LayerStep] = []
        x = read
        for number, layer in enumerate(layers):
            step = layer_step(layer, x, hidden[number], cells[number])
            hidden[number], cells[number] = step.hidden, step.cell
            skips = number > 0 and config.connections == "residual"
            x = step.hidden + x if skips else step.hidden
            steps.append(step)
        output = head @ x + head_bias
        yield StepTrace(int(rank), read, tuple(steps), output, softmax(output))


def layer_weights(config: ModelConfig, arrays: Arrays) -> tuple[LayerWeights, ...]:
    """The recurrent layers of a network, lowest first, as float64."""
    parts = ("weight_ih", "weight_hh", "bias")
    return tuple(
        LayerWeights(
            config.cell,
            config.nonlinearity,
            *(np.asarray(arrays[f"layers.{number}.{part}"], np.float64) for part in parts),
        )
        for number in range(config.num_layers)
    )


def layer_step(
    layer: LayerWeights, x: Floats, hidden: Floats, cell: Floats | None = None
) -> LayerStep:
    """One time step of one layer, by the formulas of `RecurrentLayer`.

    `x` is `[I]`, `hidden` and (for an LSTM) `cell` are the states before it, `[H]`.
    """
    names = GATE_NAMES[layer.cell]
    from_input = np.split(layer.input @ x + layer.bias, len(names))
    from_hidden = np.split(layer.recurrent @ hidden, len(names))
    sums = [a + b for a, b in zip(from_input, from_hidden, strict=True)]
    after: Floats | None = None
    if layer.cell == "lstm":
        assert cell is not None
        gates = [sigmoid(sums[0]), sigmoid(sums[1]), np.tanh(sums[2]), sigmoid(sums[3])]
        inlet, forget, candidate, outlet = gates
        after = forget * cell + inlet * candidate
        new_hidden = outlet * np.tanh(after)
    elif layer.cell == "gru":
        reset, update = sigmoid(sums[0]), sigmoid(sums[1])
        sums[2] = from_input[2] + reset * from_hidden[2]
        gates = [reset, update, np.tanh(sums[2])]
        new_hidden = (1 - update) * gates[2] + update * hidden
    else:
        tanh = layer.nonlinearity == "tanh"
        gates = [np.tanh(sums[0]) if tanh else np.maximum(sums[0], 0.0)]
        new_hidden = gates[0]
    return LayerStep(
        input=x,
        previous_hidden=hidden,
        previous_cell=cell,
        pre_activations=dict(zip(names, sums, strict=True)),
        gates=dict(zip(names, gates, strict=True)),
        cell=after,
        hidden=new_hidden,
    )


def one_hot(rank: int, size: int) -> Floats:
    """Zeros, `[size]`, but for a one at `rank`."""
    vector = np.zeros(size)
    vector[rank] = 1.0
    return vector


def softmax(output: Floats) -> Floats:
    """Probabilities in proportion to `exp(output)`, `[V]`."""
    # The largest is taken off first, since exp overflows; the quotient is the same.
    powers = np.exp(output - output.max())
    return np.asarray(powers / powers.sum())


def sigmoid(x: Floats) -> Floats:
    """`1 / (1 + exp(-x))`, by way of tanh, since exp overflows."""
    return np.asarray(0.5 * np.tanh(0.5 * x) + 0.5)
