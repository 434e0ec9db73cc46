"""A question before a run is resumed: whether to continue on the old text after it changed."""

import queue
from collections.abc import Callable

from rnntui.training.changed_text import AllowOldText, ChangedTextError, refuse_old_text
from rnntui.training.commands import Inbox, Stop
from rnntui.training.events import Finished

NOT_BEGUN = "not begun"
"""Reason of the `Finished` event where the old text was refused."""

LOOK_SECONDS = 0.1
"""How often the trainer, waiting for an answer, looks for a `Stop` command."""

AskOldText = Callable[[Inbox], AllowOldText]
"""Returns the question to ask in a thread that reads its commands from that inbox."""


def not_begun(changed: ChangedTextError) -> Finished:
    """The last event where the old text was refused; raises `changed` where it isn't kept."""
    if not changed.is_kept:
        raise changed
    return Finished(0, 0.0, reason=NOT_BEGUN)


def never_ask(inbox: Inbox) -> AllowOldText:  # noqa: ARG001
    """Refuse the old text where there is nobody to ask."""
    return refuse_old_text


class OldTextQuestion:
    """Asked in the trainer's thread, answered by a screen that polls for it."""

    def __init__(self) -> None:
        """Start with no question."""
        self._asked: queue.SimpleQueue[ChangedTextError] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def ask_in(self, inbox: Inbox) -> AllowOldText:
        """A function that asks and blocks until the answer; a `Stop` command is a no."""

        def ask(changed: ChangedTextError) -> bool:
            self._asked.put(changed)
            while True:
                try:
                    return self._answers.get(timeout=LOOK_SECONDS)
                except queue.Empty:
                    if any(isinstance(command, Stop) for command in inbox.drain()):
                        return False

        return ask

    def asked(self) -> ChangedTextError | None:
        """The question that nobody has looked at yet; None where there is none."""
        try:
            return self._asked.get_nowait()
        except queue.Empty:
            return None

    def answer(self, yes: bool | None) -> None:
        """Answer the question; None, as of a closed modal, is a no."""
        self._answers.put(bool(yes))
