"""Unhandled exceptions in the screen: logged and shown in a modal, with the app still running.

Textual ends on an unhandled exception: it stops the widget whose handler raised, or
the screen, or the app, and exits with a traceback. Here every handler is guarded, so
its widget continues with the next message. An exception at every frame (a line that
can't be drawn) would make the app unusable; then it exits with a sentence on standard
error and exit code 1.
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
"""Failures tolerated within `WINDOW_S`."""

WINDOW_S = 1.0
REPAINT_S = 0.02

log = logging.getLogger(__name__)


class FailureRate:
    """Tells when failures come too fast to continue."""

    def __init__(self, most: int = MOST_FAILURES, window_s: float = WINDOW_S) -> None:
        """Tolerate `most` failures within any `window_s` seconds."""
        self._window_s = window_s
        self._times: deque[float] = deque(maxlen=most + 1)

    def is_too_high(self, now: float) -> bool:
        """Count a failure at `now`, in seconds of a monotonic clock."""
        self._times.append(now)
        is_full = len(self._times) == self._times.maxlen
        return is_full and now - self._times[0] <= self._window_s


def failure_sentence(error: BaseException) -> str:
    """Describe a failure: our own errors by their sentence, others by name and first line."""
    if isinstance(error, RnntuiError):
        return str(error)
    lines = str(error).strip().splitlines()
    about = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return f"Unexpected error ({about}). What it interrupted may be unfinished."


class SurvivingApp(App[ReturnType], Generic[ReturnType]):
    """An app that survives an exception in a handler, a timer, a worker or a render.

    Exceptions before the first screen end the app as usual: there is nothing to
    continue with. So does everything that isn't an `Exception`.
    """

    def __init__(self) -> None:
        """Start with no failures."""
        super().__init__()
        self._failure_rate = FailureRate()
        self._is_giving_up = False

    def show_failure(self, sentence: str) -> None:
        """Open the modal, unless one is open already: the log has all failures."""
        if not isinstance(self.screen, Failure):
            self.push_screen(Failure(sentence, str(places.state_dir() / LOG_NAME)))

    async def _dispatch_message(self, message: Message) -> None:
        # The app's own handlers; widgets and screens are guarded when they are registered.
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
        # Not every widget can be subclassed, so each one gets its guard here.
        _guard(child, self)
        super()._register_child(parent, child, before, after)

    @property
    def _can_go_on(self) -> bool:
        return self._dom_ready and not self._is_ending and bool(self._screen_stack)

    @property
    def _is_ending(self) -> bool:
        # Widgets are removed one by one then, and in no order on a hidden screen: a
        # handler may miss some of its own, which does no harm.
        return self._exit or (self._dom_ready and not self._running)

    def _handle_exception(self, error: Exception) -> None:
        """Log the exception, then show it, or exit where continuing is of no use."""
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
        # By a message to the app: the code that raised is in the middle of something.
        self.call_later(self.show_failure, sentence)
        # A render that failed left parts of the screen stale. If it fails every time,
        # this makes it show now and not at some later key.
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
                printable(f"rnntui stopped because it failed repeatedly: {sentence}")
                + printable(f"\nDetails are in {where}")
            ),
        )


def _guard(pump: MessagePump, app: App[Any]) -> None:
    """Send exceptions in the handlers of `pump` to `app` without ending its message loop."""
    if "_dispatch_message" in vars(pump):
        return  # it was mounted before
    dispatch = pump._dispatch_message

    async def guarded(message: Message) -> None:
        try:
            await dispatch(message)
        except Exception as error:
            app._handle_exception(error)

    pump._dispatch_message = guarded  # type: ignore[method-assign]
