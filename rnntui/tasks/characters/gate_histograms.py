"""Histograms of the gates' activations at each evaluation, for loggers.

The weights are the copy that the loop publishes after the evaluation, so that nothing of the
training is touched; what a network reads is the same stretch of its text each time.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from rnntui.lenses.activations import activations
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.run import Run
from rnntui.training.commands import WeightsOutlet
from rnntui.training.events import Evaluated, GateHistogram, TrainEvent

CHARACTERS: Final = 64
"""Characters read: of the held-out part, or of the training part where nothing is held out."""

BINS: Final = 30


class GateHistograms:
    """An outlet that wants the weights after each evaluation; passes all copies on."""

    def __init__(self, run: Run, outlet: WeightsOutlet) -> None:
        """Measure on the text of `run`; copies go on to `outlet`."""
        training, held_out = run.parts
        self._ids = (held_out if len(held_out) else training)[:CHARACTERS]
        self._outlet = outlet
        self._evaluated: Evaluated | None = None
        self._weights: NetworkWeights | None = None
        self._last_step = -1

    def wanted(self) -> bool:
        """Whether there was an evaluation since the last copy, or the other outlet wants one."""
        return self._evaluated is not None or self._outlet.wanted()

    def publish(self, weights: NetworkWeights) -> None:
        """Keep a copy that follows an evaluation, and pass it on."""
        if self._evaluated is not None:
            self._weights = weights
        self._outlet.publish(weights)

    def measured(self, event: TrainEvent | None) -> Iterator[GateHistogram]:
        """The histograms of the weights that were published before this event, if any."""
        weights, evaluated = self._weights, self._evaluated
        if weights is not None and evaluated is not None:
            self._weights = self._evaluated = None
            # At the end the last weights may be evaluated again, in full.
            if weights.step != self._last_step:
                yield from histograms(weights, self._ids, evaluated.elapsed_s)
            self._last_step = weights.step
        if isinstance(event, Evaluated):
            self._evaluated = event


def histograms(weights: NetworkWeights, ids: Any, elapsed_s: float) -> Iterator[GateHistogram]:
    """The histogram of each gate of each layer, the lowest first, over the ids `[T]`."""
    found = activations(weights.config, weights.arrays, ids, np.float32)
    for number, layer in enumerate(found.layers, start=1):
        for gate, values in layer.gates.items():
            counts, edges = np.histogram(values[np.isfinite(values)], bins=BINS)
            yield GateHistogram(
                weights.step, elapsed_s, number, gate, tuple(edges.tolist()), tuple(counts.tolist())
            )
