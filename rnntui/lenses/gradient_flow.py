"""Gradient flow: the gradients of the loss at the end of a text by all earlier states.

Back-propagation through time, written out in NumPy (Werbos 1990; on vanishing and exploding
gradients, Bengio, Simard and Frasconi 1994). Agreement with torch's autograd is tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.forward_trace import (
    Floats,
    LayerStep,
    double_precision,
    forward_trace,
    one_hot,
)
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import Arrays, NumpyLayer


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """The gradients of `loss` (nats, at the last of T steps) in L layers of H units.

    `hidden` is dE/dh_k `[L, T, H]`, `cell` dE/dc_k of an LSTM's cell state or any cell's second
    state. Step k's share of dE/dW, W being a layer's recurrent weights, is the outer product of
    `deltas[layer, k]` `[G·H]` and `previous[layer, k]` `[H]`, the hidden state before the step.
    """

    loss: float
    hidden: Floats
    cell: Floats | None
    deltas: Floats
    previous: Floats

    @property
    def steps(self) -> int:
        """The number of characters read, T; distances are 0 to T - 1."""
        return int(self.hidden.shape[1])

    @property
    def hidden_norms(self) -> Floats:
        """The norm of dE/dh_k over all layers, by the distance from the end, `[T]`."""
        return _by_distance(self.hidden)

    @property
    def cell_norms(self) -> Floats | None:
        """The norm of dE/dc_k over all layers, by the distance from the end, `[T]`."""
        return None if self.cell is None else _by_distance(self.cell)

    def share(self, layer: int, step: int) -> Floats:
        """One step's share of a layer's dE/dW, `[G·H, H]`."""
        return np.outer(self.deltas[layer, step], self.previous[layer, step])

    def whole(self, layer: int) -> Floats:
        """The whole dE/dW of a layer, `[G·H, H]`: the sum of all steps' shares."""
        return np.asarray(self.deltas[layer].T @ self.previous[layer])

    @property
    def share_norms(self) -> Floats:
        """The norm of each step's share over all layers, by distance, `[T]`."""
        # The norm of an outer product is the product of the norms.
        norms = np.linalg.norm(self.deltas, axis=2) * np.linalg.norm(self.previous, axis=2)
        return np.asarray(np.linalg.norm(norms, axis=0)[::-1])

    @property
    def share_parts(self) -> Floats:
        """Each step's part of the whole gradient, by distance, `[T]`.

        A part is the share's projection on the whole gradient relative to the whole's norm, so
        that all add up to 1; a share of opposite direction has a negative part. All are 0 for a
        whole of 0.
        """
        along = np.zeros(self.steps)
        size = 0.0
        for layer, (deltas, previous) in enumerate(zip(self.deltas, self.previous, strict=True)):
            whole = self.whole(layer)
            along += ((deltas @ whole) * previous).sum(axis=1)
            size += float((whole**2).sum())
        return np.asarray(along[::-1] / size if size > 0 else along)


