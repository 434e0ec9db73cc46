"""Points of a curve are kept in bounded memory without losing what shows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.tui.widgets.chart.buckets import PointBuckets

CAPACITY = 8

ys = st.lists(st.floats(-1e6, 1e6, width=32), max_size=150)
batch_sizes = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def filled(values: list[float], sizes: list[int], capacity: int = CAPACITY) -> PointBuckets:
    """Buckets with `values` at x = 0, 1, 2, …, appended in batches of the given sizes in turn."""
    buckets = PointBuckets(capacity)
    start, turn = 0, 0
    while start < len(values):
        stop = min(start + sizes[turn % len(sizes)], len(values))
        buckets.append(np.arange(start, stop), values[start:stop])
        start, turn = stop, turn + 1
    return buckets


@given(ys, batch_sizes)
@settings(max_examples=100, deadline=None)
def test_buckets_keep_count_extremes_mean_and_order(values: list[float], sizes: list[int]) -> None:
    buckets = filled(values, sizes)
    assert len(buckets) <= CAPACITY
    assert buckets.count.sum() == len(values)
    start = 0
    for i in range(len(buckets)):
        stop = start + int(buckets.count[i])
        part = np.array(values[start:stop])
        assert (buckets.first_x[i], buckets.last_x[i]) == (start, stop - 1)
        assert buckets.x[i] == (start + stop - 1) / 2
        assert (buckets.low[i], buckets.high[i]) == (part.min(), part.max())
        assert buckets.mean[i] == pytest.approx(part.mean(), rel=1e-9, abs=1e-6)
        start = stop


@given(ys, batch_sizes, batch_sizes)
@settings(max_examples=50, deadline=None)
def test_the_batches_points_come_in_make_no_difference(
    values: list[float], sizes: list[int], other_sizes: list[int]
) -> None:
    one, other = filled(values, sizes), filled(values, other_sizes)
    assert one.stride == other.stride
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_array_equal(one.count, other.count)


@given(ys, batch_sizes)
@settings(max_examples=50, deadline=None)
def test_every_bucket_but_the_last_is_full(values: list[float], sizes: list[int]) -> None:
    buckets = filled(values, sizes)
    assert np.all(buckets.count[:-1] == buckets.stride)


def test_memory_stays_bounded_however_many_points_come() -> None:
    buckets = PointBuckets(1024)
    for start in range(0, 1_000_000, 50_000):
        buckets.append(np.arange(start, start + 50_000), np.zeros(50_000))
    assert len(buckets) <= 1024
    assert buckets.count.sum() == 1_000_000


def test_a_single_spike_survives_every_merge() -> None:
    values = np.ones(5_000)
    values[2_345] = 99.0
    buckets = PointBuckets(16)
    buckets.append(np.arange(5_000), values)
    assert buckets.high.max() == 99.0
    at = int(buckets.high.argmax())
    assert buckets.first_x[at] <= 2_345 <= buckets.last_x[at]


@pytest.mark.parametrize("unusable", [np.nan, np.inf, -np.inf, 1e200])
def test_points_that_cannot_be_drawn_are_left_out(unusable: float) -> None:
    buckets = PointBuckets()
    buckets.append([0, 1, unusable, 3], [5.0, unusable, 6.0, 7.0])
    assert buckets.x.tolist() == [0, 3]
    assert buckets.mean.tolist() == [5.0, 7.0]


def test_going_back_in_x_replaces_what_came_after() -> None:
    buckets = PointBuckets()
    buckets.append([1, 2, 3, 4], [10, 20, 30, 40])
    buckets.append([3, 4], [31, 41])
    assert buckets.x.tolist() == [1, 2, 3, 3, 4]
    assert buckets.mean.tolist() == [10, 20, 30, 31, 41]


def test_going_back_within_one_batch_replaces_what_came_after() -> None:
    buckets = PointBuckets()
    buckets.append([1, 2, 3, 2.5, 4], [10, 20, 30, 25, 40])
    assert buckets.x.tolist() == [1, 2, 2.5, 4]


def test_rewinding_keeps_what_lies_up_to_that_x() -> None:
    buckets = PointBuckets()
    buckets.append([1, 2, 3, 4], [10, 20, 30, 40])
    buckets.rewind(2)
    assert buckets.x.tolist() == [1, 2]


def test_rewinding_merged_buckets_leaves_whole_ones_only() -> None:
    buckets = filled([float(i) for i in range(64)], [64])
    stride = buckets.stride
    buckets.rewind(20)
    assert buckets.last_x[-1] <= 20
    assert np.all(buckets.count == stride)


def test_rewrites_count_merges_and_rewinds_but_not_appends() -> None:
    buckets = PointBuckets(4)
    buckets.append([0, 1, 2, 3], [0, 0, 0, 0])
    assert buckets.rewrites == 0
    buckets.append([4], [0])
    assert buckets.rewrites == 1
    buckets.rewind(0)
    assert buckets.rewrites == 2


def test_x_and_y_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values of x but 3 of y"):
        PointBuckets().append([1, 2], [1, 2, 3])


@pytest.mark.parametrize("capacity", [0, 1, 7])
def test_a_capacity_that_cannot_be_halved_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match="even"):
        PointBuckets(capacity)
