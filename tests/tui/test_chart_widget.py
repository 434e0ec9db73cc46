"""The chart answers keys and the mouse, draws once for many changes, and follows the theme."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from rnntui.tui.widgets.chart import (
    Chart,
    Latest,
    Look,
    Marker,
    Recent,
    SeriesStyle,
    View,
    WholeRun,
    Window,
    YScale,
)
from rnntui.tui.widgets.chart import chart as chart_module
from rnntui.tui.widgets.chart.inks import line_ink, raw_ink
from rnntui.tui.widgets.chart.palette import INK_CLASSES, contrast, styles_for
from rnntui.tui.widgets.chart.picture import Picture, draw
from rnntui.tui.widgets.chart.plot import Plot
from rnntui.tui.widgets.chart.series import ChartData

STEPS = 1000


class ChartApp(App[None]):
    """A screen with one chart, and escape bound for what lies around it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self) -> None:
        """Start with an empty chart."""
        super().__init__()
        self.chart = Chart(Look(x_title="step", y_title="loss", empty_text="Nothing yet."))
        self.left = 0

    def compose(self) -> ComposeResult:
        """Yield the chart."""
        yield self.chart

    def action_leave(self) -> None:
        """Count how often escape came through."""
        self.left += 1


@asynccontextmanager
async def running(
    steps: int = STEPS, size: tuple[int, int] = (100, 24)
) -> AsyncIterator[tuple[Chart, Pilot[None]]]:
    """A focused chart with a loss curve of `steps` points, in a running app."""
    app = ChartApp()
    async with app.run_test(size=size) as pilot:
        if steps:
            x = np.arange(steps)
            app.chart.append("train", x, 1.5 + 2.5 * np.exp(-x / 150))
        app.chart.focus()
        await pilot.pause()
        yield app.chart, pilot


def plot_of(chart: Chart) -> Plot:
    """The plot of a chart that has points."""
    plot = chart.picture.plot
    assert plot is not None
    return plot


def text_of(chart: Chart) -> str:
    """What the chart shows."""
    strips = chart.render_lines(Region(0, 0, chart.size.width, chart.size.height))
    return "\n".join(strip.text for strip in strips)


def over(chart: Chart, column: int, row: int = 5) -> tuple[int, int]:
    """The offset of a cell of the plot within the chart."""
    layout = chart.picture.layout
    return layout.gutter + column, layout.plot_top + row


def view_of(chart: Chart) -> View:
    """Which part of the x axis the chart shows."""
    return chart.look.view


def scale_of(chart: Chart) -> YScale:
    """The chart's vertical scale."""
    return chart.look.scale


async def wheel(
    pilot: Pilot[None], chart: Chart, kind: type[MouseEvent], column: int, ctrl: bool = False
) -> None:
    """Turn the mouse wheel over a column of the plot, with or without Ctrl held."""
    x, y = over(chart, column)
    chart.post_message(kind(chart, x, y, 0, 0, 0, shift=False, meta=False, ctrl=ctrl))
    await pilot.pause()


async def test_an_empty_chart_says_so_and_ignores_every_key() -> None:
    async with running(steps=0) as (chart, pilot):
        await pilot.press("left", "right", "home", "end", "plus", "minus", "ctrl+left", "z", "0")
        await pilot.hover(chart, (10, 5))
        await wheel(pilot, chart, MouseScrollUp, 10)
        assert "Nothing yet." in text_of(chart)
        assert chart.crosshair_x is None


async def test_l_switches_the_scale_and_back() -> None:
    async with running() as (chart, pilot):
        await pilot.press("l")
        assert scale_of(chart) is YScale.LOG
        assert "log" in text_of(chart)
        await pilot.press("l")
        assert scale_of(chart) is YScale.LINEAR


async def test_z_shows_the_last_fifth_and_then_all() -> None:
    async with running() as (chart, pilot):
        await pilot.press("z")
        assert view_of(chart) == Recent()
        assert plot_of(chart).x.low == pytest.approx(0.8 * (STEPS - 1))
        await pilot.press("z")
        assert view_of(chart) == WholeRun()


async def test_w_smooths() -> None:
    async with running() as (chart, pilot):
        await pilot.press("w")
        assert chart.look.smoothing == 0.6
        assert "smoothed 0.6" in text_of(chart)


async def test_plus_zooms_in_minus_out_and_0_resets() -> None:
    async with running() as (chart, pilot):
        await pilot.press("plus")
        assert view_of(chart) == Latest((STEPS - 1) / 2)
        await pilot.press("plus", "minus", "minus")
        assert view_of(chart) == WholeRun()
        await pilot.press("equals_sign", "0")
        assert view_of(chart) == WholeRun()


