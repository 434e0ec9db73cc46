"""The area inside the axes: curves, lines and signs in layers.

A cell has dots of one colour only. A higher level takes over the cell, which keeps a line
crisp on top of noise; within a level the dots of all are drawn, in the colour of the last.
"""

from enum import IntEnum

import numpy as np

from rnntui.tui.widgets.chart.braille import Dots, dot_rows, line_dots
from rnntui.tui.widgets.chart.cells import Cells
from rnntui.tui.widgets.chart.columns import Columns, Integers
from rnntui.tui.widgets.chart.glyphs import GLYPHS, Glyphs
from rnntui.tui.widgets.chart.inks import Dashes
from rnntui.tui.widgets.chart.scale import Interval

_STEEP = 3  # dots that a dashed line may span in one column before its gaps would hide a spike


class Level(IntEnum):
    """Layers, from bottom to top."""

    NOTHING = 0
    GRID = 1
    REFERENCE = 2
    RAW = 3
    LINE = 4
    SIGN = 5


class Plot:
    """A plot of `width` × `height` cells that shows the intervals `x` and `y`."""

    def __init__(
        self, width: int, height: int, x: Interval, y: Interval, glyphs: Glyphs = GLYPHS["braille"]
    ) -> None:
        """Start empty; `y` is an interval of heights."""
        self.width, self.height, self.x, self.y = width, height, x, y
        self._glyphs = glyphs
        self.rows, self.columns = height * glyphs.down, width * glyphs.across
        self.levels = np.zeros((height, width), dtype=np.int8)
        self._bits = np.zeros((height, width), dtype=np.uint8)
        self._inks = np.zeros((height, width), dtype=np.int16)
        self._marks = np.zeros((height, width), dtype=np.uint32)
        self._in_dots = np.zeros((height, width), dtype=np.bool_)
        self._signs: list[tuple[int, int, str, int]] = []

    def cell_columns(self, xs: np.ndarray) -> Integers:
        """Cell column of each x; outside 0 … width - 1 if it isn't shown."""
        share = (xs - self.x.low) / self.x.width
        columns: Integers = np.floor(share * self.width).astype(np.int64)
        columns[(xs <= self.x.high) & (columns >= self.width)] = self.width - 1
        return columns

    def cell_column(self, x: float) -> int:
        """Cell column of one x."""
        return int(self.cell_columns(np.array([x]))[0])

    def cell_rows(self, heights: np.ndarray) -> Integers:
        """Cell row of each height; outside 0 … height - 1 if it isn't shown."""
        return dot_rows(heights, self.y, self.rows) // self._glyphs.down

    def add_line(
        self, columns: Columns, ink: int, level: Level, pattern: Dashes, mark: str = "●"
    ) -> None:
        """Draw a curve and mark where it leaves the plot at the top or the bottom.

        `mark` is its character where cells show no dots.
        """
        dots = line_dots(columns, self.y, self.rows)
        if pattern.off:
            on, off = self._glyphs.shortened_pattern(pattern.on, pattern.off)
            gap = np.arange(self.columns) % (on + off) >= on
            dots &= ~(gap & (dots.sum(axis=0) < _STEEP))
        is_raw = level == Level.RAW
        self._lay(dots, ink, level, self._glyphs.raw_mark if is_raw else mark, in_dots=not is_raw)
        with np.errstate(invalid="ignore"):
            self._mark_exits(columns.high > self.y.high, 0, "▴", ink)
            self._mark_exits(columns.low < self.y.low, self.height - 1, "▾", ink)

    def add_level_line(
        self, height: float, ink: int, level: Level, pattern: tuple[int, int], mark: str = "-"
    ) -> int:
        """Draw a dashed horizontal line `on` dots long and `off` apart; return its cell row."""
        row = int(dot_rows(np.array([height]), self.y, self.rows)[0])
        if 0 <= row < self.rows:
            on, off = self._glyphs.shortened_pattern(*pattern)
            dots = np.zeros((self.rows, self.columns), dtype=np.bool_)
            dots[row] = np.arange(self.columns) % (on + off) < on
            self._lay(dots, ink, level, mark)
        return row // self._glyphs.down

    def add_upright(self, x: float, ink: int, level: Level) -> int:
        """Draw a dotted vertical line at `x`; return its cell column."""
        column = self.cell_column(x)
        if 0 <= column < self.width:
            dots = np.zeros((self.rows, self.columns), dtype=np.bool_)
            dots[::2, column * self._glyphs.across] = True
            self._lay(dots, ink, level, "│")
        return column

    def add_signs(self, xs: np.ndarray, heights: np.ndarray, sign: str, ink: int) -> None:
        """Put a sign into the cell of each shown point."""
        rows, columns = self.cell_rows(heights), self.cell_columns(xs)
        inside = (rows >= 0) & (rows < self.height) & (columns >= 0) & (columns < self.width)
        spots = np.unique(rows[inside] * self.width + columns[inside])
        for row, column in zip(*divmod(spots, self.width), strict=True):
            self._signs.append((int(row), int(column), sign, ink))
            self.levels[row, column] = Level.SIGN

    def put_on(self, cells: Cells, top: int, left: int) -> None:
        """Copy the plot to its place on the chart."""
        codes = self._glyphs.codes(self._bits, self._marks, self._in_dots)
        cells.put_codes(top, left, codes, self._inks)
        for row, column, sign, ink in self._signs:
            cells.put(top + row, left + column, sign, ink)

    def _lay(self, dots: Dots, ink: int, level: Level, mark: str, *, in_dots: bool = False) -> None:
        bits = self._glyphs.pack(dots)
        over = (bits > 0) & (self.levels < level)
        beside = (bits > 0) & (self.levels == level)
        self._bits[over] = bits[over]
        self._bits[beside] |= bits[beside]
        drawn = over | beside
        self._inks[drawn] = ink
        self._marks[drawn] = ord(mark) if mark else 0
        self._in_dots[drawn] = in_dots
        self.levels[over] = level

    def _mark_exits(self, beyond: np.ndarray, row: int, sign: str, ink: int) -> None:
        """Put a sign at the start of each stretch of columns `beyond` the plot."""
        cells: Dots = np.any(beyond.reshape(self.width, self._glyphs.across), axis=1)
        starts = np.flatnonzero(cells & ~np.append(False, cells[:-1]))
        for column in starts.tolist():
            self._signs.append((row, column, sign, ink))
            self.levels[row, column] = Level.SIGN
