"""The log file: errors, with tracebacks."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from rnntui.errors import reason

LOG_NAME: Final = "rnntui.log"
LOG_BYTES: Final = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def log_to_file(folder: Path) -> Iterator[str | None]:
    """Write the package's log to `folder`, in two files of at most `LOG_BYTES` each.

    The folder is created if absent. Yields None, or a sentence where the file can't be
    written; the program then runs without a log.
    """
    logger = logging.getLogger("rnntui")
    path = folder / LOG_NAME
    complaint = None
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _QuietFile(
            path,
            maxBytes=LOG_BYTES,
            backupCount=1,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        # Without a handler, logging would write to the screen.
        handler = logging.NullHandler()
        complaint = f"No log is kept, as {path} can't be written: {reason(error)}."
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(handler)
    try:
        yield complaint
    finally:
        logger.removeHandler(handler)
        handler.close()


class _QuietFile(RotatingFileHandler):
    """A log file that doesn't write to the screen when the disk is full."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Drop a line that can't be written."""
