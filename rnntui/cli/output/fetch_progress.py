"""Output of a fetch: JSON lines, plain lines, or a progress bar on a terminal."""

import time
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, Self, TextIO, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from rnntui.cli.output.terminal import unwritable, write_line
from rnntui.clock import Clock
from rnntui.lasting_stream import LastingStream
from rnntui.text.cells import printable
from rnntui.text.library.entries import size_in_words
from rnntui.text.library.fetching.events import (
    Adding,
    Connecting,
    Downloading,
    Fetched,
    FetchEvent,
    Noticed,
    Retrying,
    Unpacking,
    Verifying,
    to_json,
)

PLAIN_SECONDS = 5.0
"""Seconds between two plain lines of progress."""


class FetchReader(Protocol):
    """Shows the events of one fetch, in their order."""

    def read(self, event: FetchEvent) -> None:
        """Show an event. Raises as `write_line`."""


def fetch_reader(stream: TextIO, as_json: bool) -> AbstractContextManager[FetchReader]:
    """JSON lines if asked for, a bar on a terminal, else plain lines."""
    if as_json:
        return nullcontext(JsonFetch(stream))
    if stream.isatty():
        return FetchBar(stream)
    return nullcontext(PlainFetch(stream))


def sentence(event: FetchEvent) -> str:
    """The sentence of an event; empty for events without one."""
    match event:
        case Connecting(received=received):
            on = f", from {size_in_words(received)} on" if received else ""
            return f"Fetching {event.address}{on}"
        case Retrying():
            return event.sentence
        case Verifying():
            return f"Computing the SHA-256 of {size_in_words(event.size_bytes)}"
        case Adding():
            return "Adding it to the library"
        case Noticed():
            return event.sentence
        case Fetched():
            how = "as published" if event.verified else "noted"
            return f"SHA-256 {event.sha256} ({how})"
        case _:
            return ""


class JsonFetch:
    """One line of JSON for each event, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: FetchEvent) -> None:
        """Write and flush a line."""
        write_line(to_json(event), self._stream)


class PlainFetch:
    """A line for each event that has a sentence, and for progress every few seconds."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._clock = clock
        self._told = clock()

    def read(self, event: FetchEvent) -> None:
        """Write a line, or nothing."""
        line = sentence(event)
        if isinstance(event, Downloading | Unpacking):
            if self._clock() - self._told < PLAIN_SECONDS:
                return
            line = _progress_line(event)
        if line:
            self._told = self._clock()
            write_line(printable(line), self._stream)


class FetchBar:
    """A bar with bytes, speed and remaining time; messages scroll above it."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on the terminal behind `stream`."""
        self._stream = LastingStream(stream)
        console = Console(file=cast(TextIO, self._stream), highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("connecting", total=None)

    def __enter__(self) -> Self:
        """Start drawing."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar off the terminal."""
        self._bar.stop()

    def read(self, event: FetchEvent) -> None:
        """Move the bar, or write a line above it. Raises as `write_line`."""
        match event:
            case Downloading(received=done, total=total):
                self._bar.update(self._task, description="fetching", completed=done, total=total)
            case Unpacking(unpacked=done, total=total):
                self._bar.update(self._task, description="unpacking", completed=done, total=total)
            case Verifying():
                self._bar.update(self._task, description="verifying")
            case Adding():
                self._bar.update(self._task, description="adding")
            case _:
                if words := sentence(event):
                    self._bar.console.print(Text(printable(words)))
        if self._stream.lost is not None:
            raise unwritable(self._stream.lost) from self._stream.lost


def _progress_line(event: Downloading | Unpacking) -> str:
    done = event.received if isinstance(event, Downloading) else event.unpacked
    verb = "fetched" if isinstance(event, Downloading) else "unpacked"
    if event.total is None:
        return f"{size_in_words(done)} {verb}"
    share = f" ({done / event.total:.0%})" if event.total else ""
    return f"{size_in_words(done)} of {size_in_words(event.total)} {verb}{share}"
