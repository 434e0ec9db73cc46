"""A text stream that outlasts whatever reads it: a terminal may go away under a program."""

import io
from typing import TextIO


class LastingStream(io.TextIOBase):
    """Writes to `stream` for as long as that can be written to, and drops the rest.

    Libraries that draw, some from threads of their own, are given one of these:
    an error in their midst would end the thread, and with it whatever waits for it.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self.lost: OSError | None = None
        """Why nothing is written any more; None while all is."""

    @property
    def _is_there(self) -> bool:
        # Closed below, it would fail when Python flushes what is collected as garbage.
        return self.lost is None and not self._stream.closed

    def write(self, text: str) -> int:
        """Write, or drop."""
        if self._is_there:
            try:
                self._stream.write(text)
            except OSError as error:
                self.lost = error
        return len(text)

    def flush(self) -> None:
        """Flush what can be."""
        if self._is_there:
            try:
                self._stream.flush()
            except OSError as error:
                self.lost = error

    def isatty(self) -> bool:
        """Whether it is, or was, a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The descriptor below."""
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream below, which says what may be drawn."""
        return self._stream.encoding
