"""Sentences for the screen, also from ones written for the command line."""

import contextlib
import logging
import re
from pathlib import Path
from typing import Protocol

from textual.notifications import SeverityLevel

from rnntui.errors import RnntuiError
from rnntui.text.cells import printable

_FLAG = re.compile(r" with --[a-z-]+")

log = logging.getLogger(__name__)


class Tell(Protocol):
    """Shows a sentence in a toast."""

    def __call__(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Show it."""


def on_screen(sentence: str) -> str:
    """Return a sentence safe to show, without the flags it mentions."""
    return printable(_FLAG.sub("", sentence))


def one_line(text: str) -> str:
    """Return an untrusted name safe to show, its line ends as stand-ins too."""
    return printable(text).replace("\n", "␊")


def shown_path(path: Path) -> str:
    """Return the full path of a file, safe to show, with `~` for the home folder."""
    full = path.absolute()
    with contextlib.suppress(RuntimeError, ValueError):  # no home, or not in it
        full = "~" / full.relative_to(Path.home())
    return one_line(str(full))


def error_sentence(error: Exception) -> str:
    """Return an error's sentence; an unexpected error also goes into the log."""
    if isinstance(error, RnntuiError):
        return on_screen(str(error))
    log.error("Unexpected error in a thread of the screen.", exc_info=error)
    return printable(f"Unexpected error ({error!r}); see the log for details.")
