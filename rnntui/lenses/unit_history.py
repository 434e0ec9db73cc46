"""What each unit tracks after each of some steps of a training run: a unit being born."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnntui.lenses.activations import Precision
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.neurons import Unit, UnitCorrelations, unit_correlations
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.ngrams.baselines import never
from rnntui.text.vocabulary import AnyIds

GROWN: Final = 0.5
"""The part of its last correlation from which on a unit counts as there."""


@dataclass(frozen=True, eq=False)
class UnitHistory:
    """The units' correlations with the features after each of `steps`, in the order of these."""

    steps: tuple[int, ...]
    found: tuple[UnitCorrelations, ...]

    def curve(self, unit: Unit, feature: str) -> Floats:
        """One unit's correlation with one feature, `[S]`; NaN where either doesn't change."""
        last = self.found[-1]
        row, column = last.units.index(unit), last.features.index(feature)
        return np.array([one.values[row, column] for one in self.found])

    def there_from(self, unit: Unit, feature: str) -> int | None:
        """The step from which on a unit tracks a feature as at the end, half as strongly at least.

        None where it doesn't track it at the end.
        """
        curve = self.curve(unit, feature)
        if not np.isfinite(curve[-1]) or curve[-1] == 0:
            return None
        is_there = curve * np.sign(curve[-1]) >= GROWN * abs(curve[-1])
        missing = np.flatnonzero(~is_there)  # NaN is missing, too
        return self.steps[int(missing[-1]) + 1 if len(missing) else 0]


def unit_history(
    networks: Iterable[NetworkWeights],
    ids: AnyIds,
    features: Mapping[str, Floats],
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
) -> UnitHistory:
    """Correlate every unit with features `[T]` of a text, for networks of one run, at least one.

    They are taken one after the other, so one of them is in memory at a time. `ids`, `precision`
    and `should_stop` are as in `unit_correlations`.
    """
    steps, found = [], []
    for network in networks:
        steps.append(network.step)
        found.append(
            unit_correlations(network.config, network.arrays, ids, features, precision, should_stop)
        )
    return UnitHistory(tuple(steps), tuple(found))
