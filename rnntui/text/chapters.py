"""One chapter of a text: the part after a heading such as `CHAPTER IV`."""

import re
from collections.abc import Iterable, Iterator

from rnntui.errors import CorpusError

SHORTEST = 200
"""Fewest characters of a chapter; anything shorter is an entry of a table of contents."""

LONGEST_FRONT = 100_000
"""Most characters before the first chapter; a text without one by then has none."""

_HEADING = re.compile(r"\s*(?:CHAPTER|Chapter)\s+(?:[0-9]{1,3}|[IVXLCDM]{1,9})(?:\W|$)")
_END = re.compile(r"\s*\*\*\* ?END OF ")  # below the last chapter of a Gutenberg text


def chapter(chunks: Iterable[str], number: int) -> Iterator[str]:
    """Chapter `number`, from 1, of a text in chunks; a text without chapters is unchanged.

    A chapter starts with its heading, a line of `CHAPTER` and a Roman or Arabic number, and ends
    before the next heading. Raises `CorpusError` for a text with fewer chapters.
    """
    lines = lines_of(chunks)
    front: list[str] = []
    part: list[str] = []
    found = length = front_length = 0
    for line in lines:
        if _HEADING.match(line):
            part, length = [line], 0
        elif part:
            part.append(line)
            length += len(line)
            if length >= SHORTEST:
                found += 1
                if found == number:
                    yield from part
                    yield from _until_heading(lines)
                    return
                part = []
        if not found:
            front.append(line)
            front_length += len(line)
            if front_length > LONGEST_FRONT:
                break
    if found:
        raise CorpusError(f"The text has no chapter {number}, only {found}; choose an earlier one.")
    yield from front
    yield from lines


def _until_heading(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if _HEADING.match(line) or _END.match(line):
            return
        yield line


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text in chunks, each with its line end."""
    held = ""
    for chunk in chunks:
        *whole, held = (held + chunk).split("\n")
        yield from (line + "\n" for line in whole)
    if held:
        yield held
