"""Reads small TOML files that anybody may have edited, whatever they made of them."""

import re
import tomllib
from pathlib import Path
from typing import Any

from rnntui.plain_files import Links, read_plain

LARGEST_BYTES = 1_000_000
DEEPEST = 16
"""Tables and lists within each other; those of ours are four deep."""

_STRINGS = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")


class UnreadableFileError(Exception):
    """A file that isn't TOML or can't be read; its text is the reason, without a full stop."""


def read_toml_if_there(path: Path) -> dict[str, Any]:
    """The tables of a file, which may be a link to one; none where there is no file.

    Raises `UnreadableFileError`.
    """
    return read_toml(path, "followed") if path.exists() else {}


def read_toml(path: Path, links: Links) -> dict[str, Any]:
    """The tables of a file. Raises `UnreadableFileError`."""
    try:
        content = read_plain(path, LARGEST_BYTES, links)
    except OSError as error:
        raise UnreadableFileError((error.strerror or "it can't be opened").lower()) from error
    try:
        text = content.decode("utf-8-sig")
        # The parser's time grows with the square of the parts of a key.
        if _DEEP_KEY.search(_STRINGS.sub("s", text)):
            raise UnreadableFileError("it has a key of too many parts")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise UnreadableFileError("it isn't UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(str(error)) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or lists in lists in lists.
        raise UnreadableFileError("it goes beyond what such a file may hold") from error
    if is_deep(tables, DEEPEST):
        raise UnreadableFileError("its tables and lists are nested too deep")
    return tables


def is_deep(value: object, deepest: int) -> bool:
    """Whether lists and mappings stand in each other more than so deep.

    What is, can't even be put into a message: Python writes such a value by recursion.
    """
    level = [value]
    for _ in range(deepest + 1):
        level = [
            part
            for outer in level
            if isinstance(outer, list | dict)
            for part in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)