async def test_ctrl_arrows_pan() -> None:
    async with running() as (chart, pilot):
        await pilot.press("plus", "plus")
        before = plot_of(chart).x
        await pilot.press("ctrl+left")
        assert plot_of(chart).x.low == pytest.approx(before.low - before.width / 4)
        await pilot.press("ctrl+right")
        assert plot_of(chart).x.low == pytest.approx(before.low)


async def test_a_zoomed_end_follows_new_points() -> None:
    async with running() as (chart, pilot):
        await pilot.press("plus")
        chart.append("train", [1500], [1.5])
        await pilot.pause()
        assert plot_of(chart).x.high == 1500


async def test_arrows_move_the_crosshair_by_columns() -> None:
    async with running() as (chart, pilot):
        plot = plot_of(chart)
        await pilot.press("left")
        assert chart.crosshair_x is not None
        assert plot.cell_column(chart.crosshair_x) == plot.width - 1
        await pilot.press("left", "left", "shift+left")
        assert plot.cell_column(chart.crosshair_x) == plot.width - 13
        await pilot.press("shift+right", "right", "right", "right")
        assert plot.cell_column(chart.crosshair_x) == plot.width - 1


async def test_home_and_end_move_the_crosshair_to_the_edges() -> None:
    async with running() as (chart, pilot):
        plot = plot_of(chart)
        await pilot.press("home")
        assert chart.crosshair_x is not None
        assert plot.cell_column(chart.crosshair_x) == 0
        await pilot.press("end")
        assert plot.cell_column(chart.crosshair_x) == plot.width - 1


async def test_the_crosshair_shows_the_values_of_every_series() -> None:
    async with running() as (chart, pilot):
        chart.add_series("validation", SeriesStyle.MARKED)
        chart.append("validation", [100, 500, 900], [3.25, 2.25, 1.75])
        await pilot.press("end")
        text = text_of(chart)
        assert "● train" in text
        assert "◆ validation  1.750  at 900" in text


async def test_escape_hides_the_crosshair_and_only_then_leaves() -> None:
    async with running() as (chart, pilot):
        app = pilot.app
        assert isinstance(app, ChartApp)
        await pilot.press("left", "escape")
        assert (chart.crosshair_x, app.left) == (None, 0)
        await pilot.press("escape")
        assert app.left == 1


async def test_the_crosshair_follows_the_pointer_and_leaves_with_it() -> None:
    async with running() as (chart, pilot):
        await pilot.hover(chart, over(chart, 30))
        assert chart.crosshair_x is not None
        assert plot_of(chart).cell_column(chart.crosshair_x) == 30
        await pilot.hover(chart, (0, 5))
        assert chart.crosshair_x is None


async def test_the_crosshair_stays_under_the_pointer_while_points_come_in() -> None:
    async with running() as (chart, pilot):
        await pilot.hover(chart, over(chart, 30))
        chart.append("train", [1000, 2000], [1.5, 1.5])
        await pilot.pause()
        plot = plot_of(chart)
        assert chart.crosshair_x is not None
        assert plot.cell_column(chart.crosshair_x) == 30


async def test_a_crosshair_moved_by_keys_stays_at_its_x_while_points_come_in() -> None:
    async with running() as (chart, pilot):
        await pilot.press("home")
        before = chart.crosshair_x
        chart.append("train", [1000, 2000], [1.5, 1.5])
        await pilot.pause()
        assert chart.crosshair_x == before


async def test_the_wheel_zooms_around_the_pointer() -> None:
    async with running() as (chart, pilot):
        before = plot_of(chart)
        at = before.x.low + (40 + 0.5) / before.width * before.x.width
        await wheel(pilot, chart, MouseScrollUp, 40)
        assert isinstance(view_of(chart), Window)
        after = plot_of(chart)
        assert after.x.width == pytest.approx(0.8 * before.x.width)
        assert after.cell_column(at) == 40
        await wheel(pilot, chart, MouseScrollDown, 40)
        assert view_of(chart) == WholeRun()


async def test_the_wheel_with_ctrl_zooms_the_heights() -> None:
    async with running() as (chart, pilot):
        before = plot_of(chart).y
        await wheel(pilot, chart, MouseScrollUp, 40, ctrl=True)
        assert plot_of(chart).y.width == pytest.approx(0.8 * before.width)
        assert view_of(chart) == WholeRun()


