"""Reference lines and markers, and the placement of their labels among the curves."""

from collections.abc import Iterable, Iterator

import numpy as np

from rnntui.tui.widgets.chart.cells import Cells, cell_width
from rnntui.tui.widgets.chart.inks import Ink
from rnntui.tui.widgets.chart.layout import Layout
from rnntui.tui.widgets.chart.plot import Level, Plot
from rnntui.tui.widgets.chart.scale import YScale, height
from rnntui.tui.widgets.chart.series import Marker
from rnntui.tui.widgets.chart.ticks import format_number

Spot = tuple[int, int]

_DASHES = (4, 2)
_POINT = "★"
_LABEL = Level.SIGN + 1
_ROWS_AT_EDGE = 4
_LABELS_FROM_WIDTH = 24
_LABELS_FROM_HEIGHT = 4


class FreeRoom:
    """The cells of a plot that hold curves, and those that hold labels."""

    def __init__(self, plot: Plot) -> None:
        """Start from the cells of the curves."""
        self._taken = np.where(plot.levels >= Level.RAW, plot.levels, 0)

    def claim(self, spots: Iterable[Spot], width: int) -> Spot | None:
        """Take `width` cells at the (row, column) that hides least of the curves.

        The first of equally good spots wins, so callers list their preferred one first.
        None if all of them are outside or over another label.
        """
        best, least = None, np.inf
        for spot in spots:
            hidden = self._hidden(spot, width)
            if hidden < least:
                best, least = spot, hidden
            if hidden == 0:
                break
        if best is not None:
            row, column = best
            self._taken[row, column : column + width] = _LABEL
        return best

    def _hidden(self, spot: Spot, width: int) -> float:
        """How much of the curves a label there would hide; infinite if not allowed."""
        row, column = spot
        if not 0 <= row < self._taken.shape[0] or column < 0:
            return np.inf
        cells = self._taken[row, column : column + width]
        if cells.size < width or (cells == _LABEL).any():
            return np.inf
        return float(cells.sum(dtype=np.int64))


def add_references(plot: Plot, references: dict[str, float], scale: YScale) -> None:
    """Draw the reference lines inside the plot."""
    for value in references.values():
        at = height(value, scale)
        if plot.y.holds(at):
            plot.add_level_line(at, Ink.REFERENCE, Level.REFERENCE, _DASHES)


def add_markers(plot: Plot, markers: Iterable[Marker], scale: YScale) -> None:
    """Draw the markers inside the plot: a sign at a point, or a vertical line."""
    for marker in markers:
        if not plot.x.holds(marker.x):
            continue
        if marker.y is None:
            plot.add_upright(marker.x, Ink.MARKER, Level.REFERENCE)
        else:
            at = np.array([height(marker.y, scale)])
            plot.add_signs(np.array([marker.x]), at, _POINT, Ink.MARKER)


def put_labels(
    cells: Cells,
    layout: Layout,
    plot: Plot,
    references: dict[str, float],
    markers: Iterable[Marker],
    scale: YScale,
) -> None:
    """Label each reference line and marker, where the label hides least.

    References outside the plot are named at the nearest edge.
    """
    if plot.width < _LABELS_FROM_WIDTH or plot.height < _LABELS_FROM_HEIGHT:
        return
    room = FreeRoom(plot)

    def put(text: str, ink: Ink, spots: Iterable[Spot]) -> None:
        spot = room.claim(spots, cell_width(text))
        if spot is not None:
            cells.put(layout.plot_top + spot[0], layout.gutter + spot[1], text, ink)

    for marker in markers:
        text = f" {marker.label or marker.name} "
        put(text, Ink.MARKER, _marker_spots(plot, marker, cell_width(text), scale))
    above: list[str] = []
    below: list[str] = []
    for name, value in sorted(references.items(), key=lambda item: item[1]):
        at, text = height(value, scale), f"{name} {format_number(value)}"
        if plot.y.holds(at):
            size = cell_width(text) + 2
            put(f" {text} ", Ink.REFERENCE_LABEL, _reference_spots(plot, at, size))
        elif at > plot.y.high:
            above.append(text)
        elif at < plot.y.low:
            below.insert(0, text)
    bottom = range(plot.height - 1, -1, -1)
    for arrow, names, rows in (("↑", above, range(plot.height)), ("↓", below, bottom)):
        text = _joined(arrow, names, plot.width)
        if text:
            spots = _row_spots(plot, rows[:_ROWS_AT_EDGE], cell_width(text))
            put(text, Ink.REFERENCE_LABEL, spots)


def _joined(arrow: str, names: list[str], width: int) -> str:
    """One label for lines beyond an edge, nearest first, as many as fit."""
    for kept in range(len(names), 0, -1):
        text = f" {arrow} {' · '.join(names[:kept])} "
        if cell_width(text) <= width:
            return text
    return ""


def _reference_spots(plot: Plot, at: float, size: int) -> Iterator[Spot]:
    """On the line itself, then above and below it."""
    row = int(plot.cell_rows(np.array([at]))[0])
    return _row_spots(plot, (row, row - 1, row + 1), size)


def _row_spots(plot: Plot, rows: Iterable[int], size: int) -> Iterator[Spot]:
    """Along each row, from right to left."""
    for row in rows:
        yield from ((row, column) for column in range(plot.width - size, -1, -4))


def _marker_spots(plot: Plot, marker: Marker, size: int, scale: YScale) -> Iterator[Spot]:
    """Close to a point, or along the upper part of a vertical line."""
    if not plot.x.holds(marker.x):
        return
    column = plot.cell_column(marker.x)
    sides = (column + 1, column - size, column - size // 2)
    if marker.y is None:
        yield from ((row, side) for row in range(plot.height) for side in sides[:2])
        return
    at = height(marker.y, scale)
    if not plot.y.holds(at):
        return
    row = int(plot.cell_rows(np.array([at]))[0])
    for away in (1, 2, 3):
        yield from ((row + away, side) for side in (sides[2], *sides[:2]))
        yield from ((row - away, side) for side in (sides[2], *sides[:2]))
    yield from ((row, side) for side in sides[:2])
