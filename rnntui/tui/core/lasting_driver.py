"""Textual's driver for a terminal that may go away, and that a shell takes over at Ctrl-Z.

As it comes, the thread that writes dies with the terminal, and the screen then waits
for it forever; the one that reads ends the app before anything is saved; and whoever is
continued without having been suspended through Textual has two threads that read.
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
    """Draws on the terminal and reads its keys for as long as it is there."""

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
        """Whether the terminal is ours, not that of the shell that sent us to the background."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True

    @property
    def has_shell(self) -> bool:
        """Whether something is there that could continue us: we are not what the terminal runs."""
        return os.getsid(0) != os.getpid()

    def run_input_thread(self) -> None:
        """Read keys until the terminal is gone, which the app sees by `is_gone`."""
        with suppress(OSError):
            super().run_input_thread()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back, stop the process, and take the terminal again at `fg`."""
        continued = signal.signal(signal.SIGCONT, signal.SIG_DFL)
        self.suspend_application_mode()
        sleep_until_continued()
        while not self.is_in_front:
            # Continued by `bg`, where a screen has no place.
            sleep_until_continued(signal.SIGSTOP)
        signal.signal(signal.SIGCONT, continued)
        self._must_signal_resume = True
        self.resume_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """Draw anew after a stop that nobody could catch; a hang-up also sends this signal."""
        if self.is_gone or not self.is_in_front:
            return
        self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()
