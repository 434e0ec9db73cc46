r"""Escapes in typed text: `\n` for a line end, where a shell or a field can't hold one.

A subset of Python's; any other backslash stands for itself, so most texts mean what they say.
"""

import os
import re
from typing import Final

from rnntui.text.guessing import COMMONEST

ESCAPES_HELP: Final = r"\n, \t, \\ and \u00e9 are read as in Python."
"""The sentence for the help of a flag with escapes."""

_ESCAPE: Final = re.compile(
    r"\\(?:([ntr\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U((?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}))"
)
_BEGUN: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U(?:0{0,3}|000[0-9a-fA-F]{1,4}|001|0010[0-9a-fA-F]{0,3}))?"
)
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")
_LETTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_BY_CHARACTER: Final = {character: f"\\{letter}" for letter, character in _LETTERS.items()}


def unescaped(text: str) -> str:
    r"""`text` with `\n`, `\t`, `\r`, `\\`, `\xHH`, `\uHHHH` and `\UHHHHHHHH` replaced."""
    return _ESCAPE.sub(_character, as_typed(text))


def as_typed(argument: str) -> str:
    """A command's argument with bytes undecodable in the locale decoded.

    Python passes such bytes on as lone surrogates. They are UTF-8, as sent by a terminal under
    `LANG=C`, or else the commonest legacy encoding.
    """
    if not _ESCAPED_BYTE.search(argument):
        return argument
    try:
        given = os.fsencode(argument)
    except UnicodeEncodeError:  # not an argument, which can always be encoded
        return argument
    try:
        return given.decode()
    except UnicodeDecodeError:
        return given.decode(COMMONEST, "replace")


def escaped(text: str) -> str:
    """One printable line; the inverse of `unescaped`."""
    return "".join(map(_escape, text))


def is_begun(text: str) -> bool:
    """Whether `text` is an incomplete escape."""
    return _BEGUN.fullmatch(text) is not None


def _character(found: re.Match[str]) -> str:
    letter, *codes = found.groups()
    return _LETTERS[letter] if letter else chr(int(next(filter(None, codes)), 16))


def _escape(character: str) -> str:
    if (known := _BY_CHARACTER.get(character)) is not None:
        return known
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
