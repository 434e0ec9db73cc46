"""Zooming and panning never leave the data, and undo each other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.tui.widgets.chart import navigation
from rnntui.tui.widgets.chart.look import Look, described
from rnntui.tui.widgets.chart.picture import Picture, draw
from rnntui.tui.widgets.chart.scale import Interval, YScale
from rnntui.tui.widgets.chart.series import ChartData
from rnntui.tui.widgets.chart.view import (
    Latest,
    Recent,
    View,
    WholeRun,
    Window,
    panned,
    resolve,
    zoomed,
)

EXTENT = Interval(0, 1000)

views = st.one_of(
    st.just(WholeRun()),
    st.builds(Recent, st.floats(0.01, 1)),
    st.builds(Latest, st.floats(1, 2000)),
    st.builds(lambda low, width: Window(low, low + width), st.floats(-500, 900), st.floats(1, 500)),
)


def picture_of(look: Look) -> Picture:
    """A chart of one falling curve over 0 to 1000, seen with `look`."""
    data = ChartData()
    steps = np.arange(1001)
    data.append("train", steps, 1.5 + 2.5 * np.exp(-steps / 150))
    return draw(data, look, 100, 20)


@given(views)
@settings(max_examples=60, deadline=None)
def test_every_view_lies_inside_the_data(view: View) -> None:
    span = resolve(view, EXTENT)
    assert EXTENT.low <= span.low < span.high <= EXTENT.high


@given(views, st.lists(st.tuples(st.floats(0.1, 4), st.floats(0, 1)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_zooming_by_keeps_what_is_under_the_pointer(
    view: View, zooms: list[tuple[float, float]]
) -> None:
    for factor, share in zooms:
        before = resolve(view, EXTENT)
        around = before.low + share * before.width
        view = zoomed(view, EXTENT, factor, around)
        after = resolve(view, EXTENT)
        assert EXTENT.low <= after.low < after.high <= EXTENT.high
        assert after.low - 1e-6 <= around <= after.high + 1e-6


def test_zooming_in_the_middle_leaves_the_middle_in_place() -> None:
    assert zoomed(WholeRun(), EXTENT, 0.5, 500) == Window(250, 750)


def test_zooming_at_the_end_follows_the_run() -> None:
    view = zoomed(WholeRun(), EXTENT, 0.5, 1000)
    assert view == Latest(500)
    assert resolve(view, Interval(0, 2000)) == Interval(1500, 2000)


def test_zooming_out_far_enough_shows_everything() -> None:
    assert zoomed(Window(400, 600), EXTENT, 100, 500) == WholeRun()


def test_panning_stops_at_the_ends_of_the_data() -> None:
    assert resolve(panned(Window(400, 600), EXTENT, -9999), EXTENT) == Interval(0, 200)
    assert panned(Window(400, 600), EXTENT, 9999) == Latest(200)


def test_panning_there_and_back_changes_nothing() -> None:
    there = panned(Window(400, 600), EXTENT, 50)
    assert panned(there, EXTENT, -50) == Window(400, 600)


def test_recent_is_the_last_share_of_the_run() -> None:
    assert resolve(Recent(0.2), EXTENT) == Interval(800, 1000)


def test_a_window_without_data_shows_everything() -> None:
    assert resolve(Window(2000, 3000), EXTENT) == EXTENT


def test_zoom_keys_anchor_at_the_crosshair_the_end_or_the_middle() -> None:
    assert navigation.anchor(picture_of(Look()), 300.0) == 300.0
    assert navigation.anchor(picture_of(Look()), None) == 1000
    assert navigation.anchor(picture_of(Look(view=Window(200, 400))), None) == 300


def test_zooming_heights_keeps_the_row_under_the_pointer() -> None:
    look = Look()
    before = picture_of(look)
    assert before.plot is not None
    look = navigation.zoom_heights(look, before, 0.5, row=0)
    assert look.heights is not None
    assert look.heights.width == pytest.approx(before.plot.y.width / 2)
    assert look.heights.high == pytest.approx(before.plot.y.high, abs=before.plot.y.width / 20)


def test_zooming_heights_out_fits_them_to_the_curves_again() -> None:
    look = navigation.zoom_heights(Look(), picture_of(Look()), 0.5, row=3)
    look = navigation.zoom_heights(look, picture_of(look), 4.0, row=3)
    assert look.heights is None


def test_dragging_up_and_down_moves_zoomed_heights_alone() -> None:
    assert navigation.pan(Look(), picture_of(Look()), 0, 5).heights is None
    look = Look(heights=Interval(1, 3))
    moved = navigation.pan(look, picture_of(look), 0, 5).heights
    assert moved is not None
    assert moved.low < 1
    assert moved.width == pytest.approx(2)


def test_navigation_leaves_an_empty_chart_alone() -> None:
    look, empty = Look(), draw(ChartData(), Look(), 40, 10)
    assert navigation.zoom(look, empty, 0.5, 0) == look
    assert navigation.zoom_heights(look, empty, 0.5, 0) == look
    assert navigation.pan(look, empty, 5) == look
    assert navigation.anchor(empty, None) == 0


def test_switching_the_scale_forgets_heights_of_the_other() -> None:
    look = navigation.toggle_scale(Look(heights=Interval(1, 2)))
    assert (look.scale, look.heights) == (YScale.LOG, None)
    assert navigation.toggle_scale(look).scale is YScale.LINEAR


def test_smoothing_goes_through_its_weights_and_starts_again() -> None:
    look, weights = Look(), []
    for _ in range(5):
        look = navigation.next_smoothing(look)
        weights.append(look.smoothing)
    assert weights == [0.6, 0.9, 0.99, 0.0, 0.6]


def test_reset_and_recent_change_the_view_alone() -> None:
    look = Look(smoothing=0.9, view=Window(1, 2), heights=Interval(1, 2))
    assert navigation.reset(look) == Look(smoothing=0.9)
    recent = navigation.toggle_recent(look)
    assert recent.view == Recent()
    assert navigation.toggle_recent(recent).view == WholeRun()


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (Look(), ""),
        (Look(scale=YScale.LOG, smoothing=0.9, view=Recent()), "log · smoothed 0.9 · last 20%"),
        (Look(view=Latest(5)), "zoomed"),
        (replace(Look(), heights=Interval(0, 1)), "zoomed"),
    ],
)
def test_a_look_is_described_by_what_is_special_about_it(look: Look, text: str) -> None:
    assert described(look) == text
