"""A network's forward pass over a text: every gate and state at every character, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnntui.lenses.forward_trace import Floats, StepTrace, text_trace
from rnntui.lenses.surprise import surprisal
from rnntui.nets.cells import find_cell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.vocabulary import Vocabulary

LONGEST: Final = 400
"""Most characters of a traced text."""


@dataclass(frozen=True, eq=False)
class TraceRow:
    """One gate or state of one layer over a text.

    `values` is `[T, H]`; `before` has a gate's pre-activations, None for a state. `layer` counts
    from 1, the lowest.
    """

    layer: int
    name: str
    values: NDArray[np.float64]
    before: NDArray[np.float64] | None
    is_hidden_state: bool = False

    @property
    def label(self) -> str:
        """The row's name beside its strip."""
        return f"{self.layer} {self.name}"

    @property
    def about(self) -> str:
        """The row's name in a sentence."""
        kind = "gate" if self.before is not None else "state"
        return f"layer {self.layer}, {self.name} {kind}"


@dataclass(frozen=True, eq=False)
class TracedText:
    """The forward pass over `ids` `[T]`, at least one; `step` is that of the weights."""

    vocabulary: Vocabulary
    ids: tuple[int, ...]
    steps: tuple[StepTrace, ...]
    config: ModelConfig
    step: int

    @property
    def characters(self) -> tuple[str, ...]:
        """The characters read."""
        return tuple(self.vocabulary.symbols[rank] for rank in self.ids)

    @cached_property
    def rows(self) -> tuple[TraceRow, ...]:
        """The top layer first; in a layer its gates, then its states."""
        cell = find_cell(self.config.cell)
        rows: list[TraceRow] = []
        for number in reversed(range(len(self.steps[0].layers))):
            layers = [step.layers[number] for step in self.steps]
            for gate in cell.gate_names:
                values = np.array([layer.gates[gate] for layer in layers])
                before = np.array([layer.pre_activations[gate] for layer in layers])
                rows.append(TraceRow(number + 1, gate, values, before))
            for place, state in enumerate(cell.state_tensors):
                values = np.array([layer.state[place] for layer in layers])
                rows.append(TraceRow(number + 1, state, values, None, place == 0))
        return tuple(rows)

    @property
    def units(self) -> int:
        """Units in a layer."""
        return int(self.rows[0].values.shape[1])

    @cached_property
    def costs(self) -> Floats:
        """Bits that each character cost, `[T]`; 0 for those before `first`."""
        costs, first = np.zeros(len(self.ids)), self.first
        if first < len(self.ids):
            scores = np.array([step.output for step in self.steps[first - 1 : -1]])
            costs[first:] = surprisal(scores, np.array(self.ids[first:]))
        return costs

    @property
    def first(self) -> int:
        """The place of the first character that is predicted: behind one, or a whole window."""
        return max(self.config.window, 1)

    def cost(self, place: int) -> float | None:
        """Bits that the character after `place` cost; None where there is none predicted."""
        return float(self.costs[place + 1]) if self.first <= place + 1 < len(self.ids) else None


def trace_text(weights: NetworkWeights, vocabulary: Vocabulary, ids: Sequence[int]) -> TracedText:
    """Trace `ids`, at least one, from the zero state; by windows where the network is on them."""
    steps = tuple(text_trace(weights.config, weights.arrays, ids, weights.cells))
    return TracedText(vocabulary, tuple(ids), steps, weights.config, weights.step)
