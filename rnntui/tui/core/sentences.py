"""Sentences for the screen from sentences that were written for the command line."""

import contextlib
import logging
import re
from pathlib import Path
from typing import Protocol

from textual.notifications import SeverityLevel

from rnntui.errors import RnntuiError
from rnntui.text.cells import printable
from rnntui.training.endings import why_early
from rnntui.training.events import Finished

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


def over(end: Finished, what_follows: str) -> str:
    """Return what has become of a training, and what `t` does now, if anything is to be said."""
    if why := why_early(end):
        return f"Stopped early at step {end.step:,}: {why}."
    how = "Stopped" if end.reason == "stopped" else "The training is over"
    return f"{how} at step {end.step:,}" + (f"; {what_follows}." if what_follows else ".")


def changed(setting: str, new: float | str) -> str:
    """Return what is said of a setting that is changed in mid-run."""
    value = new if isinstance(new, str) else f"{new:.3g}"
    if setting == "sample_length" and not isinstance(new, str):
        return f"Samples have {new:,.0f} characters from now on."
    return f"The {setting.replace('_', ' ')} is {value} from now on."


def place_in_words(path: Path) -> str:
    """Return the full path of a file, safe to show, `~` standing for the home folder."""
    full = path.absolute()
    with contextlib.suppress(RuntimeError, ValueError):  # no home, or not in it
        full = "~" / full.relative_to(Path.home())
    return one_line(str(full))


def stated(error: Exception) -> str:
    """Say what went wrong; an unexpected error goes into the log, and the sentence says so."""
    if isinstance(error, RnntuiError):
        return on_screen(str(error))
    log.error("An unexpected error in a thread of the screen.", exc_info=error)
    return printable(f"Unexpected error ({error!r}); the log has more.")
