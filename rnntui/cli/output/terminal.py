"""Output to a terminal: text from a corpus or a network without escape sequences."""

import contextlib
import os
import sys
from typing import TextIO

from rnntui import places
from rnntui.chart_characters import CHOICES, SETTING, Characters, characters_for
from rnntui.errors import RnntuiError, reason
from rnntui.text.cells import printable


class ReaderGoneError(Exception):
    """The reader of standard output has closed it."""


def write_text(text: str, stream: TextIO) -> None:
    """Write and flush; on a terminal, control characters become visible stand-ins.

    Raises `ReaderGoneError` if the reader is gone, `RnntuiError` for any other failure,
    such as a full disk.
    """
    write_line(printable(text) if stream.isatty() else text, stream, end="")


def write_line(line: str, stream: TextIO, end: str = "\n") -> None:
    """Write and flush a line without escaping. Raises as `write_text`."""
    try:
        stream.write(line + end)
        stream.flush()
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> ReaderGoneError | RnntuiError:
    """Return the exception for a failed write to standard output."""
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError()
    return RnntuiError(f"The output can't be written ({reason(error)}).")


def chosen_characters() -> Characters:
    """Return the characters for charts, from the settings or to suit the terminal.

    Invalid settings are ignored here; the screen reports them.
    """
    from rnntui.toml_files import UnreadableFileError, read_toml_if_there

    try:
        chosen = read_toml_if_there(places.settings_file()).get(SETTING, "auto")
    except UnreadableFileError:
        chosen = "auto"
    return characters_for(chosen if chosen in CHOICES else "auto", os.environ)


def notify(sentence: str) -> None:
    """Write a message to standard error; nothing happens if it is closed."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"rnntui: {printable(sentence)}\n")
        sys.stderr.flush()


def open_closed_streams() -> None:
    """Open the null device for each standard stream that was closed (`>&-`).

    Otherwise a file opened later would get its descriptor, and receive the output of
    libraries that write to standard output or error directly.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Opening takes the lowest free descriptor, which is the closed one's.
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8"))


def leave_streams() -> None:
    """Flush the standard streams at exit, redirecting those without a reader to the null device.

    Otherwise Python's own flush at exit would fail, and change the exit code.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
