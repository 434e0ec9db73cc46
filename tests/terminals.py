"""The program on a terminal that controls it, as a shell or an SSH connection gives it one."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.command_line import command


class OnTerminal:
    """The program in a process of its own; what it has drawn stands in `drawn`."""

    def __init__(
        self, *arguments: str | Path, ignored: Collection[signal.Signals] = (), columns: int = 100
    ) -> None:
        self.near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        self.drawn = b""

        def take_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)

        # Its size is the terminal's own, not the one that a test runner's workers are told.
        environment = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")
        }
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=far,
            stdout=far,
            stderr=far,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(far)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.near >= 0:
            os.close(self.near)
        self.process.kill()
        self.process.wait()

    def read_until(self, *parts: bytes) -> None:
        """Wait until all of it is drawn."""
        while not all(part in self.drawn for part in parts):
            self.drawn += os.read(self.near, 65536)

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.near, keys.encode())

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self.near)
        self.near = -1

    def code(self) -> int:
        """Read what is still drawn, and wait for the exit code."""
        while self.near >= 0:
            try:
                part = os.read(self.near, 65536)
            except OSError:  # Linux says so where others send an empty read.
                break
            if not part:
                break
            self.drawn += part
        return self.process.wait()
