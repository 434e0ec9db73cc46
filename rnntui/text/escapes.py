r"""Escapes in a text that is typed: `\n` is a line end where a shell or a field can't hold one.

They are those of Python that texts need; a backslash before anything else is
itself, so most texts mean what they say.
"""

import re
from typing import Final

ESCAPES_HELP: Final = r"\n, \t, \\ and \u00e9 are read as in Python."
"""What a flag whose value is read so says of it."""

_ESCAPE: Final = re.compile(
    r"\\(?:([ntr\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U((?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}))"
)
_BEGUN: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U(?:0{0,3}|000[0-9a-fA-F]{1,4}|001|0010[0-9a-fA-F]{0,3}))?"
)
_LETTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_BY_CHARACTER: Final = {character: f"\\{letter}" for letter, character in _LETTERS.items()}


def unescaped(text: str) -> str:
    r"""Return `text` with `\n`, `\t`, `\r`, `\\`, `\xHH`, `\uHHHH` and `\UHHHHHHHH` replaced."""
    return _ESCAPE.sub(_character, text)


def escaped(text: str) -> str:
    """Return one printable line that `unescaped` gives `text` for."""
    return "".join(map(_written, text))


def is_begun(text: str) -> bool:
    """Whether `text` is the beginning of an escape, and not a whole one."""
    return _BEGUN.fullmatch(text) is not None


def _character(found: re.Match[str]) -> str:
    letter, *codes = found.groups()
    return _LETTERS[letter] if letter else chr(int(next(filter(None, codes)), 16))


def _written(character: str) -> str:
    if (known := _BY_CHARACTER.get(character)) is not None:
        return known
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
