"""The backward pass: gradients of outputs by everything before them, one time step after another.

Back-propagation through time, written out in NumPy (Werbos 1990). It goes back from several time
steps at once: a row of numbers for each output joins where the pass comes to its step.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.lenses.forward_trace import Floats, LayerStep, StepTrace
from rnntui.nets.numpy_network import NumpyLayer, NumpyNetwork


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """One layer's gradients at one time step, a row for each of N outputs.

    `hidden` `[N, H]` is the gradient by h_k, and `states` `[N, H]` that by each other state.
    `to_input` and `to_recurrent` `[N, G·H]` are the gradients by the products with the input's and
    with the recurrent weights; `passed` `[N, H]` those by each state before the step.
    """

    hidden: Floats
    states: tuple[Floats, ...]
    to_input: Floats
    to_recurrent: Floats
    passed: tuple[Floats, ...]


def backward_pass(
    network: NumpyNetwork, steps: Sequence[StepTrace], outputs: Mapping[int, Floats]
) -> Iterator[tuple[int, list[LayerGradients]]]:
    """Go back from the last of the traced `steps` to the first; yield each with its layers.

    `outputs` has for a step's number the gradients by the head's input there, `[n, H]`: its rows
    are added below those of later steps. `network` is of float64.
    """
    layers = network.layers
    is_residual = network.config.connections == "residual"
    size, states = network.config.hidden_size, len(network.config.state_tensors)
    nothing = np.zeros((0, size))
    # The gradients that the next step passes back to this one's states; none after the last.
    later = [(nothing,) * states for _ in layers]
    for k in range(len(steps) - 1, -1, -1):
        joining = outputs.get(k, nothing)
        more = np.zeros((len(joining), size))
        from_above = np.concatenate((np.zeros((len(later[0][0]), size)), joining))
        found: list[LayerGradients] = []
        for number in range(len(layers) - 1, -1, -1):
            rest = [np.concatenate((rows, more)) for rows in later[number]]
            asked = (rest[0] + from_above, *rest[1:])
            back = layer_gradients(layers[number], steps[k].layers[number], asked)
            found.append(back)
            later[number] = back.passed
            if number:
                skipping = from_above if is_residual else 0.0
                from_above = back.to_input @ layers[number].weight_ih + skipping
        yield k, found[::-1]


def layer_gradients(
    layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]
) -> LayerGradients:
    """Backward through one step: `asked` is the gradient by h_k, then the next step's by others."""
    return BY_HAND.get(layer.cell.name, gradients_by_autograd)(layer, step, asked)


def gradients_by_autograd(
    layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]
) -> LayerGradients:
    """The same for any cell by torch's autograd on its equations, in float64."""
    import torch

    from rnntui.nets.recurrent import TORCH

    rows = asked[0].shape[:-1]

    def leaf(values: Floats) -> torch.Tensor:
        # A row of its own for each output, as they are asked for their own gradients.
        whole = np.broadcast_to(values, (*rows, len(values)))
        return torch.tensor(whole, dtype=torch.float64, requires_grad=True)

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
    passed = (to_recurrent @ recurrent + states[0], *states[1 : len(before)])
    others = tuple(states[len(before) :])
    return LayerGradients(asked[0], others, to_input, to_recurrent, passed)


def _recurrent_weights(layer: NumpyLayer) -> Floats:
    """The recurrent weights `[G·H, H]`: zeros for a cell without them."""
    if layer.weight_hh is None:
        return np.zeros((len(layer.bias), len(layer.bias) // len(layer.cell.gate_names)))
    return layer.weight_hh


def _of_rnn(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> LayerGradients:
    (hidden,) = asked
    if layer.nonlinearity == "tanh":
        delta = hidden * (1 - step.hidden**2)
    else:
        delta = hidden * (step.pre_activations["hidden"] > 0)
    return LayerGradients(hidden, (), delta, delta, (delta @ _recurrent_weights(layer),))


def _of_lstm(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> LayerGradients:
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
        ),
        axis=-1,
    )
    passed = (delta @ _recurrent_weights(layer), cell * forget)
    return LayerGradients(hidden, (cell,), delta, delta, passed)


def _of_gru(layer: NumpyLayer, step: LayerStep, asked: tuple[Floats, ...]) -> LayerGradients:
    reset, update, new = step.gates.values()
    (hidden,) = asked
    recurrent, size = _recurrent_weights(layer), len(reset)
    remembered = recurrent[2 * size :] @ step.previous_hidden
    at_new = hidden * (1 - update) * (1 - new**2)
    at_update = hidden * (step.previous_hidden - new) * update * (1 - update)
    at_reset = at_new * remembered * reset * (1 - reset)
    to_input = np.concatenate((at_reset, at_update, at_new), axis=-1)
    to_recurrent = np.concatenate((at_reset, at_update, at_new * reset), axis=-1)
    passed = to_recurrent @ recurrent + hidden * update
    return LayerGradients(hidden, (), to_input, to_recurrent, (passed,))


BY_HAND = {"rnn": _of_rnn, "lstm": _of_lstm, "gru": _of_gru}
"""The cells with a backward step written out, to be read beside the formulas."""
