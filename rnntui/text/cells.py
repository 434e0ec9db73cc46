"""Draws the characters of a text in terminal cells.

A terminal receives only printable characters of known width: anything that could move its cursor,
change its writing direction or vanish is drawn as a visible stand-in. Widths come from `widths`.
This module knows characters only, no lines or colours.

Stand-ins, each one cell wide but for the tab:

- a C0 control or DEL is its picture (`␛`, `␍`, `␡`);
- a tab is `⇥` and three spaces, the same four cells wherever it stands;
- an invisible character (zero-width, joiner, bidi control, variation
  selector, emoji skin tone, filler, line separator) is `·`;
- a character without any picture (C1 control, lone surrogate, private use,
  unassigned) is `�`;
- a regional indicator, half of a flag, is its letter, because terminals
  disagree about the width of a half.

Skin tones and joiners are drawn on their own for the same reason: terminals
disagree about the width of the joined character.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rnntui.text.widths import cell_width

TAB: Final = "⇥   "
CARRIER: Final = "\u25cc"  # a dotted circle, for marks with nothing to stand on
INVISIBLE: Final = "·"
NO_PICTURE: Final = "\ufffd"

WIDEST: Final = 4
"""Cells of the widest drawn character (the tab); no line can be narrower."""

CLUSTER_LIMIT: Final = 8
"""Most characters drawn in one place, which bounds a pile of marks."""

_SPACING_MARK = "Mc"
_WITHOUT_PICTURE = frozenset({"Cc", "Cs", "Co", "Cn"})
_UNSEEN_CATEGORIES = frozenset({"Cf", "Zl", "Zp"})
# Invisible characters among the letters and marks.
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_UNSEEN_RANGES = (
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0xFE00, 0xFE0F),  # variation selectors
    (0x1F3FB, 0x1F3FF),  # emoji skin tones
    (0xE0000, 0xE0FFF),  # tags, more variation selectors
)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_LEADING_JAMO = frozenset(map(chr, (*range(0x1100, 0x115F), *range(0xA960, 0xA97D))))
_VOWEL_JAMO = frozenset(map(chr, (*range(0x1161, 0x11A8), *range(0xD7B0, 0xD7C7))))
_TRAILING_JAMO = frozenset(map(chr, (*range(0x11A8, 0x1200), *range(0xD7CB, 0xD7FC))))
_SYLLABLES_WITHOUT_TRAIL = range(0xAC00, 0xD7A4, 28)


class Drawn(NamedTuple):
    """The drawing of one character."""

    text: str
    """Printable text, safe to send to a terminal."""
    width: int
    """Terminal cells, 1 to `WIDEST`."""
    is_stand_in: bool
    """Whether the text stands in for a character that can't be drawn."""


class Unit(NamedTuple):
    """Characters that share their cells: one, or one with the marks on it."""

    start: int
    """Index of the first character in the line."""
    length: int
    """Number of characters."""
    text: str
    """Printable text, safe to send to a terminal."""
    width: int
    """Terminal cells, 1 to `WIDEST`."""
    is_stand_in: bool
    """Whether the text stands in for a character that can't be drawn."""

    @property
    def is_plain(self) -> bool:
        """Whether one character is drawn as one character in one cell."""
        return self.length == self.width == len(self.text) == 1


@lru_cache(maxsize=16_384)
def visible(char: str) -> Drawn:
    """The drawing of one character on its own.

    A mark stands on a dotted circle, even one with a cell of its own; a conjoining jamo is drawn as
    a letter. The module describes the stand-ins. Raises `TypeError` for more than one character.
    """
    code = ord(char)
    if char == "\t":
        return Drawn(TAB, WIDEST, True)
    if code < 0x20:
        return Drawn(chr(0x2400 + code), 1, True)
    if code == 0x7F:
        return Drawn("\u2421", 1, True)
    if _is_unseen(char):
        return Drawn(INVISIBLE, 1, True)
    if unicodedata.category(char) in _WITHOUT_PICTURE:
        return Drawn(NO_PICTURE, 1, True)
    if code in _REGIONAL_INDICATORS:
        return Drawn(chr(ord("A") + code - _REGIONAL_INDICATORS.start), 1, True)
    letter = _letter_of_jamo(char)
    width = cell_width(letter)
    if width == 0 or unicodedata.category(char) == _SPACING_MARK:
        return Drawn(CARRIER + letter, 1 + width, False)
    return Drawn(letter, width, False)


