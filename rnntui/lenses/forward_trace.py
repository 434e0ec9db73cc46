"""The forward trace: every number of a forward pass, one time step after another, in NumPy.

It computes in float64 from whatever the weights are; how a step is shown is
somebody else's. Agreement with `CharModel` is tested.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_operations import NUMPY

Floats = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """One recurrent layer: `input` `[G·H, I]`, `bias` `[G·H]`, `recurrent` `[G·H, H]`.

    The recurrent weights of a cell that does not read its hidden state are zeros.
    """

    cell: str
    nonlinearity: Nonlinearity
    input: Floats
    bias: Floats
    recurrent: Floats


@dataclass(frozen=True, eq=False)
class LayerStep:
    """What one layer reads and computes at one time step; all but `input` are `[H]`.

    `pre_activations` and `gates` go by the names of the cell's gates: a gate is
    its pre-activation after the activation. `previous` and `state` are the cell's states
    before and after the step, the hidden state first.
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
        """The hidden state after it."""
        return self.state[0]

    @property
    def cell(self) -> Floats | None:
        """The second state after it, an LSTM's cell state; None where there is none."""
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
    states = [(zero,) * len(config.state_tensors)] * len(layers)
    for rank in ids:
        read = one_hot(rank, config.vocab_size)
        if embedding is not None:
            read = np.asarray(embedding[rank], np.float64)
        steps: list[LayerStep] = []
        x = read
        for number, layer in enumerate(layers):
            step = layer_step(layer, x, states[number])
            states[number] = step.state
            skips = number > 0 and config.connections == "residual"
            x = step.hidden + x if skips else step.hidden
            steps.append(step)
        output = head @ x + head_bias
        yield StepTrace(int(rank), read, tuple(steps), output, softmax(output))


def layer_weights(config: ModelConfig, arrays: Arrays) -> tuple[LayerWeights, ...]:
    """The recurrent layers of a network, lowest first, as float64."""
    shape = (config.gates * config.hidden_size, config.hidden_size)

    def layer(number: int) -> LayerWeights:
        weight, bias = (
            np.asarray(arrays[f"layers.{number}.{name}"], np.float64)
            for name in ("weight_ih", "bias")
        )
        recurrent = arrays.get(f"layers.{number}.weight_hh", np.zeros(shape))
        return LayerWeights(
            config.cell, config.nonlinearity, weight, bias, np.asarray(recurrent, np.float64)
        )

    return tuple(layer(number) for number in range(config.num_layers))


def layer_step(layer: LayerWeights, x: Floats, previous: tuple[Floats, ...]) -> LayerStep:
    """One time step of one layer, by its cell's equations.

    `x` is `[I]`, `previous` are the states before it, each `[H]`.
    """
    kind = find_cell(layer.cell)
    from_input = layer.input @ x + layer.bias
    from_hidden = layer.recurrent @ previous[0]
    step = kind.step(NUMPY, from_input, from_hidden, previous, layer.nonlinearity)
    return LayerStep(
        input=x,
        previous=previous,
        pre_activations=dict(zip(kind.gate_names, step.pre_activations, strict=True)),
        gates=dict(zip(kind.gate_names, step.gates, strict=True)),
        state=step.state,
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
