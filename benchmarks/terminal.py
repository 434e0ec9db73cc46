"""A program in a pseudo-terminal, for measurements: keys go in, what it draws comes out."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self


class Terminal:
    """A child process on a terminal of its own; what it drew stands in `output`."""

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], environment: Mapping[str, str]
    ) -> None:
        """Start `command` on a terminal of `size` (columns, rows)."""
        self.master, slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            start_new_session=True,
        )
        os.close(slave)
        self.output = bytearray()  # one of bytes is copied whole with each reading

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End the child."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take what has been drawn, waiting that long at most; whether there was anything."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            self.output += os.read(self.master, 1 << 16)
        except OSError:
            return False
        return True

    def wait_for(self, pattern: bytes, seconds: float, start: int = 0) -> float:
        """Seconds until `pattern` is drawn, behind `start` of the output.

        Raises `TimeoutError` where it isn't in time.
        """
        began = time.perf_counter()
        wanted = re.compile(pattern, re.DOTALL)
        while not wanted.search(self.output, start):
            left = seconds - (time.perf_counter() - began)
            if left <= 0:
                raise TimeoutError(f"{pattern!r} was not drawn within {seconds} s")
            self.read(min(left, 0.5))
        return time.perf_counter() - began

    def idle(self, seconds: float) -> None:
        """Let time pass, taking what is drawn."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
