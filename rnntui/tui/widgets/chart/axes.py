"""The two axes: the choice of ticks that fit, and drawing them with their labels."""

from collections.abc import Sequence

import numpy as np

from rnntui.tui.widgets.chart.cells import Cells, cell_width
from rnntui.tui.widgets.chart.inks import Ink
from rnntui.tui.widgets.chart.layout import Layout
from rnntui.tui.widgets.chart.plot import Plot
from rnntui.tui.widgets.chart.scale import Interval, YScale, heights
from rnntui.tui.widgets.chart.ticks import Tick, linear_ticks, ticks

_ROWS_PER_TICK = 2.5
_COLUMNS_PER_TICK = 11
_MOST_Y_TICKS = 9
_LABEL_GAP = 2


def y_ticks(span: Interval, plot_height: int, scale: YScale) -> list[Tick]:
    """Ticks of the vertical axis, not too close together."""
    most = max(min(plot_height, 2), min(_MOST_Y_TICKS, int(plot_height / _ROWS_PER_TICK)))
    return ticks(span, most, scale)


def gutter_for(rungs: Sequence[Tick]) -> int:
    """Width of the vertical axis with these ticks: the labels, a space and the line."""
    return max((cell_width(tick.label) for tick in rungs), default=0) + 2


def tick_heights(rungs: Sequence[Tick], scale: YScale) -> np.ndarray:
    """Height of each tick, [n]."""
    return heights(np.array([tick.value for tick in rungs], dtype=np.float64), scale)


def put_y_axis(
    cells: Cells, layout: Layout, plot: Plot, rungs: Sequence[Tick], scale: YScale
) -> None:
    """Draw the vertical axis with its labels in the gutter."""
    if not layout.gutter:
        return
    line = layout.gutter - 1
    for row in range(plot.height):
        cells.put(layout.plot_top + row, line, "│", Ink.AXIS)
    for row, tick in zip(plot.cell_rows(tick_heights(rungs, scale)), rungs, strict=True):
        if 0 <= row < plot.height:
            column = line - 1 - cell_width(tick.label)
            cells.put(layout.plot_top + int(row), column, tick.label, Ink.TICK_LABEL)
            cells.put(layout.plot_top + int(row), line, "┤", Ink.AXIS)


def put_x_axis(cells: Cells, layout: Layout, plot: Plot, title: str) -> None:
    """Draw the horizontal axis below the plot, with its title at the right end."""
    if layout.axis_row is not None:
        start = "└" if layout.gutter else "─"
        line = start + "─" * (layout.width - max(layout.gutter, 1))
        cells.put(layout.axis_row, max(layout.gutter - 1, 0), line, Ink.AXIS)
    if layout.label_row is not None:
        for column, tick, at in _labelled_ticks(layout, plot):
            cells.put(layout.label_row, at, tick.label, Ink.TICK_LABEL)
            if layout.axis_row is not None:
                cells.put(layout.axis_row, column, "┬", Ink.AXIS)
    if layout.axis_row is not None and layout.titles and title:
        cells.put(layout.axis_row, layout.width - cell_width(title) - 1, f" {title}", Ink.TITLE)


def _labelled_ticks(layout: Layout, plot: Plot) -> list[tuple[int, Tick, int]]:
    """Column, tick and label column of the ticks whose labels fit."""
    for most in range(max(2, plot.width // _COLUMNS_PER_TICK), 0, -1):
        placed = []
        free_from = 0
        for tick in linear_ticks(plot.x, most):
            column = layout.gutter + plot.cell_column(tick.value)
            size = cell_width(tick.label)
            at = min(max(column - (size - 1) // 2, 0), layout.width - size)
            if at < free_from:
                break
            placed.append((column, tick, at))
            free_from = at + size + _LABEL_GAP
        else:
            return placed
    return []
