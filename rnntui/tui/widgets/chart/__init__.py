"""A live chart for the terminal: curves in Braille, with axes, zoom, pan and a crosshair."""

from rnntui.tui.widgets.chart.chart import Chart
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.scale import Interval, YScale
from rnntui.tui.widgets.chart.series import CrosshairValue, Marker, SeriesStyle
from rnntui.tui.widgets.chart.view import Latest, Recent, View, WholeRun, Window

__all__ = [
    "Chart",
    "CrosshairValue",
    "Interval",
    "Latest",
    "Look",
    "Marker",
    "Recent",
    "SeriesStyle",
    "View",
    "WholeRun",
    "Window",
    "YScale",
]
