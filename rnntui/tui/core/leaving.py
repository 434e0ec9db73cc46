"""Exit without a key: by a signal, or because the terminal has hung up.

What is in progress is saved first, as at a normal exit; Ctrl-Z only suspends.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Generic

from textual import on
from textual.app import App, ReturnType
from textual.driver import Driver
from textual.events import Mount

from rnntui.runtime.signals import (
    EXIT_CODE_BASE,
    HANG_UP,
    job_control_signals,
    leaving_signals,
)

LOOK_SECONDS = 1.0
"""How often the terminal is checked; usually a hang-up comes as a signal."""

NO_SHELL = "There is no shell here to go back to; ctrl+q leaves."


class LeavingApp(App[ReturnType], Generic[ReturnType]):
    """An app that saves and exits at a signal, or when its terminal has hung up."""

    def __init__(self) -> None:
        """Start with no exit in progress."""
        super().__init__()
        self._is_leaving = False

    def save_and_exit(self, code: int) -> None:
        """End what is in progress, saving, then exit with that code. To be overridden.

        Called in the app's thread; may take a while.
        """
        self.exit(return_code=code)

    def leave(self, code: int) -> None:
        """Save what is in progress and exit, once; callable in any thread and signal handler.

        Raises `SystemExit` where the app doesn't run yet, or no more.
        """
        if self._loop is None:
            raise SystemExit(code)
        self._loop.call_soon_threadsafe(self._leave_once, code)

    def _leave_once(self, code: int) -> None:
        if not self._is_leaving:
            self._is_leaving = True
            with self._context():
                self.save_and_exit(code)

    @on(Mount)
    def _watch_terminal(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self._redraw())
        self.set_interval(LOOK_SECONDS, self._look_at_terminal)

    def _redraw(self) -> None:
        """Redraw everything, as the shell has written over it."""
        self.screen.refresh(layout=True)

    def _look_at_terminal(self) -> None:
        # Nobody can see or steer it any more, even where no signal says so.
        if getattr(self._driver, "is_gone", False):
            self.leave(EXIT_CODE_BASE + HANG_UP)

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, or ours in its place: on Unix, and in a browser."""
        driver = super().get_driver_class()
        if driver.__name__ == "WebDriver":
            from rnntui.tui.core.served_driver import ServedDriver

            return ServedDriver
        if sys.platform == "win32":
            return driver
        from textual.drivers.linux_driver import LinuxDriver

        from rnntui.tui.core.lasting_driver import LastingDriver

        return LastingDriver if driver is LinuxDriver else driver

    def action_suspend_process(self) -> None:
        """Suspend the process, where a shell could continue it."""
        if getattr(self._driver, "has_shell", True):
            super().action_suspend_process()
        else:
            self.notify(NO_SHELL, markup=False)


@contextmanager
def leave_on_signals(leave: Callable[[int], None]) -> Iterator[None]:
    """Let the signals that end a process call `leave` with its exit code."""

    def handle(number: int, _frame: FrameType | None) -> None:
        leave(EXIT_CODE_BASE + number)

    before: dict[signal.Signals, Any] = {
        number: signal.signal(number, handle) for number in leaving_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        # The driver's handlers would draw on a released terminal.
        for number in job_control_signals():
            signal.signal(number, signal.SIG_DFL)
