"""A line of a stream as spans of one look each, still without styles."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntFlag
from typing import NamedTuple

from rnntui.text.cells import Unit, units

LEVEL_BITS = 0b111
"""The part of a look that holds the probability level."""


class LookFlag(IntFlag):
    """Marks of a character besides its probability level."""

    UNDERLINED = 8
    SELECTED = 16
    STAND_IN = 32
    CHOSEN = 64


class Span(NamedTuple):
    """Neighbouring characters that look the same.

    Either plain characters, each drawn as one character in one cell, or a single unit of
    any length and width. So a position on the screen can always be traced back to a
    character.
    """

    start: int
    """Index of the first character in the line."""
    text: str
    """Printable text, safe to send to a terminal."""
    width: int
    """Terminal cells."""
    look: int
    """Probability level and marks, one byte."""


def looks_of(
    levels: Iterable[int],
    underlined: Iterable[int],
    selected: range,
    chosen: Iterable[int] = (),
) -> Sequence[int]:
    """The look of each character of a line.

    `levels`, `underlined` and `chosen` (1 or 0) have one entry per character; `selected` are
    places in the line, possibly beyond it.
    """
    looks = bytearray(levels)
    for place, is_chosen in enumerate(chosen):
        if is_chosen:
            looks[place] |= LookFlag.CHOSEN
    for place, is_underlined in enumerate(underlined):
        if is_underlined:
            looks[place] |= LookFlag.UNDERLINED
    for place in range(max(selected.start, 0), min(selected.stop, len(looks))):
        looks[place] |= LookFlag.SELECTED
    return looks


def spans(line: str, looks: Sequence[int], width: int) -> Iterator[Span]:
    """Divide a line without its newline into spans, at most `width` cells in all.

    Characters that share cells take the look of the most surprising of them. Anything
    beyond `width`, a hanging space, is left out.
    """
    run: Span | None = None
    for unit in units(line):
        if unit.width > width:
            break
        width -= unit.width
        look = _look_of(unit, looks)
        if run is not None and unit.is_plain and look == run.look:
            run = Span(run.start, run.text + unit.text, run.width + 1, look)
            continue
        if run is not None:
            yield run
        span = Span(unit.start, unit.text, unit.width, look)
        if unit.is_plain:
            run = span
        else:
            run = None
            yield span
    if run is not None:
        yield run


def _look_of(unit: Unit, looks: Sequence[int]) -> int:
    """The look of a unit's characters."""
    look = looks[unit.start]
    if unit.length > 1:
        sharing = looks[unit.start : unit.start + unit.length]
        look = min(sharing, key=lambda other: other & LEVEL_BITS)
    return look | LookFlag.STAND_IN if unit.is_stand_in else look
