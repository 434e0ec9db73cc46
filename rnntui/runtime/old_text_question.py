"""A question that a training asks before it begins: whether to go on with a text as it was."""

import queue
from collections.abc import Callable

from rnntui.training.changed_text import AllowOldText, ChangedTextError, refuse_old_text
from rnntui.training.commands import Inbox, Stop
from rnntui.training.events import Finished

NOT_BEGUN = "not begun"
"""The reason of the `Finished` event of a training that was not to go on with the old text."""

LOOK_SECONDS = 0.1
"""How often a training that waits for an answer looks whether it should stop instead."""

AskOldText = Callable[[Inbox], AllowOldText]
"""Makes what is asked where a text has changed, in a thread that reads its commands from there."""


def not_begun(changed: ChangedTextError) -> Finished:
    """The end of a training that a person refused; what can't be asked about is an error."""
    if not changed.is_kept:
        raise changed
    return Finished(0, 0.0, reason=NOT_BEGUN)


def never_ask(inbox: Inbox) -> AllowOldText:  # noqa: ARG001
    """Refuse a text as it was, where there is nobody to ask."""
    return refuse_old_text


class OldTextQuestion:
    """Asked in a trainer's thread, answered by a screen that looks for it in its own."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._asked: queue.SimpleQueue[ChangedTextError] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def ask_in(self, inbox: Inbox) -> AllowOldText:
        """What asks and waits for the answer; a command to stop is a no."""

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
        """What is asked and was not looked at before; None where nothing is."""
        try:
            return self._asked.get_nowait()
        except queue.Empty:
            return None

    def answer(self, yes: bool | None) -> None:
        """Answer what was asked."""
        self._answers.put(bool(yes))
