"""The text of a stream, wrapped to a width: its characters and the starts of lines.

An append-only buffer in flat arrays, 14 bytes a character. Characters have absolute
indices since the buffer was cleared, which stay valid when old ones are dropped; lines
likewise, until the width changes. Drawing is elsewhere.

Wrapping is greedy and line by line: at the last space of the line if it has one, else
before the character that doesn't fit. One space may hang, undrawn, past a full line. So
the cost of appending doesn't depend on the length of the text, and appending in pieces
gives the same lines as appending at once.
"""

import math
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rnntui.text.cells import WIDEST, follows, joins, may_follow, may_join, visible
from rnntui.text.widths import cell_width

KEPT_CHARACTERS: Final = 100_000
"""Default for the most characters in a buffer."""

# Dropped characters stay in memory until they are this share of the limit: moving the
# others down is O(n), and so is done rarely.
_SLACK_SHARE = 8
_NOWHERE = -1
_BYTES_PER_CHARACTER = 4  # of UTF-32


class Line(NamedTuple):
    """A visual line: the characters from `start` up to, not including, `stop`."""

    start: int
    stop: int


class StreamBuffer:
    """The last characters of an endless text, each with a probability."""

    def __init__(self, width: int, limit: int = KEPT_CHARACTERS) -> None:
        """Create an empty buffer for lines of `width` cells.

        It keeps at most `limit` characters: whole lines are dropped, but never the last one.
        Raises `ValueError` if a tab would not fit into `width`, or `limit` is not positive.
        """
        if limit < 1:
            raise ValueError(f"A stream must keep at least one character, not {limit}.")
        self._limit = limit
        self._width = _checked(width)
        self.clear()

    def clear(self) -> None:
        """Clear the buffer; characters and lines count from zero again."""
        self._codes = bytearray()  # UTF-32, 4 bytes a character
        self._probabilities = array("d")  # NaN where there is none
        self._underlined = bytearray()  # 0 or 1
        self._chosen = bytearray()  # 0 or 1
        self._oldest = 0  # absolute index of the first character in these arrays
        self._start_over()

    def _start_over(self) -> None:
        """Start over with one empty line at the oldest character in memory."""
        self._starts = array("q", [self._oldest])  # absolute index of each line's start
        self._passed = 0  # leading entries of `_starts` whose lines were dropped
        self._first_line = 0
        self._end = self._oldest
        self._cells = 0  # cells of the last line; width + 1 with a hanging space
        self._break = _NOWHERE  # where the last line can be broken: after its last space
        self._break_cells = 0  # cells of the last line up to there
        self._cluster = ""  # characters that share the last cells of the last line

    @property
    def width(self) -> int:
        """Cells in a line."""
        return self._width

    @property
    def first(self) -> int:
        """Absolute index of the oldest character kept."""
        return self._starts[self._passed]

    @property
    def end(self) -> int:
        """Absolute index of the next character."""
        return self._end

    @property
    def first_line(self) -> int:
        """Number of the oldest line kept: how many were dropped at this width."""
        return self._first_line

    @property
    def end_line(self) -> int:
        """Number of the next line; there is always a last line."""
        return self._first_line + len(self._starts) - self._passed

    def line(self, number: int) -> Line:
        """The start and stop of a line, its newline included.

        Raises `IndexError` if the line was dropped or does not exist yet.
        """
        if not self.first_line <= number < self.end_line:
            raise IndexError(f"No line {number} in {self.first_line}..{self.end_line - 1}.")
        place = number - self._first_line + self._passed
        last = place + 1 == len(self._starts)
        return Line(self._starts[place], self._end if last else self._starts[place + 1])

    def line_of(self, index: int) -> int:
        """The number of a character's line.

        An index before the kept text counts as its beginning, one after as its end.
        """
        index = max(index, self.first)
        place = bisect_right(self._starts, index, lo=self._passed) - 1
        return place - self._passed + self._first_line

    def text(self, start: int, stop: int) -> str:
        """The kept characters of a range, exactly as appended."""
        start, stop = self._places(start, stop)
        codes = self._codes[start * _BYTES_PER_CHARACTER : stop * _BYTES_PER_CHARACTER]
        return codes.decode("utf-32-le", "surrogatepass")

    def probabilities(self, start: int, stop: int) -> Sequence[float]:
        """The probabilities of a range; NaN where there is none."""
        start, stop = self._places(start, stop)
        return self._probabilities[start:stop]

    def underlined(self, start: int, stop: int) -> Sequence[int]:
        """1 for each underlined character of a range, 0 for others."""
        start, stop = self._places(start, stop)
        return self._underlined[start:stop]

    def set_underlined(self, start: int, stop: int) -> None:
        """Underline the characters of a range, as far as they are kept."""
        start, stop = self._places(start, stop)
        self._underlined[start:stop] = b"\x01" * (stop - start)

    def chosen(self, start: int, stop: int) -> Sequence[int]:
        """1 for each character of a range that was chosen by hand, 0 for others."""
        start, stop = self._places(start, stop)
        return self._chosen[start:stop]

    def set_chosen(self, start: int, stop: int) -> None:
        """Mark the characters of a range as chosen by hand, as far as they are kept."""
        start, stop = self._places(start, stop)
        self._chosen[start:stop] = b"\x01" * (stop - start)

    def set_prime(self, start: int, stop: int) -> None:
        """Remove the probabilities of a range, as of a prime."""
        start, stop = self._places(start, stop)
        self._probabilities[start:stop] = array("d", [math.nan]) * (stop - start)

    def append(self, text: str, probabilities: Sequence[float | None]) -> int:
        """Append characters and drop the oldest lines beyond the limit.

        There is a probability for each character, 0 to 1, or None where nothing was sampled:
        a prime, a notice. Returns the number of the first line that changed, which may have
        been dropped since. Raises `ValueError` if the lengths differ.
        """
        if len(text) != len(probabilities):
            raise ValueError(f"{len(text)} characters have {len(probabilities)} probabilities.")
        changed = self.end_line - 1
        self._codes += text.encode("utf-32-le", "surrogatepass")
        self._probabilities.extend([math.nan if p is None else p for p in probabilities])
        self._underlined += bytes(len(text))
        self._chosen += bytes(len(text))
        self._wrap(text)
        self._drop()
        return changed

    def rewrap(self, width: int) -> None:
        """Rewrap the text to another width; lines count from zero again.

        Raises `ValueError` if a tab would not fit into `width`.
        """
        self._width = _checked(width)
        self._forget_dropped()
        text = self.text(self.first, self.end)
        self._start_over()
        self._wrap(text)

    def _places(self, start: int, stop: int) -> tuple[int, int]:
        """Convert absolute indices to array indices, clipped to the kept characters."""
        start = min(max(start, self.first), self._end)
        stop = min(max(stop, start), self._end)
        return start - self._oldest, stop - self._oldest

    def _wrap(self, text: str) -> None:
        """Continue the last line with `text`, starting new lines where it is full."""
        # Names are local and the most common character has the shortest path, because
        # this runs once per character of every stream.
        width, starts = self._width, self._starts
        cells, cluster = self._cells, self._cluster
        break_at, break_cells = self._break, self._break_cells
        for index, char in enumerate(text, self._end):
            advance = _advance(char)
            if not advance:
                if char == "\n":
                    starts.append(index + 1)
                    cells, break_at, cluster = 0, _NOWHERE, ""
                    continue
                if joins(cluster, char):
                    cluster += char
                    if break_at == index:  # a marked space is still one place
                        break_at = index + 1
                    continue
                advance = _standing(cluster, char)
            while cells + advance > width:
                if char == " " and cells == width:  # let it hang
                    break
                if break_at == _NOWHERE:
                    starts.append(index)
                    cells = 0
                    advance = visible(char).width  # of a mark that nothing stands before now
                else:
                    starts.append(break_at)
                    cells -= break_cells
                    break_at = _NOWHERE
            cells += advance
            cluster = char
            if char == " ":
                break_at, break_cells = index + 1, cells
                if cells > width:
                    cluster = ""  # a hanging space can't carry a mark
        self._end += len(text)
        self._cells, self._cluster = cells, cluster
        self._break, self._break_cells = break_at, break_cells

    def _drop(self) -> None:
        """Drop the oldest lines while there are too many characters."""
        last = len(self._starts) - 1
        passed = self._passed
        while passed < last and self._end - self._starts[passed] > self._limit:
            passed += 1
        self._first_line += passed - self._passed
        self._passed = passed
        if self.first - self._oldest > self._limit // _SLACK_SHARE:
            self._forget_dropped()

    def _forget_dropped(self) -> None:
        """Free the memory of dropped characters and lines."""
        gone = self.first - self._oldest
        del self._codes[: gone * _BYTES_PER_CHARACTER]
        del self._probabilities[:gone]
        del self._underlined[:gone]
        del self._chosen[:gone]
        del self._starts[: self._passed]
        self._oldest += gone
        self._passed = 0


@lru_cache(maxsize=16_384)
def _advance(char: str) -> int:
    """The width of a character, or 0 if it depends on its neighbours."""
    return 0 if char == "\n" or may_join(char) or may_follow(char) else visible(char).width


def _standing(cluster: str, char: str) -> int:
    """The width of a character that does not join the ones before it."""
    return cell_width(char) if follows(cluster, char) else visible(char).width


def _checked(width: int) -> int:
    """Return `width`. Raises `ValueError` if not every character fits into it."""
    if width < WIDEST:
        raise ValueError(f"A line needs at least {WIDEST} cells, not {width}.")
    return width
