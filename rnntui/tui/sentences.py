"""Sentences for the screen from sentences that were written for the command line."""

import logging
import re
from typing import Protocol

from textual.notifications import SeverityLevel

from rnntui.errors import RnntuiError
from rnntui.text.cells import printable

_FLAG = re.compile(r" with --[a-z-]+")

log = logging.getLogger(__name__)


class Tell(Protocol):
    """Says something in a toast."""

    def __call__(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Say it."""


def on_screen(sentence: str) -> str:
    """Return a sentence safe to show and without the flags that it names."""
    return printable(_FLAG.sub("", sentence))


def one_line(text: str) -> str:
    """Return a name from outside safe to show, its line ends as stand-ins too."""
    return printable(text).replace("\n", "␊")


def stated(error: Exception) -> str:
    """Say what went wrong; what nobody foresaw goes into the log, and the sentence says so."""
    if isinstance(error, RnntuiError):
        return on_screen(str(error))
    log.error("An unexpected error in a thread of the screen.", exc_info=error)
    return printable(f"That failed in a way nobody foresaw ({error!r}); more stands in the log.")
