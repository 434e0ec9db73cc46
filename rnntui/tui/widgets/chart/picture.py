"""The whole chart as a grid of cells: a pure function of data and look."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.tui.widgets.chart.annotations import add_markers, add_references, put_labels
from rnntui.tui.widgets.chart.axes import gutter_for, put_x_axis, put_y_axis, tick_heights, y_ticks
from rnntui.tui.widgets.chart.cells import Cells, cell_width, shortened
from rnntui.tui.widgets.chart.columns import Columns, covered, visible
from rnntui.tui.widgets.chart.glyphs import GLYPHS
from rnntui.tui.widgets.chart.inks import SOLID, Dashes, Ink, dashes, line_ink, raw_ink, sign
from rnntui.tui.widgets.chart.layout import Layout, arrange, most_legend_rows
from rnntui.tui.widgets.chart.legend import Entry, entry, legend_lines, put_legend, row_width
from rnntui.tui.widgets.chart.look import Look, described
from rnntui.tui.widgets.chart.plot import Level, Plot
from rnntui.tui.widgets.chart.scale import (
    Interval,
    height,
    heights,
    sensible_span,
    with_room,
)
from rnntui.tui.widgets.chart.series import ChartData, Series, SeriesStyle, extent
from rnntui.tui.widgets.chart.ticks import format_number
from rnntui.tui.widgets.chart.view import resolve

FIRST_GUTTER = 5
_GRID_DOTS = (1, 3)
_CELLS_PER_SIGN = 3
_TITLE_GAP = 3
_NOTHING_DRAWN = Interval(0.0, 1.0)


@dataclass(frozen=True)
class Picture:
    """A drawn chart and its geometry; without points there is no plot."""

    cells: Cells
    layout: Layout
    shown: tuple[Series, ...] = ()
    extent: Interval | None = None
    """The extent of all data in x."""
    fitted: Interval | None = None
    """The heights that fit the curves, whether or not they are shown."""
    plot: Plot | None = None


@dataclass(frozen=True)
class Stroke:
    """A curve to draw."""

    columns: Columns
    ink: int
    level: Level
    pattern: Dashes
    mark: str


def draw(
    data: ChartData, look: Look, width: int, height: int, gutter: int = FIRST_GUTTER
) -> Picture:
    """Draw the chart on `width` by `height` cells.

    `gutter` is a guess of the vertical axis' width; that of the last picture saves a
    second pass over the curves.
    """
    shown = data.shown(look.hidden, look.pinned)
    whole = extent(shown)
    cells = Cells(width, height)
    if whole is None:
        return _empty(cells, look)
    x = resolve(look.view, whole)
    listed = sorted(shown, key=lambda series: series.slot)
    first = listed_first(listed, look)
    legend = legend_lines(_entries(listed, look), width, most_legend_rows(height), first)
    layout = arrange(width, height, len(legend), gutter)
    strokes = _strokes(shown, look, x, layout.plot_width)
    fitted = _fitted(strokes, data, look, x)
    y = look.heights or fitted
    rungs = y_ticks(y, layout.plot_height, look.scale)
    settled = arrange(width, height, len(legend), gutter_for(rungs))
    if settled != layout:
        layout, strokes = settled, _strokes(shown, look, x, settled.plot_width)

    plot = Plot(layout.plot_width, layout.plot_height, x, y, GLYPHS[look.characters])
    for rung in tick_heights(rungs, look.scale):
        plot.add_level_line(rung, Ink.GRID, Level.GRID, _GRID_DOTS, "·")
    add_references(plot, data.references, look.scale)
    for stroke in strokes:
        plot.add_line(stroke.columns, stroke.ink, stroke.level, stroke.pattern, stroke.mark)
    for series in shown:
        _add_signs(plot, series, look)
    add_markers(plot, data.markers.values(), look.scale)

    plot.put_on(cells, layout.plot_top, layout.gutter)
    put_labels(cells, layout, plot, data.references, data.markers.values(), look.scale)
    put_y_axis(cells, layout, plot, rungs, look.scale)
    put_x_axis(cells, layout, plot, look.x_title)
    _put_header(cells, layout, legend, look)
    return Picture(cells, layout, tuple(shown), whole, fitted, plot)


def listed_first(listed: Sequence[Series], look: Look) -> list[int]:
    """Places of the pinned series and of those listed first, in that order."""
    names = [series.name for series in listed]
    wanted = dict.fromkeys((look.pinned, *look.first))
    return [names.index(name) for name in wanted if name in names]


def _empty(cells: Cells, look: Look) -> Picture:
    """The text for an empty chart, centred and wrapped."""
    lines = textwrap.wrap(look.empty_text, max(cells.width - 2, 1))[: cells.height]
    top = (cells.height - len(lines)) // 2
    for row, line in enumerate(lines, start=top):
        text = shortened(line, cells.width)
        cells.put(row, (cells.width - cell_width(text)) // 2, text, Ink.EMPTY)
    return Picture(cells, arrange(cells.width, cells.height, 0, 0))


def _entries(shown: Sequence[Series], look: Look) -> list[Entry]:
    """Legend entries in the order of the slots, each with a value."""
    return [entry(s, _value(s, look)) for s in shown]


def _value(series: Series, look: Look) -> str:
    """The value of a series in the legend, and which one it is."""
    drawn = series.smoothed(look.smoothing)
    if look.value == "best":
        smoothed = series.is_smoothed(look.smoothing)
        return f"best {format_number(float((drawn.mean if smoothed else series.raw().low).min()))}"
    last = format_number(float(drawn.mean[-1]))
    return f"last {last}" if look.value == "last" else last


def _strokes(shown: Sequence[Series], look: Look, x: Interval, plot_width: int) -> list[Stroke]:
    """The curves from bottom to top, all raw values below all lines."""
    dots = plot_width * GLYPHS[look.characters].across
    strokes = []
    for series in shown:
        if series.is_smoothed(look.smoothing):
            columns = covered(series.raw(), x, dots, look.scale)
            ink, mark = raw_ink(series.slot), sign(series.slot)
            strokes.append(Stroke(columns, ink, Level.RAW, SOLID, mark))
    for series in shown:
        if series.style is SeriesStyle.POINTS:
            continue
        smoothed = series.is_smoothed(look.smoothing)
        trace = series.smoothed(look.smoothing) if smoothed else series.raw()
        columns = covered(trace, x, dots, look.scale)
        ink, mark = line_ink(series.slot), sign(series.slot)
        strokes.append(Stroke(columns, ink, Level.LINE, dashes(series.slot), mark))
    return strokes


def _fitted(strokes: Sequence[Stroke], data: ChartData, look: Look, x: Interval) -> Interval:
    """The heights that fit the visible curves and references close to them."""
    lows, highs = [s.columns.low for s in strokes], [s.columns.high for s in strokes]
    for series in data.shown(look.hidden, look.pinned):
        if series.style is SeriesStyle.POINTS:
            points = heights(visible(series.raw(), x).mean, look.scale)
            lows.append(points)
            highs.append(points)
    span = sensible_span(lows, highs) or _NOTHING_DRAWN
    notable = [*data.references.values()]
    notable += [m.y for m in data.markers.values() if m.y is not None and x.holds(m.x)]
    return with_room(span, [height(value, look.scale) for value in notable])


def _add_signs(plot: Plot, series: Series, look: Look) -> None:
    """Put a sign at the end of a line, or at every point of a marked series."""
    trace = series.smoothed(look.smoothing)
    inside = visible(trace, plot.x)
    few = inside.x.size <= plot.width // _CELLS_PER_SIGN
    if series.style is SeriesStyle.POINTS or (series.style is SeriesStyle.MARKED and few):
        chosen = inside
    elif plot.x.holds(float(trace.x[-1])):
        chosen = trace.part(slice(-1, None))
    else:
        return
    at = heights(chosen.mean, look.scale)
    plot.add_signs(chosen.x, at, sign(series.slot), line_ink(series.slot))


def _put_header(
    cells: Cells, layout: Layout, legend: Sequence[Sequence[Entry]], look: Look
) -> None:
    """Write the legend at the top right and, if there is room, titles at the left."""
    put_legend(cells, legend)
    if not layout.titles:
        return
    end = 0
    room = cells.width - (row_width(legend[0]) if legend else 0) - _TITLE_GAP
    for text, ink in ((look.y_title, Ink.TITLE), (described(look), Ink.NOTE)):
        if text and end + cell_width(text) <= room:
            end = cells.put(0, end, text, ink) + _TITLE_GAP - 1
