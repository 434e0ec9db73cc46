"""Textual's driver for a terminal that may hang up, and that a shell takes over at Ctrl-Z.

In the original, the writing thread dies with the terminal, and the screen then waits for
it forever; the reading thread ends the app before anything is saved; and a process that is
continued without having been suspended through Textual has two reading threads.
"""

import os
import signal
import termios
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

from rnntui.lasting_stream import LastingStream
from rnntui.runtime.signals import sleep_until_continued


class LastingDriver(LinuxDriver):
    """Draws on the terminal and reads its keys until it hangs up."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take what `LinuxDriver` takes."""
        super().__init__(*arguments, **options)
        self._output = LastingStream(cast(TextIO, self._file))
        self._file = cast(TextIOWrapper, self._output)

    @property
    def is_gone(self) -> bool:
        """Whether the terminal has hung up."""
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            return True
        return self._output.lost is not None

    @property
    def is_in_front(self) -> bool:
        """Whether we are the foreground process, not sent to the background by the shell."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True

    @property
    def has_shell(self) -> bool:
        """Whether a shell could continue us: we are not the terminal's own process."""
        return os.getsid(0) != os.getpid()

    def run_input_thread(self) -> None:
        """Read keys until the terminal hangs up, which the app sees by `is_gone`."""
        with suppress(OSError):
            super().run_input_thread()

    def _sigtstp_application(self, *_: object) -> None:
        """Release the terminal, stop the process, and take the terminal back at `fg`."""
        continued = signal.signal(signal.SIGCONT, signal.SIG_DFL)
        self.suspend_application_mode()
        sleep_until_continued()
        while not self.is_in_front:
            # Continued by `bg`, where there is no terminal to draw on.
            sleep_until_continued(signal.SIGSTOP)
        signal.signal(signal.SIGCONT, continued)
        self._must_signal_resume = True
        self.resume_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """Redraw after a stop that can't be caught; a hang-up also sends this signal."""
        if self.is_gone or not self.is_in_front:
            return
        self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()
