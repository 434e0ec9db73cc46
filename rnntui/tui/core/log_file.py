"""The log file: what went wrong, with tracebacks, for whoever wants to know more."""

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
    """Keep what the package logs in `folder`, in two files of at most `LOG_BYTES` each.

    The folder is created if absent. Gives None, or a sentence for people where
    the file can't be written; the program goes on without it then.
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
        # Without any handler, logging would write into the picture on the screen.
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
    """A log file that a full disk doesn't make write into the picture on the screen."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Let go of a line that can't be written."""
