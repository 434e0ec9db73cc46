"""How an exception inside the screen ends: in the log and a modal, with the app alive.

Textual takes an unhandled exception as the end: it stops the widget whose
handler raised, or the screen, or the app, and leaves with a traceback. Here
every message is handled under guard, so whoever handles it goes on with the
next one. What raises again and again (a line that can't be drawn, at every
frame) would keep a person from everything else; then the app leaves, with a
sentence on standard error and exit code 1.
"""

import logging
import time
from collections import deque
from typing import Any, Generic

from rich.text import Text
from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.worker import WorkerFailed

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.text.cells import printable
from rnntui.tui.core.log_file import LOG_NAME
from rnntui.tui.dialogs.question import Failure

MOST_FAILURES = 10
"""Failures within `WINDOW_S` that are still borne."""

WINDOW_S = 1.0
REPAINT_S = 0.02

log = logging.getLogger(__name__)


class FailureRate:
    """Says when failures come too fast to go on."""

    def __init__(self, most: int = MOST_FAILURES, window_s: float = WINDOW_S) -> None:
        """Bear `most` failures within any `window_s` seconds."""
        self._window_s = window_s
        self._times: deque[float] = deque(maxlen=most + 1)

    def is_too_high(self, now: float) -> bool:
        """Count a failure at `now`, in seconds of a clock that never goes back."""
        self._times.append(now)
        is_full = len(self._times) == self._times.maxlen
        return is_full and now - self._times[0] <= self._window_s


def failure_sentence(error: BaseException) -> str:
    """Say what failed: a stated error in its own words, any other by name and first line."""
    if isinstance(error, RnntuiError):
        return str(error)
    lines = str(error).strip().splitlines()
    about = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return f"Unexpected error ({about}). What it interrupted may be unfinished."


class SurvivingApp(App[ReturnType], Generic[ReturnType]):
    """An app that outlives an exception in a handler, a timer, a worker or a picture.

    What fails before the first screen stands ends the app as usual: there is
    nothing yet that could go on. So does everything that isn't an `Exception`.
    """

    def __init__(self) -> None:
        """Begin with no failure."""
        super().__init__()
        self._failure_rate = FailureRate()
        self._is_giving_up = False

    def show_failure(self, sentence: str) -> None:
        """Open the modal, unless one is open already: the log has them all."""
        if not isinstance(self.screen, Failure):
            self.push_screen(Failure(sentence, str(places.state_dir() / LOG_NAME)))

    async def _dispatch_message(self, message: Message) -> None:
        # The app's own handlers; those of widgets and screens are guarded as they start.
        if not self._can_go_on:
            await super()._dispatch_message(message)
            return
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self._handle_exception(error)

    def _register_child(
        self, parent: DOMNode, child: Widget, before: int | None, after: int | None
    ) -> None:
        # A subclass of every widget there is can't be had, so each one gets its guard here.
        _guard(child, self)
        super()._register_child(parent, child, before, after)

    @property
    def _can_go_on(self) -> bool:
        return self._dom_ready and not self._is_ending and bool(self._screen_stack)

    @property
    def _is_ending(self) -> bool:
        # Widgets are taken away one by one then, and those of a screen that isn't
        # shown in no order: a handler may miss some of its own, which is nobody's loss.
        return self._exit or (self._dom_ready and not self._running)

    def _handle_exception(self, error: Exception) -> None:
        """Log the exception, then show it, or leave where there is no use in going on."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        log.error("An exception reached the screen.", exc_info=cause)
        if self._is_giving_up or self._is_ending:
            return
        if not self._can_go_on:
            super()._handle_exception(error)
            return
        sentence = failure_sentence(cause)
        if self._failure_rate.is_too_high(time.monotonic()):
            self._give_up(sentence)
            return
        # By a message to the app: whatever raised is in the middle of something.
        self.call_later(self.show_failure, sentence)
        # A picture that broke off left parts of the screen stale. Where it will
        # always break off, this makes it show now and not at some later key.
        self.set_timer(REPAINT_S, self._repaint)

    def _repaint(self) -> None:
        if self._can_go_on:
            self.screen.refresh(layout=True)

    def _give_up(self, sentence: str) -> None:
        self._is_giving_up = True
        where = places.state_dir() / LOG_NAME
        self.exit(
            return_code=1,
            message=Text(
                printable(f"rnntui had to stop, as it failed over and over: {sentence}")
                + printable(f"\nMore stands in {where}")
            ),
        )


def _guard(pump: MessagePump, app: App[Any]) -> None:
    """Have exceptions in the handlers of `pump` go to `app` without ending its message loop."""
    if "_dispatch_message" in vars(pump):
        return  # it was mounted before
    dispatch = pump._dispatch_message

    async def guarded(message: Message) -> None:
        try:
            await dispatch(message)
        except Exception as error:
            app._handle_exception(error)

    pump._dispatch_message = guarded  # type: ignore[method-assign]
