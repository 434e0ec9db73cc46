"""Time per redraw of two curves in our chart and, where it is installed, in textual-plot.

Run by hand: `python benchmarks/chart_redraw.py [--points 2000] [--repeats 50]`. Both
widgets fill a screen of 130 by 20 cells in one process, alternating, each with two
noisy falling curves in Braille dots. A redraw is what one frame costs after new data:
from the data to the strips of every line, including the colours of the widget's
stylesheet, but without the terminal. Printed are the medians in milliseconds and
their ratio.
"""

import argparse
import asyncio
import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from rnntui.tui.widgets.chart import Chart, Look

WIDTH, HEIGHT = 130, 20

Redraw = Callable[[], None]


class Bench(App[None]):
    """A screen with one widget on it."""

    def __init__(self, widget: Widget) -> None:
        """Show `widget` alone."""
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        """Yield the widget."""
        yield self.widget


def curves(points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps, training loss and validation loss, [points] each, the same every time."""
    rng = np.random.default_rng(0)
    steps = np.arange(points, dtype=np.float64)
    base = 1.4 + 2.8 * np.exp(-steps / (points / 8))
    train = base + rng.normal(0, 0.08, points)
    return steps, train, base + 0.1 + rng.normal(0, 0.02, points)


def ours(points: int, smoothing: float) -> tuple[Widget, Redraw]:
    """Our chart and how to redraw it after one more point on each curve."""
    steps, train, validation = curves(points)
    chart = Chart(Look(x_title="step", y_title="loss (nats/char)", smoothing=smoothing))
    chart.append("train", steps, train)
    chart.append("validation", steps, validation)
    next_step = points

    def redraw() -> None:
        nonlocal next_step
        chart.append("train", [next_step], [1.4])
        chart.append("validation", [next_step], [1.5])
        next_step += 1
        chart.render_lines(Region(0, 0, WIDTH, HEIGHT))

    return chart, redraw


def theirs(points: int) -> tuple[Widget, Redraw]:
    """textual-plot's widget and how to redraw it."""
    from textual_plot import HiResMode, PlotWidget  # type: ignore[import-not-found]

    steps, train, validation = curves(points)
    plot = PlotWidget()

    def redraw() -> None:
        plot.clear()
        plot.plot(steps, train, "blue", HiResMode.BRAILLE, "train")
        plot.plot(steps, validation, "yellow", HiResMode.BRAILLE, "validation")
        plot.render()
        for canvas in plot.query("Canvas"):
            canvas.render_lines(Region(0, 0, canvas.size.width, canvas.size.height))

    return plot, redraw


async def milliseconds(widget: Widget, redraw: Redraw, repeats: int) -> float:
    """Median time of a redraw in an app of its own, after three to warm up."""
    app = Bench(widget)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        times = []
        for attempt in range(repeats + 3):
            start = time.perf_counter()
            redraw()
            if attempt >= 3:
                times.append((time.perf_counter() - start) * 1e3)
            await pilot.pause()
        return statistics.median(times)


def main() -> None:
    """Measure in alternation and print ours, theirs and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=2000, help="points on each curve")
    parser.add_argument("--repeats", type=int, default=50, help="redraws in each of two rounds")
    parser.add_argument("--smoothing", type=float, default=0.0, help="weight, ours only")
    chosen = parser.parse_args()
    installed = importlib.util.find_spec("textual_plot") is not None
    mine: list[float] = []
    other: list[float] = []
    for _ in range(2):
        mine.append(
            asyncio.run(milliseconds(*ours(chosen.points, chosen.smoothing), chosen.repeats))
        )
        if installed:
            other.append(asyncio.run(milliseconds(*theirs(chosen.points), chosen.repeats)))
    print(f"ours          {min(mine):8.2f} ms")
    if other:
        print(f"textual-plot  {min(other):8.2f} ms")
        print(f"ratio         {min(other) / min(mine):8.1f}")
    else:
        print("textual-plot  not installed")


if __name__ == "__main__":
    main()
