"""Tells whether the fields of a tab-separated table are in quotation marks, as some programs write.

Most write a text as it is, so that a quotation mark is a character like any other.
Excel and pandas put a field into quotation marks where it needs them, and double those
within it, as RFC 4180 has it for CSV. Nothing in a file says which it is.
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
    """Tell whether all quotation marks of a table's lines are around fields, and had to be.

    They had to be around a tab, a line end or another quotation mark; around all fields
    of the first line; or around just those that have a comma, as Excel writes them.
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
    """Join lines as long as a quotation mark waits for its partner."""
    pending = ""
    for line in lines:
        pending += line
        if pending.count('"') % 2 and len(pending) <= LARGEST_TEXT:
            continue
        yield pending
        pending = ""
    if pending:
        yield pending
