"""Zooming, panning and switching as pure functions on a look, for keys and mouse."""

from dataclasses import replace

from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.picture import Picture
from rnntui.tui.widgets.chart.plot import Plot
from rnntui.tui.widgets.chart.scale import Interval, YScale
from rnntui.tui.widgets.chart.view import Recent, WholeRun, panned, zoomed

SMOOTHING_WEIGHTS = (0.0, 0.6, 0.9, 0.99)
"""The weights that `next_smoothing` cycles through."""

_NARROWEST_HEIGHTS = 1e-4


def centre_of(plot: Plot, column: int) -> float:
    """The x in the middle of a cell column."""
    return plot.x.low + (column + 0.5) / plot.width * plot.x.width


def anchor(picture: Picture, crosshair_x: float | None) -> float:
    """The x that stays in place in a zoom by key.

    That of the crosshair, or else of the end of the run if visible, or else of the middle.
    """
    if picture.plot is None or picture.extent is None:
        return 0.0
    x = picture.plot.x
    if crosshair_x is not None and x.holds(crosshair_x):
        return crosshair_x
    return x.high if x.high >= picture.extent.high else x.low + x.width / 2


def zoom(look: Look, picture: Picture, factor: float, around: float) -> Look:
    """Show `factor` times as much of x, with `around` staying in place."""
    if picture.extent is None:
        return look
    return replace(look, view=zoomed(look.view, picture.extent, factor, around))


def zoom_heights(look: Look, picture: Picture, factor: float, row: int) -> Look:
    """Show `factor` times as much of the heights, with those at a cell row staying in place.

    Zooming out ends where the heights fit the curves again.
    """
    plot, fitted = picture.plot, picture.fitted
    if plot is None or fitted is None:
        return look
    width = max(plot.y.width * factor, fitted.width * _NARROWEST_HEIGHTS)
    if width >= fitted.width:
        return replace(look, heights=None)
    share = 1 - (row + 0.5) / plot.height
    low = plot.y.low + share * (plot.y.width - width)
    return replace(look, heights=Interval(low, low + width))


def pan(look: Look, picture: Picture, columns: float, rows: float = 0.0) -> Look:
    """Move the view by cells; vertically only if the heights are zoomed."""
    plot = picture.plot
    if plot is None or picture.extent is None:
        return look
    by = columns / plot.width * plot.x.width
    moved = replace(look, view=panned(look.view, picture.extent, by))
    if look.heights is None:
        return moved
    up = -rows / plot.height * look.heights.width
    return replace(moved, heights=Interval(look.heights.low + up, look.heights.high + up))


def reset(look: Look) -> Look:
    """Undo zooming and panning."""
    return replace(look, view=WholeRun(), heights=None)


def toggle_recent(look: Look) -> Look:
    """Show the last part of the run, or all of it."""
    return replace(look, view=WholeRun() if isinstance(look.view, Recent) else Recent())


def toggle_scale(look: Look) -> Look:
    """Switch between the linear and the logarithmic scale."""
    other = YScale.LINEAR if look.scale is YScale.LOG else YScale.LOG
    return replace(look, scale=other, heights=None)


def next_smoothing(look: Look) -> Look:
    """Smooth with the next weight, wrapping around to none."""
    heavier = (weight for weight in SMOOTHING_WEIGHTS if weight > look.smoothing)
    return replace(look, smoothing=next(heavier, SMOOTHING_WEIGHTS[0]))