def gradient_flow(config: ModelConfig, arrays: Arrays, ids: Sequence[int]) -> GradientFlow:
    """Read all of `ids` but the last, the target, from the zero state.

    `arrays` are weights by the names and in the shapes of `weight_shapes`.
    Raises `CorpusError` for fewer than two ids.
    """
    if len(ids) < 2:
        raise CorpusError(
            "Gradients need a text of at least two characters: some to read, one to predict."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        return _flow(config, arrays, ids)


def scaled_recurrence(arrays: Arrays, factor: float) -> Arrays:
    """The same weights with the recurrent ones multiplied by `factor`."""
    return {
        name: array * factor if name.endswith("weight_hh") else array
        for name, array in arrays.items()
    }


def _flow(config: ModelConfig, arrays: Arrays, ids: Sequence[int]) -> GradientFlow:
    steps = list(forward_trace(config, arrays, ids[:-1]))
    layers = double_precision(config, arrays).layers
    head = np.asarray(arrays["head.weight"], np.float64)
    shape = (config.num_layers, len(steps), config.hidden_size)
    hidden, cell = np.zeros(shape), np.zeros(shape)
    deltas = np.zeros((config.num_layers, len(steps), config.gates * config.hidden_size))
    # The gradients that the next step passes back to this one's states; zero after the last.
    later = [(np.zeros(shape[2]),) * len(config.state_tensors) for _ in layers]
    last = steps[-1]
    # Cross-entropy after softmax: its gradient at the output is the error in the probabilities.
    from_above = head.T @ (last.probabilities - one_hot(ids[-1], config.vocab_size))
    for k in range(len(steps) - 1, -1, -1):
        for number in range(len(layers) - 1, -1, -1):
            hidden[number, k] = later[number][0] + from_above
            asked = (hidden[number, k], *later[number][1:])
            back = _back(layers[number], steps[k].layers[number], asked)
            cell[number, k] = back.states[0] if back.states else 0.0
            deltas[number, k], later[number] = back.to_recurrent, back.passed
            skipping = from_above if config.connections == "residual" else 0.0
            from_above = layers[number].weight_ih.T @ back.to_input + (skipping if number else 0.0)
        # The loss is at the end alone: before it, the top layer's gradient comes from the future.
        from_above = np.zeros(config.hidden_size)
    previous = np.array(
        [[step.layers[n].previous_hidden for step in steps] for n in range(shape[0])]
    )
    loss = -_log_softmax(last.output)[ids[-1]]
    return GradientFlow(
        float(loss), hidden, cell if len(config.state_tensors) > 1 else None, deltas, previous
    )


@dataclass(frozen=True, eq=False)
class _Back:
    """One layer's backward step.

    `states` is dE/ds_k `[H]` of each state s but the hidden one; `to_input` and
    `to_recurrent` `[G·H]` are the gradients at the products with the input's and with
    the recurrent weights; `passed` those at each state before the step, `[H]`.
    """

    states: tuple[Floats, ...]
    to_input: Floats
    to_recurrent: Floats
    passed: tuple[Floats, ...]


def _back(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> _Back:
    """Backward through one step: `asked` is dE/dh_k, then the next step's dE/ds of other states."""
    return _BY_HAND.get(layer.cell.name, back_by_autograd)(layer, step, asked)


def back_by_autograd(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> _Back:
    """The same for any cell by torch's autograd on its equations, in float64."""
    import torch

    from rnntui.nets.recurrent import TORCH

    def leaf(values: Floats) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)

    recurrent = _recurrent_weights(layer)
    from_input = leaf(layer.weight_ih @ step.input + layer.bias)
    from_hidden = leaf(recurrent @ step.previous_hidden)
    before = tuple(map(leaf, step.previous))
    after = layer.cell.step(TORCH, from_input, from_hidden, before, layer.nonlinearity).state
    wanted = [from_input, from_hidden, *before, *after[1:]]
    found = torch.autograd.grad(after, wanted, list(map(torch.tensor, asked)), allow_unused=True)
    to_input, to_recurrent, *states = [
        np.zeros(part.shape) if gradient is None else gradient.numpy()
        for part, gradient in zip(wanted, found, strict=True)
    ]
    passed = (recurrent.T @ to_recurrent + states[0], *states[1 : len(before)])
    return _Back(tuple(states[len(before) :]), to_input, to_recurrent, passed)


def _recurrent_weights(layer: NumpyLayer) -> Floats:
    """The recurrent weights `[G·H, H]`: zeros for a cell without them."""
    if layer.weight_hh is None:
        return np.zeros((len(layer.bias), len(layer.bias) // len(layer.cell.gate_names)))
    return layer.weight_hh


def _back_rnn(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> _Back:
    (hidden,) = asked
    if layer.nonlinearity == "tanh":
        delta = hidden * (1 - step.hidden**2)
    else:
        delta = hidden * (step.pre_activations["hidden"] > 0)
    return _Back((), delta, delta, (_recurrent_weights(layer).T @ delta,))


def _back_lstm(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> _Back:
    inlet, forget, candidate, outlet = step.gates.values()
    hidden, later_cell = asked
    squashed = np.tanh(step.state[1])
    cell = later_cell + hidden * outlet * (1 - squashed**2)
    delta = np.concatenate(
        (
            cell * candidate * inlet * (1 - inlet),
            cell * step.previous[1] * forget * (1 - forget),
            cell * inlet * (1 - candidate**2),
            hidden * squashed * outlet * (1 - outlet),
        )
    )
    return _Back((cell,), delta, delta, (_recurrent_weights(layer).T @ delta, cell * forget))


def _back_gru(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> _Back:
    reset, update, new = step.gates.values()
    (hidden,) = asked
    recurrent, size = _recurrent_weights(layer), len(hidden)
    remembered = recurrent[2 * size :] @ step.previous_hidden
    at_new = hidden * (1 - update) * (1 - new**2)
    at_update = hidden * (step.previous_hidden - new) * update * (1 - update)
    at_reset = at_new * remembered * reset * (1 - reset)
    to_recurrent = np.concatenate((at_reset, at_update, at_new * reset))
    passed = recurrent.T @ to_recurrent + hidden * update
    return _Back((), np.concatenate((at_reset, at_update, at_new)), to_recurrent, (passed,))


_BY_HAND = {"rnn": _back_rnn, "lstm": _back_lstm, "gru": _back_gru}
"""The cells with a backward step written out, to be read beside the formulas."""


def _by_distance(gradients: Floats) -> Floats:
    """Norms over layers and units of `[L, T, H]`, the last step first."""
    return np.asarray(np.sqrt((gradients**2).sum(axis=(0, 2)))[::-1])


def _log_softmax(output: Floats) -> Floats:
    shifted = output - output.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))
