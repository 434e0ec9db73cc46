"""A progress line on standard error for long measurements."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from rnntui.lasting_stream import LastingStream
from rnntui.training.measure import ReportProgress, Stage, no_stages


@contextmanager
def measuring_shown() -> Iterator[Stage]:
    """Show the progress of stages on a terminal; the line is erased at the end."""
    if not sys.stderr.isatty():
        yield no_stages
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    console = Console(file=cast(TextIO, LastingStream(sys.stderr)))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def stage(name: str, total: int) -> ReportProgress:
            progress.reset(task, description=name, total=total or None)
            return partial(progress.advance, task)

        yield stage
