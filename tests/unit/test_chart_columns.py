"""Curves become columns and columns become dots, exactly."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.tui.widgets.chart.braille import BLANK, line_dots
from rnntui.tui.widgets.chart.columns import Columns, Trace, covered, visible
from rnntui.tui.widgets.chart.glyphs import GLYPHS
from rnntui.tui.widgets.chart.scale import Interval, YScale

WIDTH = 20

points = st.lists(
    st.tuples(st.floats(0, 100, width=32), st.floats(-50, 50, width=32)), min_size=1, max_size=120
)


def trace_of(pairs: list[tuple[float, float]]) -> Trace:
    """A trace through the points in order of x."""
    ordered = sorted(pairs)
    x, y = np.array([p[0] for p in ordered]), np.array([p[1] for p in ordered])
    return Trace(x, y, y, y)


def column_of(x: float, span: Interval) -> int:
    """The column that x falls into, by comparing it with every edge."""
    edges = np.linspace(span.low, span.high, WIDTH + 1)
    return min(int((edges <= x).sum()) - 1, WIDTH - 1)


@given(points, st.floats(0, 90), st.floats(1, 100))
@settings(max_examples=100, deadline=None)
def test_columns_cover_just_their_points_and_their_edges(
    pairs: list[tuple[float, float]], low: float, width: float
) -> None:
    trace, span = trace_of(pairs), Interval(low, low + width)
    columns = covered(trace, span, WIDTH, YScale.LINEAR)
    expected: list[list[float]] = [[] for _ in range(WIDTH)]
    for x, y in zip(trace.x, trace.mean, strict=True):
        if span.holds(x):
            expected[column_of(x, span)].append(float(y))
    for column in range(WIDTH):
        edges = columns.edge[column : column + 2]
        expected[column].extend(edges[np.isfinite(edges)].tolist())
        if expected[column]:
            assert columns.low[column] == min(expected[column])
            assert columns.high[column] == max(expected[column])
        else:
            assert np.isnan(columns.low[column])


@given(points)
@settings(max_examples=60, deadline=None)
def test_the_line_crosses_edges_where_interpolation_says(pairs: list[tuple[float, float]]) -> None:
    unique = dict(pairs)
    trace, span = trace_of(list(unique.items())), Interval(0, 100)
    columns = covered(trace, span, WIDTH, YScale.LINEAR)
    edges = np.linspace(0, 100, WIDTH + 1)
    expected = np.interp(edges, trace.x, trace.mean, left=np.nan, right=np.nan)
    np.testing.assert_allclose(columns.edge, expected, rtol=1e-6, atol=1e-6)


@given(points)
@settings(max_examples=60, deadline=None)
def test_a_drawn_line_has_no_gaps(pairs: list[tuple[float, float]]) -> None:
    dots = line_dots(
        covered(trace_of(pairs), Interval(0, 100), WIDTH, YScale.LINEAR), Interval(-50, 50), 40
    )
    drawn = [np.flatnonzero(column) for column in dots.T]
    filled = [i for i, rows in enumerate(drawn) if rows.size]
    assert filled == list(range(filled[0], filled[-1] + 1))
    for left, right in pairwise(filled):
        assert drawn[left][0] <= drawn[right][-1] + 1
        assert drawn[right][0] <= drawn[left][-1] + 1


def test_a_spike_between_thousands_of_points_is_covered() -> None:
    y = np.ones(100_000)
    y[70_001] = 9.0
    x = np.arange(100_000.0)
    columns = covered(Trace(x, y, y, y), Interval(0, 99_999), WIDTH, YScale.LINEAR)
    assert columns.high.max() == 9.0
    assert int(columns.high.argmax()) == 14


def test_a_line_reaches_in_from_points_outside_the_window() -> None:
    columns = covered(trace_of([(0, 0), (100, 100)]), Interval(40, 60), WIDTH, YScale.LINEAR)
    np.testing.assert_allclose(columns.edge, np.linspace(40, 60, WIDTH + 1))


def test_one_point_covers_one_column() -> None:
    columns = covered(trace_of([(51, 3)]), Interval(0, 100), WIDTH, YScale.LINEAR)
    assert np.flatnonzero(np.isfinite(columns.low)).tolist() == [10]


def test_a_point_on_the_right_edge_is_in_the_last_column() -> None:
    columns = covered(trace_of([(100, 3)]), Interval(0, 100), WIDTH, YScale.LINEAR)
    assert np.flatnonzero(np.isfinite(columns.low)).tolist() == [WIDTH - 1]


@given(points)
@settings(max_examples=60, deadline=None)
def test_a_log_scale_takes_no_logarithm_of_what_is_not_positive(
    pairs: list[tuple[float, float]],
) -> None:
    with np.errstate(divide="raise"):
        columns = covered(trace_of(pairs), Interval(0, 100), WIDTH, YScale.LOG)
    positive = [p for p in pairs if p[1] > 0]
    assert np.isfinite(columns.low).any() == bool(positive)
    if positive:
        assert np.nanmin(columns.low) >= np.log10(min(y for _, y in positive)) - 1e-9


def test_a_log_scale_keeps_a_bucket_whose_low_end_is_not_positive() -> None:
    one = np.array([1.0])
    trace = Trace(x=one, mean=one * 2, low=one * -1, high=one * 10)
    columns = covered(trace, Interval(0, 2), 2, YScale.LOG)
    assert np.nanmin(columns.low) == pytest.approx(np.log10(2))
    assert np.nanmax(columns.high) == pytest.approx(1)


def test_visible_points_are_those_inside_the_span() -> None:
    inside = visible(trace_of([(1, 1), (2, 2), (3, 3), (4, 4)]), Interval(2, 3))
    assert inside.x.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("row", "column", "character"),
    [
        (0, 0, "⠁"),
        (1, 0, "⠂"),
        (2, 0, "⠄"),
        (3, 0, "⡀"),
        (0, 1, "⠈"),
        (1, 1, "⠐"),
        (2, 1, "⠠"),
        (3, 1, "⢀"),
    ],
)
def test_each_dot_has_its_braille_bit(row: int, column: int, character: str) -> None:
    dots = np.zeros((4, 2), dtype=np.bool_)
    dots[row, column] = True
    assert chr(BLANK + int(GLYPHS["braille"].pack(dots)[0, 0])) == character


@given(st.binary(min_size=48, max_size=48))
@settings(max_examples=30, deadline=None)
def test_packing_cells_agrees_with_packing_each_alone(raw: bytes) -> None:
    dots = (np.frombuffer(raw, dtype=np.uint8) % 2 == 1).reshape(8, 6)
    pack = GLYPHS["braille"].pack
    bits = pack(dots)
    assert bits.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            assert bits[i, j] == pack(dots[4 * i : 4 * i + 4, 2 * j : 2 * j + 2].copy())[0, 0]


def test_a_rising_diagonal_is_one_dot_thin() -> None:
    edge = np.arange(9.0)
    columns = Columns(low=edge[:-1], high=edge[1:], edge=edge)
    dots = line_dots(columns, Interval(0, 8), 9)
    assert dots.sum(axis=0).tolist() == [1, 1, 1, 1, 1, 1, 1, 2]
