"""Files that a command writes beside what it prints, and the command that makes them again."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from rnntui.atomic_files import atomic_write
from rnntui.cli.output.terminal import notify
from rnntui.errors import RnntuiError, reason


def write_whole(text: str, path: Path) -> None:
    """Write a text file atomically. Raises `RnntuiError` for a failed write."""
    try:
        with atomic_write(path) as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise RnntuiError(f"{path} can't be written ({reason(error)}).") from error
    notify(f"Wrote {path}.")


def repeated_command(left_out: Mapping[str, int]) -> str:
    """The present command as one would type it again.

    `left_out` are the options that say only what is made of it, with the number of their values.
    """
    words, kept = iter(sys.argv[1:]), []
    for word in words:
        option, equals, _ = word.partition("=")
        if option not in left_out:
            kept.append(word)
        elif not equals:
            for _ in range(left_out[option]):
                next(words, None)
    # A line end in a text or a pattern is understood as \n, too, and a note has one line.
    return shlex.join(["rnntui", *(word.replace("\n", "\\n") for word in kept)])
