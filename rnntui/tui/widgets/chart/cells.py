"""A grid of character cells to draw on, converted to strips in the end.

Text is untrusted here: control characters get a visible stand-in, a letter and its
marks share a cell, and a wide character keeps both its cells or none.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnntui.text.cells import units
from rnntui.tui.widgets.chart.glyphs import NOTHING, Codes
from rnntui.tui.widgets.chart.inks import FIRST_BOXED, Ink

_SPACE = ord(" ")
_RIGHT_HALF = 0  # the second cell of a wide character
_STAND_IN = "�"

# Private characters, which are drawn as `_STAND_IN` in a text.
_FIRST_MARKED = 0xF0000
_MOST_MARKED = 0xFFFE
_marked: dict[str, int] = {}
_shown_for: dict[int, str] = {}


@lru_cache(maxsize=1024)
def cells_of(text: str) -> tuple[int, ...]:
    """Code points by cell: a wide character takes its own and a `_RIGHT_HALF`."""
    cells: list[int] = []
    for unit in units(text.replace("\n", _STAND_IN)):
        if unit.is_stand_in:  # one cell for each of its characters
            cells += map(ord, unit.text)
        else:
            cells += [_code_of(unit.text)] + [_RIGHT_HALF] * (unit.width - 1)
    return tuple(cells)


def _code_of(shown: str) -> int:
    """A code for the content of a cell; a letter with marks gets a private one."""
    if len(shown) == 1:
        return ord(shown)
    if shown not in _marked and len(_marked) < _MOST_MARKED:
        code = _FIRST_MARKED + len(_marked)
        _marked[shown], _shown_for[code] = code, shown
    return _marked.get(shown, ord(shown[0]))


def cell_width(text: str) -> int:
    """The width of `text` in cells."""
    return len(cells_of(text))


def shortened(text: str, width: int) -> str:
    """`text` cut to `width` cells, with an ellipsis if it was cut."""
    if cell_width(text) <= width:
        return text
    kept = unicodedata.normalize("NFC", text)
    while kept and cell_width(kept) > width - 1:
        kept = kept[:-1]
    return kept + "…" if width > 0 else ""


def shortened_inside(text: str, width: int) -> str:
    """`text` cut to `width` cells in the middle, as names differ at their ends."""
    if cell_width(text) <= width:
        return text
    end = unicodedata.normalize("NFC", text)[-max(0, (width - 1) // 2) :] if width > 2 else ""
    while end and cell_width(end) > (width - 1) // 2:
        end = end[1:]
    return shortened(text, width - cell_width(end)) + end


class Cells:
    """Characters [height, width] and the ink of each."""

    def __init__(self, width: int, height: int) -> None:
        """Start with spaces."""
        self.width, self.height = width, height
        self.codes = np.full((height, width), _SPACE, dtype="<u4")
        self.inks = np.full((height, width), Ink.PLAIN, dtype=np.int16)

    def copy(self) -> "Cells":
        """A copy of the grid."""
        twin = Cells(0, 0)
        twin.width, twin.height = self.width, self.height
        twin.codes, twin.inks = self.codes.copy(), self.inks.copy()
        return twin

    def put(self, row: int, column: int, text: str, ink: int) -> int:
        """Write `text`, clipped to the grid, and return the column after it."""
        cells = cells_of(text)
        end = column + len(cells)
        first, last = max(column, 0), min(end, self.width)
        if not 0 <= row < self.height or first >= last:
            return end
        line = self.codes[row]
        if line[first] == _RIGHT_HALF and first:
            line[first - 1] = _SPACE
        if last < self.width and line[last] == _RIGHT_HALF:
            line[last] = _SPACE
        line[first:last] = cells[first - column : last - column]
        if line[first] == _RIGHT_HALF:
            line[first] = _SPACE
        if last < end and cells[last - column] == _RIGHT_HALF:
            line[last - 1] = _SPACE
        self.inks[row, first:last] = ink
        return end

    def put_codes(self, row: int, column: int, codes: Codes, inks: np.ndarray) -> None:
        """Write a block of cells [h, w]; those that are `NOTHING` leave the grid unchanged."""
        height, width = codes.shape
        place = np.s_[row : row + height, column : column + width]
        drawn = codes != NOTHING
        self.codes[place][drawn] = codes[drawn]
        self.inks[place][drawn] = inks[drawn]

    def translated(self, table: Mapping[int, int]) -> "Cells":
        """A copy with characters replaced by others of the same width."""
        if not table:
            return self
        twin = self.copy()
        for code, instead in table.items():
            twin.codes[self.codes == code] = instead
        return twin

    def strips(self, styles: Mapping[int, Style]) -> list[Strip]:
        """One strip per row, with a segment per stretch of one ink."""
        strips = []
        inks = self._joined_inks()
        changes = inks[:, 1:] != inks[:, :-1]
        for codes, line, change in zip(self.codes, inks, changes, strict=True):
            text = codes.tobytes().decode("utf-32-le")
            has_marks = bool((codes >= _FIRST_MARKED).any())
            segments, start = [], 0
            for stop in [*(np.flatnonzero(change) + 1).tolist(), self.width]:
                part = text[start:stop].replace("\0", "")
                if has_marks:
                    part = part.translate(_shown_for)
                segments.append(Segment(part, styles[int(line[start])]))
                start = stop
            strips.append(Strip(segments, self.width))
        return strips

    def _joined_inks(self) -> NDArray[np.int16]:
        """The inks with blank cells taking that of their left neighbour.

        It is invisible, and a dotted line becomes one segment instead of one per dot.
        """
        blank = (self.codes == _SPACE) & (self.inks == Ink.PLAIN)
        source = np.where(blank, 0, np.arange(self.width))
        joined = np.take_along_axis(self.inks, np.maximum.accumulate(source, axis=1), axis=1)
        return np.where(blank & (joined >= FIRST_BOXED), Ink.PLAIN, joined).astype(np.int16)
