"""Reading CSV files whose first lines are comments."""

import csv
import io
from pathlib import Path


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """The comments above a table, without their marks, and its rows, names first."""
    return parse_table(path.read_bytes().decode())


def parse_table(text: str) -> tuple[list[str], list[list[str]]]:
    """The same of a text."""
    about = []
    while text.startswith("# "):
        line, _, text = text.partition("\n")
        about.append(line.removeprefix("# "))
    return about, list(csv.reader(io.StringIO(text, newline="")))


def records(path: Path) -> list[dict[str, str]]:
    """The rows by the names of their columns."""
    _, (names, *rows) = read_table(path)
    return [dict(zip(names, row, strict=True)) for row in rows]
