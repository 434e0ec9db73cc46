"""Neurons: what each unit of a network tracks, measured by its correlation with features of a text.

After Karpathy, Johnson and Fei-Fei (2015, arXiv 1506.02078), who found units for line position,
quotations and indentation by looking; here all units are measured. Against a feature of zeros and
ones, Pearson's correlation is the point-biserial one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.lenses.activations import Activations, Precision, activation_chunks
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.arrays import Array, Arrays
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.text.ngrams.baselines import never
from rnntui.text.vocabulary import AnyIds


@dataclass(frozen=True, order=True)
class Unit:
    """One of a layer's units, both counted from 0; `state` names the state tensor, such as `h`."""

    layer: int
    state: str
    number: int


@dataclass(frozen=True)
class Tracked:
    """A unit, a feature that it tracks, and their correlation, -1 to 1."""

    unit: Unit
    feature: str
    correlation: float


@dataclass(frozen=True, eq=False)
class UnitCorrelations:
    """The correlation `[U, K]` of each of U units with each of K features over `characters`.

    It is NaN where the unit or the feature doesn't change.
    """

    units: tuple[Unit, ...]
    features: tuple[str, ...]
    values: Floats
    characters: int

    def of_feature(self, feature: str, count: int) -> list[Tracked]:
        """The `count` units that track a feature best, by the size of the correlation."""
        column = self.values[:, self.features.index(feature)]
        return [Tracked(self.units[at], feature, float(column[at])) for at in _best(column, count)]

    def of_unit(self, unit: Unit, count: int) -> list[Tracked]:
        """The `count` features that a unit tracks best."""
        row = self.values[self.units.index(unit)]
        return [Tracked(unit, self.features[at], float(row[at])) for at in _best(row, count)]


def units_of(config: ModelConfig) -> tuple[Unit, ...]:
    """All units of a network: by layer, then by state tensor, then by number."""
    return tuple(
        Unit(layer, state, number)
        for layer in range(config.num_layers)
        for state in config.state_tensors
        for number in range(config.hidden_size)
    )


def values_at(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    units: Sequence[Unit],
    places: range,
    precision: Precision = np.float64,
    cells: Sequence[RecurrentCell] | None = None,
) -> Floats:
    """The activations of some units at some places of a text, `[N, U]`; NaN where none is read.

    The text is read from its beginning, a chunk at a time, and only these numbers are kept.
    """
    numbers = {unit: number for number, unit in enumerate(units_of(config))}
    columns = [numbers[unit] for unit in units]
    values = np.full((len(places), len(units)), np.nan)
    read = ids[: places.stop]
    for chunk in activation_chunks(config, arrays, read, precision=precision, cells=cells):
        start = max(places.start, chunk.start)
        stop = min(places.stop, chunk.start + len(chunk.ids))
        if start < stop:
            here = unit_values(chunk)[start - chunk.start : stop - chunk.start]
            values[start - places.start : stop - places.start] = here[:, columns]
    return values


def unit_values(found: Activations) -> Array:
    """The activations of all units, `[T, U]`, in the order of `units_of`."""
    return np.concatenate(
        [values for layer in found.layers for values in layer.states.values()], axis=1
    )


def unit_correlations(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    features: Mapping[str, Floats],
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> UnitCorrelations:
    """Correlate every unit, over a text read from the zero state, with features `[T]` of it.

    Takes memory for one chunk, however long the text. `arrays`, `precision`, `should_stop`
    and `cells` are as in `activation_chunks`.
    """
    columns = np.stack([np.asarray(feature, float) for feature in features.values()], axis=1)
    units = units_of(config)
    moments: _Moments | None = None
    chunks = activation_chunks(
        config, arrays, ids, precision=precision, should_stop=should_stop, cells=cells
    )
    for chunk in chunks:
        values = unit_values(chunk).astype(float)
        about = columns[chunk.start : chunk.start + len(values)]
        if moments is None:
            moments = _Moments(values.mean(axis=0), columns.mean(axis=0))
        moments.add(values, about)
    correlations = (
        np.full((len(units), len(features)), np.nan) if moments is None else moments.correlations()
    )
    return UnitCorrelations(units, tuple(features), correlations, len(ids))


class _Moments:
    """Sums from which correlations follow, of values from which a guess of their mean is taken.

    Without that, the difference of large sums would lose digits.
    """

    def __init__(self, units: Floats, features: Floats) -> None:
        self._guesses = (units, features)
        self._count = 0
        self._sums = [np.zeros(len(units)), np.zeros(len(features))]
        self._squares = [np.zeros(len(units)), np.zeros(len(features))]
        self._products = np.zeros((len(units), len(features)))

    def add(self, units: Floats, features: Floats) -> None:
        """Add the values of T characters, `[T, U]` and `[T, K]`."""
        sides = [side - guess for side, guess in zip((units, features), self._guesses, strict=True)]
        for number, side in enumerate(sides):
            self._sums[number] += side.sum(axis=0)
            self._squares[number] += (side**2).sum(axis=0)
        self._products += sides[0].T @ sides[1]
        self._count += len(units)

    def correlations(self) -> Floats:
        """`[U, K]`; NaN where something is constant."""
        count = self._count
        together = self._products - np.outer(*self._sums) / count
        spreads = [
            square - total**2 / count
            for square, total in zip(self._squares, self._sums, strict=True)
        ]
        # What is constant but for rounding has no correlation.
        changing = [
            spread > 1e-12 * (square + count * guess**2)
            for spread, square, guess in zip(spreads, self._squares, self._guesses, strict=True)
        ]
        sizes = np.sqrt(np.outer(*(np.maximum(spread, 0) for spread in spreads)))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.clip(together / sizes, -1.0, 1.0)
        return np.where(np.logical_and.outer(*changing), found, np.nan)


def _best(values: Floats, count: int) -> Sequence[int]:
    """The places of the largest sizes, best first, without NaN."""
    sizes = np.abs(values)
    order: NDArray[np.intp] = np.argsort(-sizes, kind="stable")  # NaN comes last
    return [int(at) for at in order[:count] if np.isfinite(values[at])]
