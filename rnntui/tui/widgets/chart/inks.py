"""How series differ: a slot has a colour, dashes and a sign.

Signs and dashes cycle with other periods than colours, so the first 64 slots all look
different, and the first eight even without colour.
"""

from dataclasses import dataclass
from enum import IntEnum

from rnntui.chart_characters import CURVE_SIGNS

COLOURS = 8
"""Number of series colours in a theme."""


class Ink(IntEnum):
    """The kind of a cell's content; a palette gives each its style."""

    PLAIN = 0
    TITLE = 1
    AXIS = 2
    TICK_LABEL = 3
    GRID = 4
    REFERENCE = 5
    MARKER = 6
    EMPTY = 7
    CROSSHAIR = 8
    NOTE = 9
    REFERENCE_LABEL = 10
    READOUT = 64
    READOUT_TITLE = 65
    READOUT_NOTE = 66
    CROSSHAIR_TAG = 67


FIRST_BOXED = 64
"""Inks from here on have a background of their own."""

_FIRST_LINE, _FIRST_RAW, _FIRST_READOUT = 32, 48, 80


def line_ink(slot: int) -> int:
    """Ink of a series' line, sign and legend entry."""
    return _FIRST_LINE + slot % COLOURS


def raw_ink(slot: int) -> int:
    """Ink of the raw values behind a smoothed line."""
    return _FIRST_RAW + slot % COLOURS


def readout_ink(slot: int) -> int:
    """Ink of a series' sign in the crosshair's box."""
    return _FIRST_READOUT + slot % COLOURS


@dataclass(frozen=True)
class Dashes:
    """A repeated pattern of dots along x, and its picture for the legend."""

    on: int
    off: int
    sample: str


SOLID = Dashes(1, 0, "━━")
_DASHES = (
    SOLID,
    Dashes(6, 3, "╍╍"),
    Dashes(2, 2, "┅┅"),
    Dashes(10, 2, "━╍"),
)


def sign(slot: int) -> str:
    """The sign of a series at its points and at the end of its line."""
    return CURVE_SIGNS[(slot + slot // COLOURS) % len(CURVE_SIGNS)]


def dashes(slot: int) -> Dashes:
    """The dashes of a series' line."""
    return _DASHES[slot % len(_DASHES)]
