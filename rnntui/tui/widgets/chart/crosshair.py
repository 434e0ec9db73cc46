"""The crosshair: a vertical line at one x, and the value of every series there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.tui.widgets.chart.cells import Cells, cell_width, shortened
from rnntui.tui.widgets.chart.inks import Ink, line_ink, readout_ink, sign
from rnntui.tui.widgets.chart.legend import entry, legend_lines, put_legend
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.picture import Picture, listed_first
from rnntui.tui.widgets.chart.plot import Level, Plot
from rnntui.tui.widgets.chart.scale import heights
from rnntui.tui.widgets.chart.series import CrosshairValue, read
from rnntui.tui.widgets.chart.ticks import format_number

_LONGEST_NAME = 24
_DISTANCE = 2
_FEWEST_LINES = 4
_LABEL_INKS = (Ink.REFERENCE_LABEL, Ink.MARKER, Ink.TICK_LABEL)


@dataclass(frozen=True)
class _Line:
    """One row of the box: a sign, a name, a value and a note."""

    sign: str
    name: str
    value: str
    note: str
    ink: int


def with_crosshair(picture: Picture, look: Look, x: float) -> Cells:
    """The picture with a crosshair at `x` and the values in a box beside it.

    If there is no room for the box the legend shows the values instead.
    """
    plot = picture.plot
    if plot is None or not plot.x.holds(x):
        return picture.cells
    cells = picture.cells.copy()
    by_slot = sorted(picture.shown, key=lambda s: s.slot)
    first = [by_slot[place] for place in listed_first(by_slot, look)]
    ranked = first + [series for series in by_slot if series not in first]
    values = [read(series, x, look.smoothing) for series in ranked]
    column = plot.cell_column(x)
    _put_upright(cells, picture, plot, column)
    _put_points(cells, picture, plot, values, look)
    place = _written(x, values, plot)
    _put_tag(cells, picture, column, place)
    box = [_line(reading, look, plot, x) for reading in values]
    if not _put_box(cells, picture, plot, box, f"{look.x_title} {place}".strip(), column):
        _put_values_in_legend(cells, picture, values)
    return cells


def _written(x: float, values: Sequence[CrosshairValue], plot: Plot) -> str:
    """The crosshair's x: that of a point in its column, or rounded to the column."""
    cell = plot.x.width / plot.width
    nearest = min((reading.x for reading in values), key=lambda place: abs(place - x))
    if abs(nearest - x) <= cell / 2:
        return format_number(nearest)
    return format_number(round(x, max(0, math.ceil(-math.log10(cell)))))


def _put_upright(cells: Cells, picture: Picture, plot: Plot, column: int) -> None:
    """Draw a vertical line in the cells without curves and labels."""
    at = picture.layout.gutter + column
    for row, top in enumerate(
        range(picture.layout.plot_top, picture.layout.plot_top + plot.height)
    ):
        if plot.levels[row, column] < Level.RAW and cells.inks[top, at] not in _LABEL_INKS:
            cells.put(top, at, "│", Ink.CROSSHAIR)


def _put_points(
    cells: Cells, picture: Picture, plot: Plot, values: Sequence[CrosshairValue], look: Look
) -> None:
    """Draw each series' sign where its value was read."""
    xs = np.array([reading.x for reading in values])
    ys = np.array([reading.value for reading in values])
    rows, columns = plot.cell_rows(heights(ys, look.scale)), plot.cell_columns(xs)
    for reading, row, column in zip(values, rows, columns, strict=True):
        if 0 <= row < plot.height and 0 <= column < plot.width:
            slot = reading.series.slot
            spot = (picture.layout.plot_top + int(row), picture.layout.gutter + int(column))
            cells.put(*spot, sign(slot), line_ink(slot))


