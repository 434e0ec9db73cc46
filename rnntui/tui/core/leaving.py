"""How the screen is left when nobody asks it by key: by a signal, or as its terminal is gone.

What goes on is saved first, as a person who leaves has it; Ctrl-Z only suspends.
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

from rnntui.runtime.signals import EXIT_CODE_BASE, HANG_UP, leaving_signals

LOOK_SECONDS = 1.0
"""How often the terminal is looked at; a hang-up that is meant for us comes as a signal."""

NO_SHELL = "There is no shell here to go back to; ctrl+q leaves."


class LeavingApp(App[ReturnType], Generic[ReturnType]):
    """An app that saves and leaves when a signal asks for it or its terminal is gone."""

    def __init__(self) -> None:
        """Begin with nobody leaving."""
        super().__init__()
        self._is_leaving = False

    def save_and_exit(self, code: int) -> None:
        """End what goes on, saving, then exit with that code. To be overridden; may take a while.

        It is called in the app's thread.
        """
        self.exit(return_code=code)

    def leave(self, code: int) -> None:
        """Save what goes on and exit, once; to be called in any thread, and in a signal's handler.

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
        self.app_resume_signal.subscribe(self, lambda _: self._draw_anew())
        self.set_interval(LOOK_SECONDS, self._look_at_terminal)

    def _draw_anew(self) -> None:
        """Draw all, as the shell has written over it."""
        self.screen.refresh(layout=True)

    def _look_at_terminal(self) -> None:
        # Nobody sees or steers it any more, whether or not anybody says so.
        if getattr(self._driver, "is_gone", False):
            self.leave(EXIT_CODE_BASE + HANG_UP)

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, or ours in its place where the terminal is one of Unix."""
        driver = super().get_driver_class()
        if sys.platform == "win32":
            return driver
        from textual.drivers.linux_driver import LinuxDriver

        from rnntui.tui.core.lasting_driver import LastingDriver

        return LastingDriver if driver is LinuxDriver else driver

    def action_suspend_process(self) -> None:
        """Suspend the process, where something could continue it."""
        if getattr(self._driver, "has_shell", True):
            super().action_suspend_process()
        else:
            self.notify(NO_SHELL, markup=False)


@contextmanager
def leave_on_signals(leave: Callable[[int], None]) -> Iterator[None]:
    """Have the signals that ask a process to leave call `leave` with its exit code."""

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
        # Those of the driver would draw on a terminal that is given back.
        if sys.platform != "win32":
            for number in (signal.SIGTSTP, signal.SIGCONT):
                signal.signal(number, signal.SIG_DFL)
