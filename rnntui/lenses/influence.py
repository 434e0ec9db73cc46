"""Influence: how strongly each earlier character of a text acts on a prediction.

The gradient of one logit by each input before it: its norm, which is called connectivity in
Madsen's "Visualizing memorization in RNNs" (Distill, 2019), and its product with the input. The
norm says how much any other character there could change the logit, the product what the one that
stands there adds to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.backward_pass import backward_pass
from rnntui.lenses.forward_trace import Floats, StepTrace, double_precision, forward_trace
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NumpyNetwork
from rnntui.text.ngrams.baselines import never
from rnntui.text.ngrams.counts import MeasurementStoppedError


@dataclass(frozen=True, eq=False)
class Influence:
    """The influence of T characters on the predictions at N places.

    `norms` `[N, T]` has a row for each of the `places`: the norm of the gradient of the logit of
    the id in `targets` `[N]`, as it is once the character there is read, by the input of each
    character up to it, the embedding or the one-hot vector; 0 behind it. `products` `[N, T]` are
    those gradients times the inputs themselves: what each adds to the logit, to first order.
    """

    places: tuple[int, ...]
    targets: tuple[int, ...]
    norms: Floats
    products: Floats

    @property
    def shares(self) -> Floats:
        """The norms as parts of their row's sum, `[N, T]`; 0 in a row of zeros."""
        sums = self.norms.sum(axis=1, keepdims=True)
        return np.asarray(
            np.divide(self.norms, sums, out=np.zeros_like(self.norms), where=sums > 0)
        )

    def by_distance(self) -> Floats:
        """The mean norm by the distance from the place, over the places that reach as far, `[T]`.

        NaN at distances that no place has.
        """
        sums, counts = np.zeros(self.norms.shape[1]), np.zeros(self.norms.shape[1])
        for place, row in zip(self.places, self.norms, strict=True):
            sums[: place + 1] += row[place::-1]
            counts[: place + 1] += 1
        nowhere = np.full(len(sums), np.nan)
        return np.asarray(np.divide(sums, counts, out=nowhere, where=counts > 0))


def influence(
    config: ModelConfig,
    arrays: Arrays,
    ids: Sequence[int],
    places: Sequence[int],
    targets: Sequence[int] | None = None,
    should_stop: Callable[[], bool] = never,
) -> Influence:
    """The influence of each character of `ids` on the predictions behind those at `places`.

    `targets` are the ids whose logits are followed back, by default the likeliest. All places
    are answered by one backward pass, so that those of a whole line cost little more than one. A
    network on windows is read anew for each place, from the zero state.

    `arrays` are weights by the names and in the shapes of `weight_shapes`. Raises `CorpusError`
    for a place outside the text, and `MeasurementStoppedError` soon after `should_stop` is True.
    """
    if any(not 0 <= place < len(ids) for place in places):
        raise CorpusError(f"A place must be from 1 to {len(ids)}, the last character of the text.")
    network = double_precision(config, arrays)
    head = np.asarray(arrays["head.weight"], np.float64)
    norms, products = np.zeros((2, len(places), len(ids)))
    chosen = [0 if targets is None else target for target in targets or places]
    parts = [(0, list(range(len(places))))]
    if config.window:
        parts = [(max(0, place + 1 - config.window), [row]) for row, place in enumerate(places)]
    for first, rows in parts:
        ends = [places[row] - first for row in rows]
        steps: list[StepTrace] = []
        for step in forward_trace(config, arrays, ids[first : first + max(ends, default=-1) + 1]):
            _raise_if(should_stop)
            steps.append(step)
        if targets is None:
            for row, end in zip(rows, ends, strict=True):
                chosen[row] = steps[end].result
        starts = head[[chosen[row] for row in rows]]
        part = slice(first, first + len(steps))
        norms[rows, part], products[rows, part] = _gradients(
            network, steps, ends, starts, should_stop
        )
    return Influence(tuple(places), tuple(chosen), norms, products)


def _gradients(
    network: NumpyNetwork,
    steps: Sequence[StepTrace],
    ends: Sequence[int],
    starts: Floats,
    should_stop: Callable[[], bool],
) -> tuple[Floats, Floats]:
    """Norms and products `[N, T]` of the gradients that start at the head as `starts` `[N, H]`."""
    # A gradient g by the gates gives W'g by the input. Of a long one-hot vector that is many
    # numbers, and R'g has the same norm where W' = QR.
    lowest = network.layers[0]
    weight = lowest.weight_ih
    if weight.shape[1] > weight.shape[0]:
        weight = np.asarray(np.linalg.qr(weight.T, mode="r")).T
    order = sorted(range(len(ends)), key=lambda row: -ends[row])
    outputs = {end: starts[[row for row in order if ends[row] == end]] for end in set(ends)}
    norms, products = np.zeros((2, len(ends), len(steps)))
    for k, layers in backward_pass(network, steps, outputs):
        _raise_if(should_stop)
        to_input, step = layers[0].to_input, steps[k]
        reached = order[: len(to_input)]
        norms[reached, k] = np.linalg.norm(to_input @ weight, axis=1)
        # (W'g)'x is g'(Wx), and Wx a column of W for a one-hot x.
        columns = lowest.columns
        added = lowest.weight_ih @ step.input if columns is None else columns[step.id]
        products[reached, k] = to_input @ added
    return norms, products


def _raise_if(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise MeasurementStoppedError