def _put_tag(cells: Cells, picture: Picture, column: int, place: str) -> None:
    """Write the x on the horizontal axis below the crosshair."""
    layout = picture.layout
    if layout.label_row is None:
        return
    text = f" {place} "
    at = layout.gutter + column - cell_width(text) // 2
    at = min(max(at, 0), layout.width - cell_width(text))
    # A label touching the tag would read as one number with it.
    _wipe_cut_labels(cells, layout.label_row, at, at + cell_width(text))
    cells.put(layout.label_row, at, text, Ink.CROSSHAIR_TAG)


def _line(reading: CrosshairValue, look: Look, plot: Plot, x: float) -> _Line:
    notes = []
    if reading.series.is_smoothed(look.smoothing):
        notes.append(f"raw {format_number(reading.raw)}")
    if abs(reading.x - x) > plot.x.width / plot.width:
        notes.append(f"at {format_number(reading.x)}")
    slot = reading.series.slot
    return _Line(
        sign=sign(slot),
        name=shortened(reading.series.name, _LONGEST_NAME),
        value=format_number(reading.value),
        note="  ".join(notes),
        ink=readout_ink(slot),
    )


def _put_box(
    cells: Cells, picture: Picture, plot: Plot, lines: Sequence[_Line], title: str, column: int
) -> bool:
    """Draw the box beside the crosshair, on the side with room; False if there is none.

    With too many series it shows the first and the number of the others.
    """
    room = plot.height - 1
    if len(lines) > room >= _FEWEST_LINES:
        more = _Line("", f"+{len(lines) - room + 1} more", "", "", Ink.READOUT)
        lines = [*lines[: room - 1], more]
    names = max(cell_width(line.name) for line in lines)
    values = max(len(line.value) for line in lines)
    notes = max(len(line.note) for line in lines)
    narrow = max(6 + names + values, cell_width(title) + 2)
    fits = _fitting(plot, column, [narrow + 2 + notes, narrow] if notes else [narrow])
    if fits is None or len(lines) > room:
        return False
    left, width = fits
    top, start = picture.layout.plot_top, picture.layout.gutter + left
    for row in range(top, top + len(lines) + 1):
        _wipe_cut_labels(cells, row, start, start + width)
    cells.put(top, start, " " * width, Ink.READOUT)
    cells.put(top, start + 1, title, Ink.READOUT_TITLE)
    for row, line in enumerate(lines, start=top + 1):
        cells.put(row, start, " " * width, Ink.READOUT)
        cells.put(row, start + 1, line.sign, line.ink)
        at = cells.put(row, start + 3, line.name, Ink.READOUT)
        at = start + 3 + names + 2 + values
        cells.put(row, at - len(line.value), line.value, line.ink)
        if width > narrow:
            cells.put(row, at + 2, line.note, Ink.READOUT_NOTE)
    return True


def _fitting(plot: Plot, column: int, widths: Sequence[int]) -> tuple[int, int] | None:
    """Left edge and width of a box beside the crosshair: the first width with room."""
    for width in widths:
        for left in (column + _DISTANCE + 1, column - _DISTANCE - width):
            if left >= 0 and left + width <= plot.width:
                return left, width
    return None


def _put_values_in_legend(cells: Cells, picture: Picture, values: Sequence[CrosshairValue]) -> None:
    rows = picture.layout.legend_rows
    if not rows:
        return
    entries = [entry(r.series, format_number(r.value)) for r in values]
    lines = legend_lines(entries, cells.width, rows)
    for row in range(rows):
        cells.put(row, 0, " " * cells.width, Ink.PLAIN)
    put_legend(cells, lines)


def _wipe_cut_labels(cells: Cells, row: int, start: int, stop: int) -> None:
    """Erase labels, or parts of them, that touch `start` to `stop` from outside."""
    for column, step in ((start - 1, -1), (stop, 1)):
        while 0 <= column < cells.width and cells.inks[row, column] in _LABEL_INKS:
            cells.put(row, column, " ", Ink.PLAIN)
            column += step
