"""A vanilla recurrent network in NumPy, training included, written out by hand.

No step is left to a library: the forward pass, back-propagation through time, the update and
generation are below in that order, to be read in one sitting. Its weights have the names and
shapes of `weight_shapes`, so its checkpoints are like any other's.

Shapes: B sequences side by side, T characters in each, H hidden units, V
symbols in the vocabulary. Arrays are of the type of the weights: `float32` in
training, `float64` where gradients are compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.arrays import Array, Arrays

W_IH, W_HH, B_H = "layers.0.weight_ih", "layers.0.weight_hh", "layers.0.bias"
W_HY, B_Y = "head.weight", "head.bias"
"""The weights: [H, V], [H, H] and [H] of the recurrent layer, [V, H] and [V] of the output."""

EPSILON = 1e-8


@dataclass(frozen=True)
class ForwardPass:
    """The activations of a forward pass, which the backward pass needs.

    `inputs` is `[T, B]`; `hidden` `[T + 1, B, H]`, the initial state first; `probabilities`
    `[T, B, V]`, of each symbol to come next.
    """

    inputs: NDArray[np.int64]
    hidden: Array
    probabilities: Array


def read(weights: Arrays, inputs: NDArray[np.int64], state: Array) -> ForwardPass:
    """Read `inputs` `[T, B]` from the hidden state `[B, H]`, character by character.

    Elman's network (1990): the new hidden state is computed from the character and the hidden
    state before it, and the scores from the new hidden state alone.

        h[t] = tanh(W_ih x[t] + W_hh h[t-1] + b_h)
        y[t] = W_hy h[t] + b_y
        p[t] = softmax(y[t])

    `x[t]` is one-hot, so its product with a matrix is a column of the matrix, and no product
    is computed.
    """
    columns = weights[W_IH].T[inputs] + weights[B_H]  # [T, B, H]
    hidden = np.empty((len(inputs) + 1, *state.shape), state.dtype)
    hidden[0] = state
    for t in range(len(inputs)):
        hidden[t + 1] = np.tanh(columns[t] + hidden[t] @ weights[W_HH].T)
    return ForwardPass(inputs, hidden, softmax(hidden[1:] @ weights[W_HY].T + weights[B_Y]))


def softmax(scores: Array) -> Array:
    """Probabilities from scores, along the last axis."""
    # Subtracting the largest changes nothing and keeps exp from overflowing.
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def mean_loss(forward: ForwardPass, targets: NDArray[np.int64]) -> float:
    """The mean cross-entropy in nats; `targets` `[T, B]` are the next characters."""
    every = np.arange(targets.size)
    right = flat(forward.probabilities)[every, targets.ravel()]  # [T·B]
    return float(-np.log(right).mean())


def gradients(
    weights: Arrays, forward: ForwardPass, targets: NDArray[np.int64]
) -> dict[str, Array]:
    """The gradient of the mean loss by each weight: back-propagation through time.

    A hidden state acts on the loss in two ways: through its own scores, and through the next
    hidden state. So the backward pass starts at the end of the text and carries the gradient of
    all later losses from each state to the one before it (Rumelhart, Hinton and Williams 1986;
    Werbos 1990).
    """
    hidden, steps = forward.hidden, len(forward.inputs)
    # Softmax and cross-entropy together: the probabilities, minus one at the target.
    d_scores = forward.probabilities.copy()  # [T, B, V]
    flat(d_scores)[np.arange(targets.size), targets.ravel()] -= 1
    d_scores /= targets.size

    from_scores = d_scores @ weights[W_HY]  # [T, B, H]
    from_later = np.zeros_like(hidden[0])  # [B, H]
    # tanh'(a) is 1 - tanh(a)², and tanh(a) is the hidden state itself.
    through_tanh = 1 - hidden[1:] ** 2  # [T, B, H]
    d_sums = np.empty_like(from_scores)  # [T, B, H]: by tanh's arguments
    for t in reversed(range(steps)):
        d_sums[t] = (from_scores[t] + from_later) * through_tanh[t]
        from_later = d_sums[t] @ weights[W_HH]

    # The weights are shared by all steps, so their gradients are sums over the steps.
    d_columns = np.zeros_like(weights[W_IH].T)  # [V, H]
    np.add.at(d_columns, forward.inputs, d_sums)
    return {
        W_IH: d_columns.T,
        W_HH: flat(d_sums).T @ flat(hidden[:-1]),
        B_H: flat(d_sums).sum(axis=0),
        W_HY: flat(d_scores).T @ flat(hidden[1:]),
        B_Y: flat(d_scores).sum(axis=0),
    }


def flat(array: Array) -> Array:
    """`[T, B, N]` viewed as `[T·B, N]`: one row per character."""
    return array.reshape(-1, array.shape[-1])


def clip(slopes: dict[str, Array], bound: float) -> None:
    """Bound every element of the gradients to ±`bound`, in place.

    A factor above one at each step back makes gradients explode; clipped, they still point in
    about the right direction.
    """
    for slope in slopes.values():
        np.clip(slope, -bound, bound, out=slope)


def update(
    weights: dict[str, Array], slopes: Arrays, sums: dict[str, Array], learning_rate: float
) -> None:
    """One step of Adagrad (Duchi, Hazan and Singer 2011), in place.

    `sums` are the sums of all squared gradients so far: a weight with large ones takes smaller
    steps. The epsilon is inside the root, where torch's Adagrad adds it to the root.
    """
    for name, slope in slopes.items():
        sums[name] += slope * slope
        weights[name] -= learning_rate * slope / np.sqrt(sums[name] + EPSILON)


def generate(weights: Arrays, prime: list[int], choose: Callable[[Array], int]) -> Iterator[int]:
    """Read `prime`, then generate endlessly: each character is chosen, then read.

    `choose` picks an id by the probabilities `[V]`: `np.argmax` always the likeliest.
    """
    state = np.zeros((1, weights[W_HH].shape[0]), weights[W_HH].dtype)
    unread = np.array(prime)[:, None]  # [T, 1]
    while True:
        forward = read(weights, unread, state)
        state = forward.hidden[-1]
        chosen = int(choose(forward.probabilities[-1, 0]))
        yield chosen
        unread = np.array([[chosen]])
