"""A chart's curves for a slide or a spreadsheet: as the text of an SVG or a CSV file."""

from rnntui.csv_tables import table_text
from rnntui.svg.chart import Curve, Panel, chart_svg
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.scale import YScale
from rnntui.tui.widgets.chart.series import ChartData, extent


def picture_of(data: ChartData, look: Look, title: str, note: str = "") -> str:
    """The SVG text of all series as they are smoothed, and the reference lines below a `title`."""
    shown = data.shown(frozenset(), None)
    curves = []
    for series in shown:
        drawn = series.smoothed(look.smoothing)
        name = f"{series.name}, smoothed" if series.is_smoothed(look.smoothing) else series.name
        curves.append(Curve(name, list(zip(drawn.x.tolist(), drawn.mean.tolist(), strict=True))))
    span = extent(shown)
    if span is not None:
        curves += [
            Curve(f"{name} {value:.3f}", [(span.low, value), (span.high, value)])
            for name, value in data.references.items()
        ]
    is_logarithmic = look.scale is YScale.LOG
    panel = Panel(look.x_title, look.y_title, curves, is_logarithmic)
    return chart_svg(title, [panel], note)


def table_of(data: ChartData, look: Look, title: str, note: str = "") -> str:
    """The CSV text of all points, unsmoothed; of long series, means of neighbouring points.

    Above them stand `title` and `note`.
    """
    rows: list[list[object]] = [["series", look.x_title, look.y_title]]
    for series in data.shown(frozenset(), None):
        trace = series.raw()
        for x, value in zip(trace.x.tolist(), trace.mean.tolist(), strict=True):
            rows.append([series.name, x, value])
    rows += [[name, "", value] for name, value in data.references.items()]
    return table_text([f"run: {title}", note and f"command: {note}"], rows)
