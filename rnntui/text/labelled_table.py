"""Reads labelled texts out of tables: CSV, TSV and JSONL with a text and a label column."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnntui.errors import CorpusError
from rnntui.text.labelled_layout import LabelledText
from rnntui.text.labelled_limits import LARGEST_TEXT, check_corpus_size
from rnntui.text.reading import FileStamp, open_source, read_text

_TEXT_NAMES = ("text", "review", "sentence", "content", "comment", "document", "body", "message")
_LABEL_NAMES = ("label", "class", "sentiment", "category", "target", "polarity", "rating", "topic")
_SEPARATORS = (",", ";", "\t", "|")
_NAMED_COLUMNS = 12

TABLES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson"})
"""The suffixes of tables."""


@dataclass(frozen=True)
class Columns:
    """The columns that a person named; "" for those to be found by usual names."""

    text: str = ""
    label: str = ""


def table_texts(
    path: Path, stamps: tuple[FileStamp, ...], columns: Columns, text_encoding: str | None
) -> tuple[list[LabelledText], tuple[str, ...]]:
    """Return the rows of a table and sentences about how it was read.

    A row of CSV may have fields in quotation marks, as RFC 4180 has it; in
    TSV, quotation marks are characters like any other. Raises CorpusError.
    """
    source = open_source(path, stamps, text_encoding)
    check_corpus_size(stamps[0].size, path.name)
    rows = _json_rows if path.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows

    def consume(chunks: Iterator[str]) -> list[LabelledText]:
        return list(rows(path, _lines(chunks, path.name), columns))

    source, texts = read_text(source, consume)
    return texts, source.notices


def _csv_rows(path: Path, lines: Iterator[str], wanted: Columns) -> Iterator[LabelledText]:
    name = path.name
    first = next((line for line in lines if line.strip()), "")
    separator = _separator(path, first)
    reader = csv.reader(
        _with_first(first, lines),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if _is_csv(path) else csv.QUOTE_NONE,
        strict=True,
    )
    number = 0
    # A row may be longer than the module allows for everybody by default.
    usual_limit = csv.field_size_limit(LARGEST_TEXT)
    try:
        header = [column.strip() for column in next(reader, [])]
        text_at, label_at = _columns(header, wanted, name)
        number = 1
        for number, row in enumerate(reader, 2):
            if not row:
                continue
            if len(row) != len(header):
                raise CorpusError(
                    f"{name}, row {number}, has {len(row)} fields and not {len(header)}, "
                    "as the header has; repair it."
                )
            yield _labelled(row[text_at], row[label_at], f"{name}, row {number},")
    except csv.Error as error:
        raise CorpusError(
            f"{name}, row {number + 1}, can't be read ({error}); "
            "a quotation mark may be without its partner."
        ) from None
    finally:
        csv.field_size_limit(usual_limit)


def _json_rows(path: Path, lines: Iterator[str], wanted: Columns) -> Iterator[LabelledText]:
    names: tuple[str, str] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path.name}, line {number},"
        row = _json_object(line, place)
        if names is None:
            fields = list(row)
            text_at, label_at = _columns(fields, wanted, path.name)
            names = fields[text_at], fields[label_at]
        for field in names:
            if field not in row:
                raise CorpusError(f"{place} has no field {field[:40]!r}.")
        text, label = (row[field] for field in names)
        if not isinstance(text, str):
            raise CorpusError(f"{place} has a text that isn't in quotation marks.")
        if not isinstance(label, str | int | float):
            raise CorpusError(f"{place} has a label that is neither a text nor a number.")
        yield _labelled(text, label if isinstance(label, str) else json.dumps(label), place)


def _json_object(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise CorpusError(f"{place} isn't an object of JSON; each line must be one.")
    return row


def _labelled(text: str, label: str, place: str) -> LabelledText:
    return LabelledText("train", label.strip(), text, place)


def _columns(header: Sequence[str], wanted: Columns, name: str) -> tuple[int, int]:
    """Return where the text and the label stand in a row."""
    text = _column(header, wanted.text, _TEXT_NAMES)
    label = _column(header, wanted.label, _LABEL_NAMES)
    if len(header) == 2 and (text is None) != (label is None) and not (wanted.text or wanted.label):
        # What is neither can only be the other.
        text = 1 - label if label is not None else text
        label = 1 - text if text is not None else label
    for what, at, asked in (("text", text, wanted.text), ("label", label, wanted.label)):
        if at is None:
            called = (
                f"no column {asked!r}" if asked else f"no column of a usual name for the {what}"
            )
            raise CorpusError(
                f"{name} has {called}; it has {_listed(header)}. Name one with --{what}-column."
            )
    if text is None or label is None or text == label:
        raise CorpusError(f"{name} needs one column for the text and another one for the label.")
    return text, label


def _column(header: Sequence[str], asked: str, usual: Sequence[str]) -> int | None:
    if asked:
        return header.index(asked) if asked in header else None
    lower = [column.lower() for column in header]
    return next((lower.index(name) for name in usual if name in lower), None)


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(column[:40]) for column in header[:_NAMED_COLUMNS])
    more = len(header) - _NAMED_COLUMNS
    return (shown or "none at all") + (f" and {more} more" if more > 0 else "")


def _separator(path: Path, first: str) -> str:
    """Return what parts the columns: a tab in TSV, in CSV what makes the most of the header."""
    if not _is_csv(path):
        return "\t"
    return max(_SEPARATORS, key=first.count)


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _with_first(first: str, rest: Iterator[str]) -> Iterable[str]:
    yield first
    yield from rest


def _lines(chunks: Iterator[str], name: str) -> Iterator[str]:
    r"""Cut chunks at `\n`, which each line keeps."""
    pending = ""
    for chunk in chunks:
        *whole, pending = (pending + chunk).split("\n")
        for line in whole:
            yield line + "\n"
        if len(pending) > LARGEST_TEXT:
            raise CorpusError(f"{name} has a line of more than {LARGEST_TEXT >> 20} MB.")
    if pending:
        yield pending
