"""A training text that has changed since: its error, and the policies for using the old one.

The old text may still be in the cache; it is never used without consent.
"""

from collections.abc import Callable
from typing import TypeVar

from rnntui.errors import CorpusError

C = TypeVar("C")


class ChangedTextError(CorpusError):
    """A training text has changed; `about` says so, `command` trains on the new one."""

    def __init__(self, about: str, command: str, is_kept: bool = True) -> None:
        """Word the ways out; `is_kept`: the old text is still in the cache."""
        otherwise = "give --old-text to use it as it was"
        if not is_kept:
            otherwise = "bring the old text back, as it is no longer in the cache"
        super().__init__(f"{about} To train on the new one: {command} (or {otherwise}).")
        self.about, self.command, self.is_kept = about, command, is_kept


AllowOldText = Callable[[ChangedTextError], bool]
"""Decides whether the old text is used; called only for a changed one."""


def refuse_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Refuse the old text."""
    return False


def allow_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Use the old text without asking."""
    return True


def changed_sentence(name: str, reference: str, trained: str) -> str:
    """The sentence for a text that changed after `trained` was trained on it."""
    return f"The text '{name}' ({reference}) has changed since {trained} was trained on it."


def old_corpus(kept: C | None, about: str, command: str, allow: AllowOldText) -> C:
    """Return `kept`, the old corpus, if `allow` permits. Raises `ChangedTextError` otherwise."""
    changed = ChangedTextError(about, command, kept is not None)
    if kept is None or not allow(changed):
        raise changed
    return kept