async def test_dragging_pans_and_a_click_leaves_the_crosshair() -> None:
    async with running() as (chart, pilot):
        await pilot.press("plus", "plus", "ctrl+left")
        before = plot_of(chart)
        await pilot.mouse_down(chart, over(chart, 30))
        await pilot.hover(chart, over(chart, 50))
        await pilot.mouse_up(chart, over(chart, 50))
        moved = 20 / before.width * before.x.width
        assert plot_of(chart).x.low == pytest.approx(before.x.low - moved)
        await pilot.click(chart, over(chart, 10))
        assert chart.crosshair_x is not None
        assert plot_of(chart).cell_column(chart.crosshair_x) == 10


@pytest.mark.drawn
async def test_many_changes_between_frames_make_one_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as (chart, pilot):
        drawn = []

        def counted(data: ChartData, look: Look, width: int, height: int, gutter: int) -> Picture:
            drawn.append(1)
            return draw(data, look, width, height, gutter)

        monkeypatch.setattr(chart_module, "draw", counted)
        for step in range(1000, 1100):
            chart.append("train", [step], [1.5])
        chart.set_reference("uniform", 4.174)
        chart.set_marker(Marker("best", 900, 1.5))
        await pilot.pause()
        assert len(drawn) == 1
        await pilot.press("left", "left", "home")
        assert len(drawn) == 1


async def test_a_resize_draws_the_chart_at_its_new_size() -> None:
    async with running() as (chart, pilot):
        for size in ((140, 45), (20, 5), (200, 60), (3, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            drawn = text_of(chart).splitlines()
            assert (len(drawn[0]), len(drawn)) == size


async def test_clear_shows_the_empty_chart_and_keeps_scale_and_smoothing() -> None:
    async with running() as (chart, pilot):
        await pilot.press("l", "w", "z", "left")
        chart.clear()
        await pilot.pause()
        assert "Nothing yet." in text_of(chart)
        assert chart.crosshair_x is None
        assert (chart.look.scale, chart.look.smoothing) == (YScale.LOG, 0.6)
        assert view_of(chart) == WholeRun()


async def test_rewinding_and_removing_change_what_is_shown() -> None:
    async with running() as (chart, pilot):
        chart.append("other", [0, 5000], [1.0, 1.0])
        chart.rewind("other", 2000)
        await pilot.pause()
        assert plot_of(chart).x.high == STEPS - 1
        chart.remove_series("other")
        chart.set_reference("uniform", 2.5)
        chart.remove_reference("uniform")
        chart.set_marker(Marker("best", 10, 2))
        chart.remove_marker("best")
        await pilot.pause()
        text = text_of(chart)
        assert not any(word in text for word in ("other", "uniform", "best"))


async def test_values_at_gives_those_of_shown_series() -> None:
    async with running() as (chart, _):
        chart.append("other", [0, 500], [1.0, 2.0])
        chart.look = replace(chart.look, hidden=frozenset({"train"}))
        assert [(r.series.name, r.x, r.value) for r in chart.values_at(480)] == [
            ("other", 500, 2.0)
        ]


async def test_every_binding_has_an_id_a_description_and_a_tooltip() -> None:
    bindings = [b for b in Chart.BINDINGS if isinstance(b, Binding)]
    assert len(bindings) == len(Chart.BINDINGS)
    assert all(b.id and b.description and b.tooltip for b in bindings)
    assert len({b.id for b in bindings}) == len(bindings)


@pytest.mark.parametrize("theme", [name for name, t in BUILTIN_THEMES.items() if not t.ansi])
async def test_series_stand_out_in_every_theme(theme: str) -> None:
    async with running() as (chart, pilot):
        pilot.app.theme = theme
        await pilot.pause()
        styles = styles_for(chart)
        background = chart.background_colors[1]
        colours = [Color.from_rich_color(styles[line_ink(slot)].color) for slot in range(8)]
        assert all(contrast(colour, background) >= 3.9 for colour in colours)
        assert len(set(colours)) == 8
        raw = Color.from_rich_color(styles[raw_ink(0)].color)
        assert contrast(raw, background) < contrast(colours[0], background)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_terminal_colours_are_used_as_they_are(theme: str) -> None:
    async with running() as (chart, pilot):
        pilot.app.theme = theme
        await pilot.press("w")
        styles = styles_for(chart)
        assert styles[raw_ink(0)].dim
        assert "train" in text_of(chart)


async def test_a_new_theme_recolours_the_chart() -> None:
    async with running() as (chart, pilot):
        before = chart.render_line(1)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = chart.render_line(1)
        assert after.text == before.text
        assert after != before


async def test_every_ink_has_a_component_class() -> None:
    assert set(INK_CLASSES.values()) <= Chart.COMPONENT_CLASSES
