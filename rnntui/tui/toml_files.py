"""Reads small TOML files that anybody may have edited, whatever they made of them."""

import tomllib
from pathlib import Path
from typing import Any

LARGEST_BYTES = 1_000_000


class UnreadableFileError(Exception):
    """A file that isn't TOML or can't be read; its text is the reason, without a full stop."""


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file; none where there is no file.

    Raises `UnreadableFileError`.
    """
    try:
        if path.exists() and not path.is_file():
            raise UnreadableFileError("it isn't a file")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableFileError((error.strerror or "it can't be opened").lower()) from error
    if len(content) > LARGEST_BYTES:
        raise UnreadableFileError(f"it has more than {LARGEST_BYTES:,} bytes")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFileError("it isn't UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(str(error)) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or lists in lists in lists.
        raise UnreadableFileError("it goes beyond what a settings file may hold") from error
