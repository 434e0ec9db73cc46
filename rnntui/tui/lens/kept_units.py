"""What units track at the steps that a run has kept, measured one step at a time, and one's curve.

The thread that looks measures a step between two rests, so that a training run keeps its speed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnntui.errors import CheckpointError
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.neurons import Tracked, UnitCorrelations, unit_correlations
from rnntui.lenses.unit_history import UnitHistory
from rnntui.runtime.recorded.kept_networks import KeptNetworks
from rnntui.runtime.session import Network
from rnntui.text.vocabulary import AnyIds
from rnntui.tui.lens.findings import text_and_features
from rnntui.tui.lens.lens_figures import chosen_unit, short_feature
from rnntui.tui.lens.traced_text import TraceRow

MEASURED_STEPS: Final = 128
"""Most steps that are measured: more than a line has cells, and as much as memory allows."""

MEASURED_CHARACTERS: Final = 4_000
"""Characters of the network's own text that are read for each step."""


@dataclass(frozen=True)
class UnitCurve:
    """One unit's correlation with a feature, -1 to 1, by the step, so far as it is measured.

    `feature` is the feature's name, or a sentence where there is no curve. `there_from` is the step
    from which on the unit tracks it.
    """

    feature: str
    values: Mapping[int, float]
    there_from: int | None = None

    def about(self, value: float | None) -> str:
        """The curve in words; `value` is the correlation at the kept step that is looked at."""
        number = "" if value is None else f" {value:+.2f}"
        since = "" if self.there_from is None else f" from {self.there_from:,}"
        return f"{self.feature}{number}{since}"


class KeptUnits:
    """What every unit tracks after each kept step of a run, so far as it is measured."""

    def __init__(self, network: Network, kept: KeptNetworks, pattern: str) -> None:
        """Measure nothing yet; `pattern` is a regular expression that units may track, or empty."""
        self.network, self.pattern = network, pattern
        self._kept = kept
        self._measured: dict[int, UnitCorrelations] = {}
        self._gone: set[int] = set()
        """The steps whose files can't be read."""
        self._found: tuple[AnyIds, Mapping[str, Floats]] | None = None
        self.history: UnitHistory | None = None
        """What is measured; another one after each step. None at first."""

    @property
    def is_being_trained(self) -> bool:
        """Whether the run is in progress."""
        return self._kept.is_being_trained

    def measure_next(self, instead: Sequence[int], should_stop: Callable[[], bool]) -> bool:
        """Measure one more step; False where all are measured. Reads files.

        The ids of `instead` are read where the network's own text is gone.

        A step whose file is not valid is passed over. Raises `ConfigError` for a pattern that
        can't be matched, and `MeasurementStoppedError` soon after `should_stop` is True.
        """
        steps = spread(self._kept.steps())
        known = {step: found for step, found in self._measured.items() if step in steps}
        missing = (one for one in coarse_first(steps) if one not in known and one not in self._gone)
        if (step := next(missing, None)) is not None:
            try:
                weights = self._kept.at(step)
            except CheckpointError:
                # The lens says what is wrong with a step where one is.
                self._gone.add(step)
                return True
            known[step] = unit_correlations(
                weights.config, weights.arrays, *self._text(instead), np.float32, should_stop
            )
        if known.keys() == self._measured.keys():
            return False
        self._measured = known
        ordered = sorted(known)
        self.history = (
            UnitHistory(tuple(ordered), tuple(known[step] for step in ordered)) if known else None
        )
        return True

    def _text(self, instead: Sequence[int]) -> tuple[AnyIds, Mapping[str, Floats]]:
        """The ids that are read, and the features of their text, found once."""
        if self._found is None:
            self._found = text_and_features(
                self.network, instead, self.pattern, MEASURED_CHARACTERS
            )
        return self._found

    def curve(self, row: TraceRow, number: int, gone_to: Tracked | None = None) -> UnitCurve:
        """The curve of a row's unit, with the feature that it tracks best at the last step.

        Or with the feature for which one has `gone_to` that unit.
        """
        history = self.history
        if history is None:
            return UnitCurve("measuring …", {})
        last = history.found[-1]
        unit = chosen_unit(last, row, number)
        if not (best := last.of_unit(unit, 1)):
            return UnitCurve("it tracks nothing", {})
        feature = best[0].feature
        if gone_to is not None and gone_to.unit == unit and gone_to.feature in last.features:
            feature = gone_to.feature
        values = np.nan_to_num(history.curve(unit, feature))
        by_step = dict(zip(history.steps, map(float, values), strict=True))
        return UnitCurve(short_feature(feature), by_step, history.there_from(unit, feature))


def kept_units_of(network: Network, pattern: str, known: KeptUnits | None) -> KeptUnits | None:
    """The known ones, or others where network or pattern are others; None where none is kept."""
    if network.kept is None:
        return None
    if known is not None and known.network is network and known.pattern == pattern:
        return known
    return KeptUnits(network, network.kept, pattern)


def spread(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Every step, or every second, fourth, … of too many: as there are more, none is a new one."""
    every = 1
    while len(steps) > MEASURED_STEPS * every:
        every *= 2
    return steps[::every]


def coarse_first(steps: tuple[int, ...]) -> list[int]:
    """The last step, then the first and those between in ever smaller distances."""
    order, distance = dict.fromkeys(steps[-1:]), max(len(steps), 1)
    while distance >= 1:
        order |= dict.fromkeys(steps[::distance])
        distance //= 2
    return list(order)
