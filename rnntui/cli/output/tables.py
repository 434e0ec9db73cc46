"""Tables and other Rich output."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from rnntui.cli.output.terminal import write_line
from rnntui.text.cells import printable
from rnntui.text.widths import with_cursor_placed

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 200
"""Columns without a terminal: a pipe has no width, so nothing is folded."""


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    title: str = "",
    stream: TextIO | None = None,
) -> None:
    """Print a table on standard output or `stream`; '>' before a column's name aligns it right.

    Raises as `write_text`.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    stream = stream or sys.stdout
    table = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.show_header = any(columns)
    for column in columns:
        justify = "right" if column.startswith(">") else "left"
        table.add_column(column.lstrip(">"), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    with drawing_on(stream) as console:
        console.print(table)


@contextmanager
def drawing_on(stream: TextIO, pipe_width: int = PIPE_WIDTH) -> "Iterator[Console]":
    """A console whose output is written to `stream` at the end.

    Raises as `write_text`.
    """
    from rich.console import Console

    terminal, drawn = stream.isatty(), StringIO()
    console = Console(file=drawn, force_terminal=terminal, width=None if terminal else pipe_width)
    yield console
    obeys = terminal and os.environ.get("TERM") not in ("dumb", "unknown")
    write_line(with_cursor_placed(drawn.getvalue()) if obeys else drawn.getvalue(), stream, end="")