def printable(text: str) -> str:
    """`text` with visible stand-ins for all but line ends and printable characters."""
    return "".join(
        character
        if character == "\n" or not (drawn := visible(character)).is_stand_in
        else drawn.text
        for character in text
    )


_LABELS = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def symbol_label(symbol: str) -> str:
    """The drawing of a symbol on its own, white space included.

    Of a word that is the space before it.
    """
    if len(symbol) > 1 and symbol[0] == " ":
        return _LABELS[" "] + symbol_label(symbol[1:])
    return _LABELS.get(symbol) or "".join(unit.text for unit in units(symbol))


@lru_cache(maxsize=16_384)
def may_join(char: str) -> bool:
    """Whether a character can be drawn on the one before it, taking no cells.

    True for combining marks and for the vowels and trailing consonants of decomposed Hangul;
    `joins` tells whether it does so after a given one.
    """
    if char in _VOWEL_JAMO or char in _TRAILING_JAMO:
        return True
    return visible(char).text.startswith(CARRIER) and cell_width(char) == 0


@lru_cache(maxsize=16_384)
def may_follow(char: str) -> bool:
    """Whether a character is a spacing mark, such as a vowel sign."""
    return unicodedata.category(char) == _SPACING_MARK


def follows(cluster: str, char: str) -> bool:
    """Whether `char` is a spacing mark drawn bare beside `cluster` (see `joins`).

    At the start of a line or after a space it stands on a dotted circle.
    """
    if not may_follow(char) or not cluster:
        return False
    return cluster[0] != " " and not visible(cluster[0]).is_stand_in


def joins(cluster: str, char: str) -> bool:
    """Whether `char`, coming after `cluster`, is drawn in the same cells.

    `cluster` holds the characters in the last cells of the line so far, or is empty at the start of
    a line. Stand-ins carry no marks. A jamo joins only to complete a syllable, so that a loose one
    is visible.
    """
    if not cluster or len(cluster) >= CLUSTER_LIMIT or not may_join(char):
        return False
    if char in _VOWEL_JAMO:
        return cluster[-1] in _LEADING_JAMO
    if char in _TRAILING_JAMO:
        if len(cluster) == 1:
            return ord(cluster) in _SYLLABLES_WITHOUT_TRAIL
        return cluster[-1] in _VOWEL_JAMO
    return not visible(cluster[0]).is_stand_in


def units(line: str) -> Iterator[Unit]:
    """The units of a line without its newline, from left to right."""
    start, cluster = 0, ""
    while start < len(line):
        stop = start + 1
        while stop < len(line) and joins(line[start:stop], line[stop]):
            stop += 1
        text, width, is_stand_in = visible(line[start])
        if follows(cluster, line[start]):
            text, width = line[start], cell_width(line[start])
        cluster = line[start:stop]
        if stop - start > 1:
            text = _composed(text, cluster)
        yield Unit(start, stop - start, text, width, is_stand_in)
        start = stop


def _composed(first: str, cluster: str) -> str:
    """The drawing of a character, alone drawn as `first`, with its marks.

    Composed if Unicode has the composed character, which every terminal can draw; not every one can
    put a mark on a letter.
    """
    if may_join(cluster[0]) or first.startswith(CARRIER):
        return first + cluster[1:]
    return unicodedata.normalize("NFC", cluster)


def _is_unseen(char: str) -> bool:
    """Whether a terminal would draw nothing, or change how others are drawn."""
    return (
        unicodedata.category(char) in _UNSEEN_CATEGORIES
        or char in _UNSEEN_LETTERS
        or any(first <= ord(char) <= last for first, last in _UNSEEN_RANGES)
    )


def _letter_of_jamo(char: str) -> str:
    """The free-standing letter of a conjoining jamo; other characters are unchanged.

    Obsolete jamo have no such letter and are unchanged, too.
    """
    if char not in _LEADING_JAMO | _VOWEL_JAMO | _TRAILING_JAMO:
        return char
    name = unicodedata.name(char).split(maxsplit=2)[-1]
    try:
        return unicodedata.lookup(f"HANGUL LETTER {name}")
    except KeyError:
        return char
