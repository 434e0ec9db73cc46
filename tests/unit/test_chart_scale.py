"""Ranges and ticks: round numbers, in order, inside, and never the logarithm of zero."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.tui.widgets.chart.scale import (
    Interval,
    YScale,
    heights,
    sensible_span,
    span_around,
    value_at,
    with_room,
)
from rnntui.tui.widgets.chart.ticks import format_number, linear_ticks, log_ticks

finite = st.floats(-1e9, 1e9)
most = st.integers(1, 15)


@given(finite, st.floats(0, 1e9), most)
@settings(max_examples=200, deadline=None)
def test_linear_ticks_rise_inside_the_span(low: float, width: float, count: int) -> None:
    span = span_around(low, low + width)
    values = [tick.value for tick in linear_ticks(span, count)]
    assert len(values) <= count
    assert all(span.holds(value) for value in values)
    assert all(a < b for a, b in pairwise(values))


@given(finite, st.floats(1e-3, 1e9), st.integers(3, 15))
@settings(max_examples=100, deadline=None)
def test_the_step_of_linear_ticks_is_1_2_or_5(low: float, width: float, count: int) -> None:
    ticks = linear_ticks(span_around(low, low + width), count)
    for left, right in pairwise(ticks):
        step = right.value - left.value
        leading = step / 10 ** math.floor(math.log10(step) + 1e-6)
        assert min(abs(leading - nice) for nice in (1, 2, 5)) < 1e-3


@given(st.floats(-20, 20), st.floats(1e-6, 30), most)
@settings(max_examples=200, deadline=None)
def test_log_ticks_rise_inside_the_span(low: float, width: float, count: int) -> None:
    span = Interval(low, low + width)
    values = [tick.value for tick in log_ticks(span, count)]
    assert len(values) <= count
    assert all(span.low - 1e-9 <= math.log10(value) <= span.high + 1e-9 for value in values)
    assert all(a < b for a, b in pairwise(values))


@pytest.mark.parametrize(
    ("span", "count", "labels"),
    [
        (Interval(0, 892), 5, ["0", "200", "400", "600", "800"]),
        (Interval(1.2, 4.3), 8, ["1.5", "2.0", "2.5", "3.0", "3.5", "4.0"]),
        (Interval(0, 1.2e6), 4, ["0", "0.5M", "1.0M"]),
        (Interval(9_990, 12_010), 5, ["10.0k", "10.5k", "11.0k", "11.5k", "12.0k"]),
        (Interval(-0.5, 0.5), 5, ["-0.4", "-0.2", "0", "0.2", "0.4"]),
    ],
)
def test_labels_of_a_linear_axis_share_their_decimals(
    span: Interval, count: int, labels: list[str]
) -> None:
    assert [tick.label for tick in linear_ticks(span, count)] == labels


@pytest.mark.parametrize(
    ("span", "count", "labels"),
    [
        (Interval(-2, 1), 5, ["0.01", "0.1", "1", "10"]),
        (Interval(0, 2), 8, ["1", "2", "5", "10", "20", "50", "100"]),
        (Interval(0.1, 0.63), 5, ["2", "3", "4"]),
        (Interval(2, 6), 3, ["100", "10k", "1M"]),
    ],
)
def test_labels_of_a_log_axis_are_round(span: Interval, count: int, labels: list[str]) -> None:
    assert [tick.label for tick in log_ticks(span, count)] == labels


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.43219, "1.432"),
        (12345, "12,345"),
        (0, "0"),
        (-0.51, "-0.5100"),
        (0.0000123, "1.23e-05"),
        (1234.56, "1,235"),
        (2.5e12, "2.5e+12"),
    ],
)
def test_numbers_are_written_with_four_digits(value: float, text: str) -> None:
    assert format_number(value) == text


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_log_heights_exist_for_positive_values_alone(values: list[float]) -> None:
    with np.errstate(all="raise"):
        shown = heights(np.array(values), YScale.LOG)
    assert np.isfinite(shown).tolist() == [value > 0 for value in values]


@given(st.floats(1e-6, 1e6), st.sampled_from(YScale))
@settings(max_examples=50, deadline=None)
def test_a_height_leads_back_to_its_value(value: float, scale: YScale) -> None:
    assert value_at(float(heights(np.array([value]), scale)[0]), scale) == pytest.approx(value)


def test_a_constant_lies_in_the_middle_of_its_span() -> None:
    for constant in (0.0, 2.5, -3e8, 1e-310):
        span = span_around(constant, constant)
        assert span.low < constant < span.high or constant == 1e-310
        assert (span.low + span.high) / 2 == pytest.approx(constant)


def test_a_few_huge_losses_at_the_start_are_cut_off() -> None:
    curve = np.concatenate([[90.0, 60.0, 30.0], np.linspace(2.0, 1.5, 197)])
    span = sensible_span([curve], [curve])
    assert span is not None
    assert span.low == 1.5
    assert 2.0 < span.high < 4.0


def test_an_ordinary_curve_is_shown_whole() -> None:
    curve = 1.5 + 2.7 * np.exp(-np.linspace(0, 6, 200))
    span = sensible_span([curve], [curve])
    assert span == Interval(float(curve.min()), float(curve.max()))


def test_a_short_run_is_shown_whole_whatever_it_does() -> None:
    curve = np.array([500.0, 4.0, 3.0, 2.0])
    assert sensible_span([curve], [curve]) == Interval(2.0, 500.0)


def test_nothing_to_see_has_no_span() -> None:
    assert sensible_span([], []) is None
    assert sensible_span([np.array([np.nan])], [np.array([np.nan])]) is None


def test_a_reference_close_by_is_taken_in_and_a_far_one_left_out() -> None:
    near, far = with_room(Interval(1, 2), [2.2]), with_room(Interval(1, 2), [4.2])
    assert near.holds(2.2)
    assert not far.holds(4.2)


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Interval(1, 1)
