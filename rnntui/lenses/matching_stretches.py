"""Matching stretches: the units that are on through a marked stretch, and where else they are.

After LSTMVis (Strobelt et al. 2016, arXiv 1606.07461): a unit counts as on where its hidden state
is beyond a threshold. A text's units are kept as one bit for each character, so that a search of a
text of 1 MB takes some tenths of a second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnntui.lenses.activations import Precision, activation_chunks
from rnntui.lenses.neurons import Unit, units_of
from rnntui.nets.arrays import Arrays
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.text.ngrams.baselines import never
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.vocabulary import AnyIds

THRESHOLD: Final = 0.3
"""The hidden state, of either sign, from which on a unit is on."""


@dataclass(frozen=True)
class SignedUnit:
    """A unit that is on where its hidden state is at least the threshold, or at most minus it."""

    unit: Unit
    sign: int


@dataclass(frozen=True, eq=False)
class OnOff:
    """Where each unit of a network is on in a text of T characters.

    `bits` `[2·L·H, ⌈T/8⌉]` has a row for each of the `units`, with eight characters in a byte.
    """

    units: tuple[SignedUnit, ...]
    bits: NDArray[np.uint8]
    characters: int

    def row(self, number: int) -> NDArray[np.bool_]:
        """Where one unit is on, `[T]`."""
        return np.unpackbits(self.bits[number], count=self.characters).view(np.bool_)

    def share(self, number: int) -> float:
        """The part of the text's characters at which one unit is on, 0 to 1."""
        if not self.characters:
            return 0.0
        return int(np.bitwise_count(self.bits[number]).sum(dtype=np.int64)) / self.characters

    def part(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Where all units are on between two places, `[2·L·H, stop - start]`."""
        first = start // 8
        bits = np.unpackbits(self.bits[:, first : -(-stop // 8)], axis=1)
        return bits[:, start - 8 * first : stop - 8 * first].view(np.bool_)


@dataclass(frozen=True)
class Match:
    """A stretch with the pattern, in which `units` of those asked for are as in the marked one."""

    start: int
    stop: int
    units: int


def on_off(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    threshold: float = THRESHOLD,
    precision: Precision = np.float32,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> OnOff:
    """Read a text from the zero state; keep where each unit is on.

    `arrays`, `precision`, `should_stop` and `cells` are as in `activation_chunks`.
    """
    units = _signed_units(config)
    found = OnOff(units, np.empty((len(units), 0), np.uint8), 0)
    reading = on_off_so_far(config, arrays, ids, threshold, precision, should_stop, cells)
    for found in reading:  # noqa: B007
        pass
    return found


def on_off_so_far(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    threshold: float = THRESHOLD,
    precision: Precision = np.float32,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> Iterator[OnOff]:
    """The same, after each chunk that is read: where units are on up to there."""
    units = _signed_units(config)
    bits = np.empty((len(units), -(-len(ids) // 8)), np.uint8)
    chunks = activation_chunks(
        config, arrays, ids, precision=precision, should_stop=should_stop, cells=cells
    )
    for chunk in chunks:
        hidden = np.concatenate([layer.hidden.T for layer in chunk.layers])  # [L·H, T]
        packed = np.packbits(np.concatenate((hidden >= threshold, hidden <= -threshold)), axis=1)
        first = chunk.start // 8  # chunks but the last are multiples of 8 long
        stop = first + packed.shape[1]
        bits[:, first:stop] = packed
        yield OnOff(units, bits[:, :stop], chunk.start + len(chunk.ids))


def _signed_units(config: ModelConfig) -> tuple[SignedUnit, ...]:
    """Every unit's hidden state with either sign."""
    hidden_state = config.state_tensors[0]
    places = [unit for unit in units_of(config) if unit.state == hidden_state]
    return tuple(SignedUnit(unit, sign) for sign in (1, -1) for unit in places)


def units_on_through(text: OnOff, start: int, stop: int, slack: int = 0) -> list[int]:
    """The rows of the units that are on through a stretch and off around it.

    Such a unit is on at all characters from `start` up to `stop`, and was off before and is off
    again behind: at the next character, or with `slack` at one of that many more. The ends of
    the text count as off.
    """
    if not 0 <= start < stop <= text.characters:
        raise ValueError("a stretch lies within the text and is not empty")
    before, behind = max(0, start - 1 - slack), min(text.characters, stop + 1 + slack)
    part = text.part(before, behind)
    first, last = start - before, stop - before
    is_on = part[:, first:last].all(axis=1)
    was_off = ~part[:, :first].all(axis=1) if first > slack else np.ones(len(part), bool)
    is_off = ~part[:, last:].all(axis=1) if behind - stop > slack else np.ones(len(part), bool)
    return [int(row) for row in np.flatnonzero(is_on & was_off & is_off)]


def matches(
    text: OnOff,
    rows: Sequence[int],
    length: int,
    count: int = 20,
    slack: int = 0,
    should_stop: Callable[[], bool] = never,
) -> list[Match]:
    """The stretches of a text in which the units of `rows` are on together, the best first.

    A stretch is as long as it can be. The best have most units that are on through them and off
    around them (with `slack` as in `units_on_through`), then a length nearest to `length`. At
    first all of the units have to be on; if there are fewer than `count` such stretches, only as
    many as leave that number, at least half.

    Raises `MeasurementStoppedError` soon after `should_stop` returns True.
    """
    if not rows:
        return []
    together = np.zeros(text.characters, np.min_scalar_type(len(rows)))
    for row in rows:
        _raise_if(should_stop)
        together += text.row(row)
    for least in range(len(rows), (len(rows) - 1) // 2, -1):
        starts, stops = _runs(together >= least)
        if len(starts) >= count:
            break
    before = np.maximum(starts - 1 - slack, 0)
    behind = np.minimum(stops + 1 + slack, text.characters)
    begins, ends = starts <= slack, text.characters - stops <= slack
    fitting = np.zeros(len(starts), int)
    for row in rows:
        _raise_if(should_stop)
        sums = np.zeros(text.characters + 1, np.int32)  # of the characters before each place
        np.cumsum(text.row(row), out=sums[1:])
        whole = sums[stops] - sums[starts] == stops - starts
        was_off = begins | (sums[starts] - sums[before] < starts - before)
        is_off = ends | (sums[behind] - sums[stops] < behind - stops)
        fitting += whole & was_off & is_off
    order = np.lexsort((starts, np.abs(stops - starts - length), -fitting))[:count]
    return [Match(int(starts[at]), int(stops[at]), int(fitting[at])) for at in order]


def _runs(inside: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The starts and stops of the runs of places that are inside."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inside.view(np.int8), [0]))))
    return edges[::2], edges[1::2]


def _raise_if(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise MeasurementStoppedError
