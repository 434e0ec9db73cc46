"""A marked stretch of a text: the units whose pattern it is, and where else that pattern is.

The question of LSTMVis (Strobelt et al. 2016, arXiv 1606.07461), answered in one go: units that
are on through the stretch and off around it, the telling ones first, and the other stretches of a
corpus in which they are on together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rnntui.lenses.matching_stretches import Match, OnOff, SignedUnit, matches, units_on_through
from rnntui.text.ngrams.baselines import never

MOST_UNITS: Final = 32
"""Units whose pattern is looked for: those that are on least often in the corpus."""


@dataclass(frozen=True)
class MarkedUnit:
    """A unit that is on through a stretch, and the `share` of the corpus in which it is on."""

    signed: SignedUnit
    row: int
    share: float


@dataclass(frozen=True)
class MarkedStretch:
    """A stretch from `start` up to `stop`, and what was found for it.

    `units` are those that are on through it, and off within `slack` + 1 characters at either side,
    the rarest in the corpus first. `places` are the stretches of the corpus in which the first
    `MOST_UNITS` of them are on together, the best first.
    """

    start: int
    stop: int
    slack: int
    units: tuple[MarkedUnit, ...]
    places: tuple[Match, ...]

    @property
    def looked_for(self) -> int:
        """How many units' pattern was looked for."""
        return min(len(self.units), MOST_UNITS)


def marked_stretch(
    text: OnOff,
    start: int,
    stop: int,
    corpus: OnOff,
    count: int = 20,
    should_stop: Callable[[], bool] = never,
) -> MarkedStretch:
    """Name the units of a stretch of `text`, and `count` other stretches of `corpus` like it.

    Both were read by the same network; they may be the same. A unit has to be off right beside
    the stretch, or, while there is none, within more and more characters, up to the stretch's
    length. Raises `ValueError` for a stretch that isn't within the text, and
    `MeasurementStoppedError` soon after `should_stop` returns True.
    """
    slack, rows = 0, units_on_through(text, start, stop)
    while not rows and slack < stop - start:
        slack = min(2 * slack + 1, stop - start)
        rows = units_on_through(text, start, stop, slack)
    found = [MarkedUnit(corpus.units[row], row, corpus.share(row)) for row in rows]
    units = tuple(sorted(found, key=lambda unit: (unit.share, unit.row)))
    looked_for = [unit.row for unit in units[:MOST_UNITS]]
    places = matches(corpus, looked_for, stop - start, count + 1, slack, should_stop)
    if text is corpus:
        places = [place for place in places if place.stop <= start or stop <= place.start]
    return MarkedStretch(start, stop, slack, units, tuple(places[:count]))
