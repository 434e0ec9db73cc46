"""Removes Project Gutenberg's header and licence around a text."""

import re
from collections.abc import Callable, Iterable, Iterator

from rnntui.text.chapters import lines_of

LONGEST_HEADER = 40_000
"""Most characters before the start mark; older headers contain the whole licence."""

LONGEST_LICENCE = 60_000
"""Most characters after the end mark."""

_START = re.compile(
    r"\W*\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG|\W*\*END\*? ?THE SMALL PRINT", re.IGNORECASE
)
_END = re.compile(
    r"\W*\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG|\W*End of (?:the |this )?Project Gutenberg",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\W*(?:The )?Project Gutenberg(?:['’]s)? ", re.IGNORECASE)
_CREDITS = re.compile(
    r"(?:Produced|Transcribed|(?:This )?E-?(?:text|book) (?:was )?(?:prepared|produced)) ?by ",
    re.IGNORECASE,
)
_LICENCE_END = re.compile(r".*hear about new eBooks", re.IGNORECASE)
_ANY_MARK = re.compile(
    r"\*\*\* ?(?:START|END) OF TH(?:E|IS) PROJECT GUTENBERG|\*END\*? ?THE SMALL PRINT",
    re.IGNORECASE,
)

_MARK_LINES = 3
"""Most lines of a mark with a long title."""


def has_frame(text: str) -> bool:
    """Whether a text contains one of the marks."""
    return _ANY_MARK.search(text) is not None


def without_frame(chunks: Iterable[str]) -> Iterator[str]:
    """A text in chunks without header, credits and licence; other texts are unchanged.

    In several joined texts, each loses its own.
    """
    frame = _Frame()
    for line in lines_of(chunks):
        yield from frame.read(line)
    yield from frame.rest()


class _Frame:
    """Reads line by line and returns those that belong to the text."""

    def __init__(self) -> None:
        """Start where a header may begin."""
        self._held: list[str] = []
        self._length = self._mark_lines = 0
        self._is_behind_licence = self._in_credits = False
        self.read: Callable[[str], list[str]] = self._read_header

    def rest(self) -> list[str]:
        """The lines held back as a possible header, at the end of the text."""
        # Blank lines after a licence don't belong to the text.
        if self._is_behind_licence and not any(map(str.strip, self._held)):
            return []
        return self._held

    def _read_header(self, line: str) -> list[str]:
        self._held.append(line)
        self._length += len(line)
        if _START.match(line):
            self._held = []
            self._begin_mark(line)
        elif _END.match(line):
            return self._begin_licence(self._held[:-1])
        elif self._length > LONGEST_HEADER:
            held, self._held = self._held, []
            self.read = self._read_text
            return held
        return []

    def _begin_mark(self, line: str) -> None:
        self._mark_lines, self._in_credits = 1, False
        self.read = self._read_credits if line.rstrip().endswith("*") else self._read_mark

    def _read_mark(self, line: str) -> list[str]:
        """The rest of a mark with a long title."""
        self._mark_lines += 1
        if line.rstrip().endswith("*") or self._mark_lines == _MARK_LINES or not line.strip():
            self.read = self._read_credits
        return []

    def _read_credits(self, line: str) -> list[str]:
        """Blank lines, and a paragraph of credits."""
        if not line.strip():
            self._in_credits = False
            return []
        if self._in_credits or _CREDITS.match(line):
            self._in_credits = True
            return []
        self.read = self._read_text
        return self._read_text(line)

    def _read_text(self, line: str) -> list[str]:
        if _END.match(line):
            return self._begin_licence([])
        if _HEADER.match(line):
            self._begin_header([line])
            return []
        return [line]

    def _begin_header(self, held: list[str]) -> None:
        self._held, self._length = held, sum(map(len, held))
        self.read = self._read_header

    def _begin_licence(self, before: list[str]) -> list[str]:
        self._held, self._length = [], 0
        self.read = self._read_licence
        return before

    def _read_licence(self, line: str) -> list[str]:
        self._length += len(line)
        if _START.match(line):
            self._begin_mark(line)
        elif _LICENCE_END.match(line):
            self._is_behind_licence = True
            self._begin_header([])
        elif self._length > LONGEST_LICENCE:
            self.read = self._read_text
        return []
