"""Ends a transfer from another thread, also while that one waits for the network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a screen makes interruptions before anything needs the network
    from urllib3 import HTTPResponse


class InterruptedFetchError(Exception):
    """The fetch was interrupted; what has come is kept."""


class Interruption:
    """A wish to end, which a transfer looks at and is woken by."""

    def __init__(self) -> None:
        """Begin with no such wish."""
        self._wished = threading.Event()
        self._lock = threading.Lock()
        self._body: HTTPResponse | None = None

    def wish(self) -> None:
        """End the transfer as soon as it can, from any thread."""
        self._wished.set()
        with self._lock:
            if self._body is not None:
                # It may have ended meanwhile, or have no socket to shut.
                with suppress(OSError, ValueError, RuntimeError):
                    self._body.shutdown()

    def check(self) -> None:
        """Raise `InterruptedFetchError` if there is the wish to end."""
        if self._wished.is_set():
            raise InterruptedFetchError

    def rest(self, seconds: float) -> None:
        """Wait. Raises `InterruptedFetchError` as soon as there is the wish to end."""
        if self._wished.wait(seconds):
            raise InterruptedFetchError

    @contextmanager
    def reading(self, body: "HTTPResponse") -> Iterator[None]:
        """Have reads from `body` end where the wish comes within the block."""
        with self._lock:
            self._body = body
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._body = None
