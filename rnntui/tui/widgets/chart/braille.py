"""Lines as dots, and the two-by-four dots of a Braille character."""

import numpy as np
from numpy.typing import NDArray

from rnntui.tui.widgets.chart.buckets import Floats
from rnntui.tui.widgets.chart.columns import Columns
from rnntui.tui.widgets.chart.scale import Interval

Dots = NDArray[np.bool_]
Bits = NDArray[np.uint8]
Rows = NDArray[np.int64]

BLANK = 0x2800
"""Code point of the Braille cell without dots; the bits of a cell are added to it."""

# Unicode numbers the dots down the left column, then down the right, and the bottom
# pair, which was added later, last.
BIT_OF_DOT = ((0, 3), (1, 4), (2, 5), (6, 7))


def dot_rows(heights: Floats, span: Interval, rows: int) -> Rows:
    """Dot row, counted from the top, of each height; off the grid outside `span`.

    NaN gets a row far above the grid.
    """
    place = (span.high - heights) / span.width * (rows - 1)
    place = np.clip(np.nan_to_num(place, nan=-2.0 * rows), -2.0 * rows, 3.0 * rows)
    placed: Rows = np.rint(place).astype(np.int64)
    return placed


def line_dots(columns: Columns, span: Interval, rows: int) -> Dots:
    """Dots [rows, width] of a connected line that covers `columns`.

    Where the line leaves a column at its own extreme, the next column draws that dot:
    slopes are one dot thin, as a line algorithm would draw them.
    """
    drawn = np.isfinite(columns.low)
    top, bottom = dot_rows(columns.high, span, rows), dot_rows(columns.low, span, rows)
    edge = dot_rows(columns.edge, span, rows)
    leaving = edge[1:]
    goes_on = np.append(drawn[1:], False) & np.isfinite(columns.edge[1:]) & (top < bottom)
    rising = goes_on & (leaving == top) & (edge[:-1] > leaving)
    falling = goes_on & (leaving == bottom) & (edge[:-1] < leaving)
    top, bottom = top + rising, bottom - falling
    row = np.arange(rows)[:, None]
    dots: Dots = drawn & (row >= top) & (row <= bottom)
    return dots
