"""The moving average is the textbook one, however the points arrive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.tui.widgets.chart.buckets import PointBuckets
from rnntui.tui.widgets.chart.smoothing import RunningAverage

weights = st.floats(0.01, 0.999)
values = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=80)


def plain(ys: list[float], weight: float) -> list[float]:
    """The average by its definition, one point after another."""
    total, smoothed = 0.0, []
    for seen, y in enumerate(ys, start=1):
        total = weight * total + (1 - weight) * y
        smoothed.append(total / (1 - weight**seen))
    return smoothed


@given(values, weights)
@settings(max_examples=100, deadline=None)
def test_it_agrees_with_the_plain_formula(ys: list[float], weight: float) -> None:
    buckets = PointBuckets()
    buckets.append(range(len(ys)), ys)
    np.testing.assert_allclose(
        RunningAverage().values(buckets, weight), plain(ys, weight), rtol=1e-9, atol=1e-9
    )


@given(values, weights, st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_extending_gives_what_computing_at_once_gives(
    ys: list[float], weight: float, step: int
) -> None:
    buckets, running = PointBuckets(16), RunningAverage()
    for start in range(0, len(ys), step):
        part = ys[start : start + step]
        buckets.append(range(start, start + len(part)), part)
        latest = running.values(buckets, weight)
    np.testing.assert_allclose(
        latest, RunningAverage().values(buckets, weight), rtol=1e-9, atol=1e-9
    )


def test_a_changed_weight_changes_the_whole_curve() -> None:
    buckets, running = PointBuckets(), RunningAverage()
    ys = [4.0, 1.0, 3.0, 2.0]
    buckets.append(range(4), ys)
    running.values(buckets, 0.9)
    np.testing.assert_allclose(running.values(buckets, 0.5), plain(ys, 0.5))


def test_rewinding_forgets_the_rewound_points() -> None:
    buckets, running = PointBuckets(), RunningAverage()
    buckets.append(range(6), [5.0, 4.0, 3.0, 90.0, 90.0, 90.0])
    running.values(buckets, 0.8)
    buckets.rewind(2)
    buckets.append([3], [2.0])
    np.testing.assert_allclose(running.values(buckets, 0.8), plain([5, 4, 3, 2], 0.8))


def test_without_weight_the_values_stay_as_they_are() -> None:
    buckets = PointBuckets()
    buckets.append(range(3), [3.0, 1.0, 2.0])
    assert RunningAverage().values(buckets, 0.0).tolist() == [3.0, 1.0, 2.0]


def test_a_bucket_of_equal_points_counts_as_often_as_it_has_points() -> None:
    ys = [4.0] * 4 + [2.0] * 4 + [1.0] * 4
    buckets = PointBuckets(4)
    buckets.append(range(12), ys)
    assert buckets.stride == 4
    every_fourth = plain(ys, 0.7)[3::4]
    assert RunningAverage().values(buckets, 0.7) == pytest.approx(every_fourth)


def test_no_points_give_no_values() -> None:
    assert RunningAverage().values(PointBuckets(), 0.9).size == 0
