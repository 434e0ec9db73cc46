"""Reads labelled texts from tables: CSV, TSV and JSONL with a text and a label column."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from rnntui.errors import CorpusError, quoted
from rnntui.text.labelled.faults import Faults
from rnntui.text.labelled.layout import LabelledText
from rnntui.text.labelled.limits import LARGEST_TEXT, check_corpus_size
from rnntui.text.labelled.quoting import is_quoted
from rnntui.text.reading import open_source, read_text
from rnntui.text.stamps import FileStamp

_TEXT_NAMES = ("text", "review", "sentence", "content", "comment", "document", "body", "message")
_LABEL_NAMES = ("label", "class", "sentiment", "category", "target", "polarity", "rating", "topic")
_SEPARATORS = (",", ";", "\t", "|")
_NAMED_COLUMNS = 12

TABLES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson"})
"""The suffixes of tables."""


@dataclass(frozen=True)
class TableColumns:
    """The columns given by the user, by name or number; "" for detection.

    Without a header the first row is a text like all others.
    """

    text: str = ""
    label: str = ""
    has_header: bool = True


class _Row(NamedTuple):
    """The fields of a row, and its name in messages."""

    place: str
    fields: list[str]


def table_texts(
    path: Path,
    stamps: tuple[FileStamp, ...],
    columns: TableColumns,
    text_encoding: str | None,
    faults: Faults,
) -> tuple[list[LabelledText], tuple[str, ...]]:
    """The rows of a table, and sentences about how it was read.

    CSV may have quoted fields, as in RFC 4180, and so may TSV if the whole file is consistent;
    otherwise quotation marks in TSV are characters like any other. Unusable rows are added to
    `faults`. Raises `CorpusError`.
    """
    source = open_source(path, stamps, text_encoding)
    check_corpus_size(stamps[0].size, path.name)
    name, notices = path.name, []
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        if not columns.has_header:
            raise CorpusError(f"{name} names its fields in every line, so it has no header.")
        source, texts = read_text(
            source, lambda chunks: list(_json_rows(_lines(chunks, name), columns, name, faults))
        )
        return texts, source.notices
    if not (quoted := suffix == ".csv"):
        source, quoted = read_text(source, lambda chunks: is_quoted(_lines(chunks, name)))
        if quoted:
            notices.append(f"Read {name} with fields in quotation marks, as Excel and pandas do.")
    source, rows = read_text(
        source, lambda chunks: list(_rows(path, _lines(chunks, name), quoted, faults))
    )
    texts, notice = _texts_of(rows, columns, name, faults)
    return texts, (*source.notices, *notices, *notice)


def _rows(path: Path, lines: Iterator[str], quoted: bool, faults: Faults) -> Iterator[_Row]:
    faults.restart()
    first = next((line for line in lines if line.strip()), "")
    reader = csv.reader(
        chain([first], lines),
        delimiter=_separator(path, first),
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    # A row may be longer than the module's default limit.
    usual_limit = csv.field_size_limit(LARGEST_TEXT)
    try:
        for number in count(1):
            place = f"row {number}"
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                sentence = f"can't be read ({error})"
                # An unterminated one has swallowed all following rows.
                if number == 1 or "end of data" in str(error):
                    raise CorpusError(
                        f"{path.name}, {place}, {sentence}; a quotation mark may be unbalanced."
                    ) from None
                faults.add(place, f"{sentence}, as a quotation mark may be unbalanced")
                continue
            if fields:
                yield _Row(place, fields)
    finally:
        csv.field_size_limit(usual_limit)


def _texts_of(
    rows: list[_Row], wanted: TableColumns, name: str, faults: Faults
) -> tuple[list[LabelledText], tuple[str, ...]]:
    """The texts of a table, and sentences about the columns used."""
    notice: tuple[str, ...] = ()
    if not rows:
        return [], ()
    if wanted.has_header:
        header, body = [column.strip() for column in rows[0].fields], rows[1:]
        width, said = len(header), f"and not {len(header)}, as the header has"
        text_at, label_at = _columns(header, wanted, name)
    else:
        body = rows
        width = Counter(len(row.fields) for row in rows).most_common(1)[0][0]
        said = f"and not {width}, as most rows have"
        text_at, label_at = _numbered(
            [row.fields for row in rows if len(row.fields) == width], wanted, name
        )
        if not (wanted.text and wanted.label):
            notice = (
                f"Read column {text_at + 1} of {name} as the text and column {label_at + 1} as"
                " the label.",
            )
    texts = []
    for place, fields in body:
        if len(fields) == width:
            texts.append(LabelledText("train", fields[label_at].strip(), fields[text_at], place))
        else:
            has = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
            faults.add(place, f"has {has} {said}")
    return texts, notice


def _json_rows(
    lines: Iterator[str], wanted: TableColumns, name: str, faults: Faults
) -> Iterator[LabelledText]:
    faults.restart()
    names: tuple[str, str] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"line {number}"
        row = _json_object(line)
        if row is None:
            faults.add(place, "isn't a JSON object, as each line must be")
            continue
        if names is None:
            fields = list(row)
            text_at, label_at = _columns(fields, wanted, name)
            names = fields[text_at], fields[label_at]
        text, label = (row.get(field) for field in names)
        missing = [field for field in names if field not in row]
        if missing:
            faults.add(place, f"has no field {quoted(missing[0])}")
        elif not isinstance(text, str):
            faults.add(place, "has a text that isn't in quotation marks")
        elif not isinstance(label, str | int | float):
            faults.add(place, "has a label that is neither a text nor a number")
        else:
            shown = label if isinstance(label, str) else json.dumps(label)
            yield LabelledText("train", shown.strip(), text, place)


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _columns(header: Sequence[str], wanted: TableColumns, name: str) -> tuple[int, int]:
    """The positions of text and label in a row."""
    text = _column(header, wanted.text, _TEXT_NAMES)
    label = _column(header, wanted.label, _LABEL_NAMES)
    if len(header) == 2 and (text is None) != (label is None) and not (wanted.text or wanted.label):
        # The remaining column must be the other one.
        text = 1 - label if label is not None else text
        label = 1 - text if text is not None else label
    for what, at, asked in (("text", text, wanted.text), ("label", label, wanted.label)):
        if at is None:
            called = (
                f"no column {quoted(asked)}"
                if asked
                else f"no column with a usual name for the {what}"
            )
            raise CorpusError(
                f"{name} has {called}; it has {_listed(header)}. Name one with --{what}-column, or"
                " give its number; if the first row is a text like the others, use --no-header."
            )
    if text is None or label is None or text == label:
        raise CorpusError(f"{name} needs one column for the text and another one for the label.")
    return text, label


def _column(header: Sequence[str], asked: str, usual: Sequence[str]) -> int | None:
    if asked:
        return header.index(asked) if asked in header else _number(asked, len(header))
    lower = [column.lower() for column in header]
    return next((lower.index(name) for name in usual if name in lower), None)


def _number(asked: str, columns: int) -> int | None:
    """The position of the column with that number, from 1; None if there is none."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    return number - 1 if 0 < number <= columns else None


