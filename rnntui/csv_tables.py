"""Tables as CSV that say what they are, in comment lines above the line of names."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

_MARK: Final = "#"
_ROW_END: Final = f"{_MARK}\r\n"
"""What the writer ends a row with: it puts values that have a character of it in quotes."""


def write_table(file: TextIO, about: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a line `# …` for each of `about` that isn't empty, then the rows, names first.

    A value that has a `#` is in quotation marks, so that readers that leave comments out, such as
    `pandas.read_csv(…, comment="#")`, take it for one. Lines end with `\\n`.
    """
    for line in filter(None, about):
        file.write(f"{_MARK} {''.join(map(_on_one_line, line))}\n")
    csv.writer(_PlainEnds(file), lineterminator=_ROW_END).writerows(rows)


def table_text(about: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same as a text."""
    lines = io.StringIO()
    write_table(lines, about, rows)
    return lines.getvalue()


class _PlainEnds:
    """Takes whole rows, as `csv.writer` gives them, and writes them with a plain line end."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        """Write one row."""
        return self._file.write(row.removesuffix(_ROW_END) + "\n")


def _on_one_line(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
