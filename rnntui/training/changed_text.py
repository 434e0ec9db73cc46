"""A text that is no longer what a network was trained on: what to say, and who may go on.

The text as it was may still lie in the cache; nobody goes on with it unasked.
"""

from collections.abc import Callable
from typing import TypeVar

from rnntui.errors import CorpusError

C = TypeVar("C")


class ChangedTextError(CorpusError):
    """A text has changed since; `about` says so, `command` trains on it as it is now."""

    def __init__(self, about: str, command: str, is_kept: bool = True) -> None:
        """Say what to do; `is_kept` tells whether the text as it was can still be had."""
        otherwise = "give --old-text to go on with it as it was then"
        if not is_kept:
            otherwise = "as it was then it can't be found any more, so bring it back"
        super().__init__(f"{about} To train on the new one: {command} (or {otherwise}).")
        self.about, self.command, self.is_kept = about, command, is_kept


AllowOldText = Callable[[ChangedTextError], bool]
"""Whether to go on with a text as it was; asked only where it has changed."""


def refuse_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Never go on with a text as it was."""
    return False


def allow_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Go on with a text as it was without a question."""
    return True


def changed_sentence(name: str, reference: str, trained: str) -> str:
    """The sentence about a text that isn't what `trained` was trained on any more."""
    return f"The text '{name}' ({reference}) has changed since {trained} was trained on it."


def as_it_was(kept: C | None, about: str, command: str, allow: AllowOldText) -> C:
    """The old corpus, if it is `kept` and `allow` says yes; else raise `ChangedTextError`."""
    changed = ChangedTextError(about, command, kept is not None)
    if kept is None or not allow(changed):
        raise changed
    return kept
