"""Tables for people."""

import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TextIO

from rnntui.cli.terminal import write_line
from rnntui.text.cells import printable


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    title: str = "",
    stream: TextIO | None = None,
) -> None:
    """A table on standard output or `stream`; a column whose name starts with '>' is flush right.

    Raises as `write_text`.
    """
    from rich import box
    from rich.console import Console
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
    # A pipe has no width of its own, so nothing is folded for it.
    terminal, drawn = stream.isatty(), StringIO()
    Console(file=drawn, force_terminal=terminal, width=None if terminal else 200).print(table)
    write_line(drawn.getvalue(), stream, end="")
