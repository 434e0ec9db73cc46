"""A time limit for code from the file of a person's own cell, which may never come to an end."""

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rnntui.nets.cells.own import wrong_in

SECONDS: Final = 10.0
"""How long a file may take to be run, or to be checked, each of which takes well under one."""

_TICK: Final = 0.1


class _OutOfTimeError(BaseException):
    """Breaks off a cell's code. No `Exception`, which that code may catch."""


@contextmanager
def time_limit(path: str) -> Iterator[None]:
    """Break off code of the file at `path` that runs for longer than `SECONDS`.

    Only time in which the process runs counts, and only Python can be broken off: what hangs
    within a library goes on until that returns.

    Raises `ConfigError` that names the line of the file in which it was.
    """
    watch = _Watch(path)
    watch.thread.start()
    try:
        try:
            yield
        finally:
            watch.end()
    except _OutOfTimeError as error:
        watch.end()
        what = f"the code is still here after {SECONDS:g} s; it may be a loop that never ends"
        raise wrong_in(path, watch.line, what) from error


class _Watch:
    """Looks at the thread that made it, from one of its own."""

    def __init__(self, path: str) -> None:
        self.line = 1
        self.thread = threading.Thread(target=self._watch, name="cell time limit", daemon=True)
        self._path = path
        self._watched = threading.get_ident()
        self._is_over = threading.Event()

    def end(self) -> None:
        """Stop watching. May raise what breaks the code off, if that ends at the same moment."""
        self._is_over.set()
        self.thread.join()
        # What was raised last comes at one of these instructions, if it hasn't come yet. (To take
        # it back instead leaves CPython 3.11 looking for it, slowly, for good.)
        for _ in range(10):
            pass

    def _watch(self) -> None:
        # Ticks are counted, not a clock read: a process that was stopped has not had its time.
        for _ in range(max(1, round(SECONDS / _TICK))):
            if self._is_over.wait(_TICK):
                return
        self.line = self._line_there()
        # Once more at each tick, since the code may catch what is raised in it.
        while True:
            exception = ctypes.py_object(_OutOfTimeError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._watched), exception)
            if self._is_over.wait(_TICK):
                return

    def _line_there(self) -> int:
        """The line of the file at which the watched thread is; its first one if at none."""
        frame = sys._current_frames().get(self._watched)
        while frame is not None and frame.f_code.co_filename != self._path:
            frame = frame.f_back
        return 1 if frame is None else frame.f_lineno
