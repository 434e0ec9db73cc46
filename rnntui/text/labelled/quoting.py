"""Detects quoted fields in a tab-separated table.

Most programs write a text as it is, where a quotation mark is a character like any other. Excel and
pandas quote a field if necessary and double the quotation marks within, as RFC 4180 does for CSV.
Nothing in a file tells which.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rnntui.text.labelled.limits import LARGEST_TEXT

_FIELD: Final = r'(?:"(?:[^"]|"")*+"|[^"\t\n]*+)'
_RECORD: Final = re.compile(rf"{_FIELD}(?:\t{_FIELD})*+\n?")
_FIELDS: Final = re.compile(r'"(?:[^"]|"")*+"|[^"\t\n]++')
_NEEDS: Final = re.compile(r'\t|\n|""')


def is_quoted(lines: Iterable[str]) -> bool:
    """Whether all quotation marks of a table's lines are around fields, and for a reason.

    Reasons are a tab, a line end or a quotation mark in the field; all fields of the first line
    quoted; or exactly the fields with a comma quoted, as Excel does.
    """
    needed = False
    commas_quoted, commas_bare = False, False
    for number, record in enumerate(_records(lines)):
        if '"' not in record:
            commas_bare = commas_bare or "," in record
            continue
        if not _RECORD.fullmatch(record):
            return False
        fields = _FIELDS.findall(record)
        quoted = [field[1:-1] for field in fields if field[0] == '"']
        needed = needed or any(map(_NEEDS.search, quoted))
        needed = needed or (number == 0 and len(quoted) == len(fields) > 1)
        if all("," in field for field in quoted):
            commas_quoted = True
        else:
            commas_bare = True
        commas_bare = commas_bare or any("," in field for field in fields if field[0] != '"')
    return needed or (commas_quoted and not commas_bare)


def _records(lines: Iterable[str]) -> Iterator[str]:
    """Join lines while a quotation mark is unbalanced."""
    pending = ""
    for line in lines:
        pending += line
        if pending.count('"') % 2 and len(pending) <= LARGEST_TEXT:
            continue
        yield pending
        pending = ""
    if pending:
        yield pending
