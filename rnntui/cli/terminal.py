"""What may be written to a terminal: text from a corpus or a network with nothing to obey in it."""

import contextlib
import os
import sys
from typing import TextIO

from rnntui.errors import RnntuiError
from rnntui.text.cells import printable


class ReaderGoneError(Exception):
    """Whoever read standard output has had enough and closed it."""


def write_text(text: str, stream: TextIO) -> None:
    """Write and flush: to a terminal what is safe to show, to a file or a pipe the text itself.

    Raises `ReaderGoneError` where nobody reads any more, `RnntuiError` where it
    can't be written for another reason, such as a full disk.
    """
    write_line(printable(text) if stream.isatty() else text, stream, end="")


def write_line(line: str, stream: TextIO, end: str = "\n") -> None:
    """Write and flush a line that is safe as it is. Raises as `write_text`."""
    try:
        stream.write(line + end)
        stream.flush()
    except OSError as error:
        # Python would complain once more as it flushes at its end, so that goes nowhere.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError from error
        raise RnntuiError(f"The output can't be written ({error.strerror}).") from error


def notify(sentence: str) -> None:
    """Tell a person something beside the output, on standard error."""
    sys.stderr.write(f"rnntui: {printable(sentence)}\n")
    sys.stderr.flush()
