"""Features of a text as arrays over its characters: what a unit of a network may keep track of.

Those of Karpathy, Johnson and Fei-Fei (2015, arXiv 1506.02078) and a few more. A feature's value at
a character is what is true once that character has been read, as a network's state is: inside
brackets is 1 from the opening bracket on and 0 from the closing one on.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import ConfigError
from rnntui.lenses.character_kinds import is_consonant, is_vowel
from rnntui.lenses.forward_trace import Floats
from rnntui.text.vocabulary import codepoints

Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]

_OPENING_QUOTES: Final = "“«"
_CLOSING_QUOTES: Final = "”»"
_OPENING_BRACKETS: Final = "([{"
_CLOSING_BRACKETS: Final = ")]}"


def line_position(text: str) -> Floats:
    """The number of characters since the last line end; 0 at a line end itself."""
    return _lengths(~_is(text, "\n"))


def in_quotation(text: str) -> Floats:
    """1 inside double quotation marks: straight ones, which alternate, “these” and «these».

    A blank line ends a quotation, so that one mark too few doesn't reverse all that follows.
    Single marks are left out, being apostrophes as well.
    """
    straight = _is(text, '"')
    marks: Counts = np.cumsum(straight)
    earlier = np.where(_paragraph_starts(text), marks - straight, 0)
    is_open = (marks - np.maximum.accumulate(earlier)) % 2 == 1
    return np.asarray(is_open | (_depth(text, _OPENING_QUOTES, _CLOSING_QUOTES) > 0), float)


def in_brackets(text: str) -> Floats:
    """1 inside brackets of any kind."""
    return np.asarray(nesting_depth(text) > 0, float)


def nesting_depth(text: str) -> Floats:
    """The number of round, square and curly brackets that are open; a stray closing one is none."""
    return _depth(text, _OPENING_BRACKETS, _CLOSING_BRACKETS)


def capital(text: str) -> Floats:
    """1 at a capital letter."""
    return _where(text, str.isupper).astype(float)


def space(text: str) -> Floats:
    """1 at a space or tab: white space but line ends."""
    return _where(text, lambda character: character.isspace() and character != "\n").astype(float)


def line_end(text: str) -> Floats:
    """1 at a line end."""
    return _is(text, "\n").astype(float)


def word_length(text: str) -> Floats:
    """The number of characters of the present word so far: letters, digits and apostrophes."""
    return _lengths(_where(text, lambda character: character.isalnum() or character in "'’"))


def vowel(text: str) -> Floats:
    """1 at a vowel."""
    return _where(text, is_vowel).astype(float)


def consonant(text: str) -> Floats:
    """1 at a consonant."""
    return _where(text, is_consonant).astype(float)


def capitals_line(text: str) -> Floats:
    """1 in lines with two capitals or more and no small letter, such as a play's speaker lines."""
    ends = _is(text, "\n")
    lines: Counts = np.cumsum(ends) - ends  # a line end belongs to its line
    count = int(lines[-1]) + 1 if len(lines) else 0
    capitals = np.bincount(lines, _where(text, str.isupper), count)
    small = np.bincount(lines, _where(text, str.islower), count)
    is_in_capitals = (capitals >= 2) & (small == 0)
    return np.asarray(is_in_capitals[lines] & ~ends, float)


FEATURES: Final[Mapping[str, Callable[[str], Floats]]] = {
    "line position": line_position,
    "quotation": in_quotation,
    "brackets": in_brackets,
    "nesting depth": nesting_depth,
    "capital": capital,
    "space": space,
    "line end": line_end,
    "word length": word_length,
    "vowel": vowel,
    "consonant": consonant,
    "capitals line": capitals_line,
}
"""Each feature by its name: a function from a text of T characters to `[T]`."""


def text_features(text: str, patterns: Mapping[str, str] | None = None) -> dict[str, Floats]:
    """Every feature of a text, and for each of the `patterns` by name what it matches, `[T]` each.

    Raises `ConfigError` for a pattern that is not valid.
    """
    found = {name: feature(text) for name, feature in FEATURES.items()}
    return found | {name: matched(text, pattern) for name, pattern in (patterns or {}).items()}


def matched(text: str, pattern: str) -> Floats:
    """1 at the characters that a regular expression matches (`re`, `^` and `$` at line ends).

    Raises `ConfigError` for one that is not valid.
    """
    try:
        compiled = re.compile(pattern, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"The regular expression {pattern!r} is not valid: {error}.") from error
    values = np.zeros(len(text))
    for found in compiled.finditer(text):
        values[found.start() : found.end()] = 1.0
    return values


def _where(text: str, has: Callable[[str], Any]) -> Mask:
    """Which characters have a property, `[T]`; each distinct one is asked once."""
    symbols, places = np.unique(codepoints(text), return_inverse=True)
    return np.array([bool(has(chr(code))) for code in symbols], bool)[places]


def _is(text: str, characters: str) -> Mask:
    """Which characters are among `characters`, `[T]`."""
    return np.isin(codepoints(text), codepoints(characters))


def _lengths(inside: Mask) -> Floats:
    """For each place the number of places in a row up to it that are inside, `[T]`."""
    places = np.arange(1, len(inside) + 1)
    return np.asarray(places - np.maximum.accumulate(np.where(inside, 0, places)), float)


def _depth(text: str, opening: str, closing: str) -> Floats:
    """How many are open after each character, `[T]`; one that closes nothing counts for nothing."""
    level = np.cumsum(_is(text, opening).astype(int) - _is(text, closing))
    return np.asarray(level - np.minimum(np.minimum.accumulate(level), 0), float)


def _paragraph_starts(text: str) -> Mask:
    """The first characters behind blank lines."""
    codes = codepoints(text)
    is_start = np.zeros(len(codes), bool)
    is_start[2:] = (codes[1:-1] == ord("\n")) & (codes[:-2] == ord("\n"))
    return is_start
