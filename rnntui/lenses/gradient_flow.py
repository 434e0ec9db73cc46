"""Gradient flow: the gradients of the loss at the end of a text by all earlier states.

On vanishing and exploding gradients, Bengio, Simard and Frasconi 1994. Agreement with torch's
autograd is tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.backward_pass import backward_pass
from rnntui.lenses.forward_trace import Floats, double_precision, forward_trace, one_hot
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig


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
    def layer_norms(self) -> Floats:
        """The norm of dE/dh_k of each layer, the lowest first, by the distance, `[L, T]`."""
        return np.asarray(np.sqrt((self.hidden**2).sum(axis=2))[:, ::-1])

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

    A network on windows reads the last window of them alone: all gradients by what stands before
    it are zero.

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
    first = max(len(ids) - 1 - config.window, 0) if config.window else 0
    steps = list(forward_trace(config, arrays, ids[first:-1]))
    network = double_precision(config, arrays)
    head = np.asarray(arrays["head.weight"], np.float64)
    shape = (config.num_layers, len(ids) - 1, config.hidden_size)
    hidden, cell, previous = np.zeros((3, *shape))
    deltas = np.zeros((*shape[:2], config.gates * config.hidden_size))
    last = steps[-1]
    # Cross-entropy after softmax: its gradient at the output is the error in the probabilities.
    error = last.probabilities - one_hot(ids[-1], config.vocab_size)
    # The loss is at the end alone: before it, all gradients come from the future.
    for k, layers in backward_pass(network, steps, {len(steps) - 1: (error @ head)[None]}):
        for number, back in enumerate(layers):
            at = number, first + k
            hidden[at] = back.hidden[0]
            cell[at] = back.states[0][0] if back.states else 0.0
            deltas[at] = back.to_recurrent[0]
            previous[at] = steps[k].layers[number].previous_hidden
    loss = -_log_softmax(last.output)[ids[-1]]
    return GradientFlow(
        float(loss), hidden, cell if len(config.state_tensors) > 1 else None, deltas, previous
    )


def _by_distance(gradients: Floats) -> Floats:
    """Norms over layers and units of `[L, T, H]`, the last step first."""
    return np.asarray(np.sqrt((gradients**2).sum(axis=(0, 2)))[::-1])


def _log_softmax(output: Floats) -> Floats:
    shifted = output - output.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))