def _numbered(rows: list[list[str]], wanted: TableColumns, name: str) -> tuple[int, int]:
    """The positions of text and label in rows without a header, all of the same length.

    Of two columns, the label's has fewer distinct values.
    """
    width = len(rows[0])
    found: dict[str, int | None] = {}
    for what, asked in (("text", wanted.text), ("label", wanted.label)):
        found[what] = _number(asked, width) if asked else None
        if asked and found[what] is None:
            raise CorpusError(
                f"{name} has no column {quoted(asked)}: without a header its columns are"
                f" 1 to {width}; give a number with --{what}-column."
            )
    text, label = found["text"], found["label"]
    if width == 2:
        if text is None and label is None:
            kinds = [len({row[at].strip() for row in rows}) for at in (0, 1)]
            label = None if kinds[0] == kinds[1] else kinds.index(min(kinds))
        if label is None and text is not None:
            label = 1 - text
        if text is None and label is not None:
            text = 1 - label
    if text is None or label is None or text == label:
        raise CorpusError(
            f"{name} has {width} column{'' if width == 1 else 's'}; give the number of the text's"
            " with --text-column and of the label's with --label-column."
        )
    return text, label


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(column[:40]) for column in header[:_NAMED_COLUMNS])
    more = len(header) - _NAMED_COLUMNS
    return (shown or "none at all") + (f" and {more} more" if more > 0 else "")


def _separator(path: Path, first: str) -> str:
    """The separator: a tab in TSV, the commonest one of the header in CSV."""
    if not _is_csv(path):
        return "\t"
    return max(_SEPARATORS, key=first.count)


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _lines(chunks: Iterator[str], name: str) -> Iterator[str]:
    r"""Cut chunks into lines, each with its `\n`."""
    pending = ""
    for chunk in chunks:
        *whole, pending = (pending + chunk).split("\n")
        for line in whole:
            yield line + "\n"
        if len(pending) > LARGEST_TEXT:
            raise CorpusError(f"{name} has a line of more than {LARGEST_TEXT >> 20} MB.")
    if pending:
        yield pending
