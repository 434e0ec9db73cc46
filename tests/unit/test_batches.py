"""Cutting a text into stream batches and window batches."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.batches import (
    MIN_VALIDATION_CHARACTERS,
    PieceBatches,
    StreamBatches,
    WindowBatches,
    fitting_stream_shape,
    fitting_window_shape,
    permuted,
    split,
)
from rnntui.text.corpus import corpus_from_text

_MANY = settings(max_examples=80, deadline=None, derandomize=True)
_SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 8))


def _positions(length: int) -> NDArray[np.uint16]:
    """A text whose every character is its own position."""
    return np.arange(length, dtype=np.uint16)


def _order(size: int, key: int) -> NDArray[np.int64]:
    return permuted(np.arange(size, dtype=np.uint64), size, key)


# Streams.


@_MANY
@given(st.integers(2, 400), _SHAPES)
def test_every_target_of_a_stream_batch_is_the_next_character(
    length: int, shape: tuple[int, int]
) -> None:
    """Of the cropped text, which goes round."""
    batches = StreamBatches(_positions(length), *fitting_stream_shape(length, *shape))
    cropped = batches.batches_per_epoch * batches.characters_per_batch
    for index in range(batches.batches_per_epoch):
        batch = batches.batch(0, index)
        np.testing.assert_array_equal(batch.targets, (batch.inputs + 1) % cropped)


@_MANY
@given(st.integers(2, 400), _SHAPES)
def test_each_stream_continues_in_the_next_batch(length: int, shape: tuple[int, int]) -> None:
    batches = StreamBatches(_positions(length), *fitting_stream_shape(length, *shape))
    for index in range(batches.batches_per_epoch - 1):
        now, then = batches.batch(0, index), batches.batch(0, index + 1)
        np.testing.assert_array_equal(now.targets[:, -1], then.inputs[:, 0])


@_MANY
@given(st.text("abc d\n", min_size=2, max_size=300), _SHAPES)
def test_the_streams_of_an_epoch_side_by_side_are_the_cropped_text(
    text: str, shape: tuple[int, int]
) -> None:
    corpus = corpus_from_text("play", text)
    batches = StreamBatches(corpus.ids, *fitting_stream_shape(len(text), *shape))
    columns = [batches.batch(0, index).inputs for index in range(batches.batches_per_epoch)]
    read = corpus.vocabulary.decode(np.concatenate(columns, axis=1))
    assert text.startswith(read)
    assert 0 <= len(text) - len(read) < batches.characters_per_batch


def test_the_last_target_is_the_first_character() -> None:
    batches = StreamBatches(_positions(50), batch_size=3, seq_length=4)
    assert batches.batches_per_epoch == 4
    assert batches.batch(0, 3).targets[-1, -1] == 0


def test_stream_batches_are_whole_and_of_whole_numbers() -> None:
    batch = StreamBatches(_positions(50), batch_size=3, seq_length=4).batch(0, 0)
    assert batch.inputs.shape == batch.targets.shape == (3, 4)
    assert batch.inputs.dtype == batch.targets.dtype == np.int64


def test_every_epoch_reads_the_streams_alike() -> None:
    batches = StreamBatches(_positions(50), batch_size=3, seq_length=4)
    first, later = batches.batch(0, 2), batches.batch(7, 2)
    np.testing.assert_array_equal(first.inputs, later.inputs)


@pytest.mark.parametrize(("val_fraction", "expected"), [(0.0, 446), (0.1, 401)])
def test_tinyshakespeare_has_its_well_known_number_of_batches(
    val_fraction: float, expected: int
) -> None:
    learned, _ = split(np.zeros(1_115_394, np.uint8), val_fraction)
    batches = StreamBatches(learned, batch_size=50, seq_length=50)
    assert batches.batches_per_epoch == expected
    assert batches.characters_per_batch == 2500


# Pieces.


@_MANY
@given(st.integers(2, 400), st.integers(1, 30))
def test_pieces_read_every_character_once_and_the_last_follows_itself(
    length: int, seq_length: int
) -> None:
    batches = PieceBatches(_positions(length), seq_length)
    pieces = [batches.batch(0, index) for index in range(batches.batches_per_epoch)]
    read = np.concatenate([piece.inputs[0] for piece in pieces])
    np.testing.assert_array_equal(read, np.arange(length))
    followed = np.concatenate([piece.targets[0] for piece in pieces])
    np.testing.assert_array_equal(followed, np.minimum(read + 1, length - 1))
    assert all(piece.inputs.shape == (1, seq_length) for piece in pieces[:-1])


# Windows.


@_MANY
@given(st.integers(2, 200), _SHAPES, st.integers(0, 2**31 - 1), st.integers(0, 1_000_000))
def test_an_epoch_holds_every_window_exactly_once(
    length: int, shape: tuple[int, int], seed: int, epoch: int
) -> None:
    batch_size, window = fitting_window_shape(length, *shape)
    batches = WindowBatches(_positions(length), batch_size, window, seed)
    read = [batches.batch(epoch, index) for index in range(batches.batches_per_epoch)]
    assert all(len(batch.inputs) == batch_size for batch in read[:-1])
    inputs = np.concatenate([batch.inputs for batch in read])
    targets = np.concatenate([batch.targets for batch in read])
    starts = inputs[:, :1]
    np.testing.assert_array_equal(np.sort(starts[:, 0]), np.arange(length - window))
    np.testing.assert_array_equal(inputs, starts + np.arange(window))
    np.testing.assert_array_equal(targets, starts + window)


def test_a_window_batch_is_the_same_whenever_it_is_read() -> None:
    first = WindowBatches(_positions(90), 8, 5, seed=3)
    again = WindowBatches(_positions(90), 8, 5, seed=3)
    again.batch(1, 0)
    np.testing.assert_array_equal(first.batch(2, 4).inputs, again.batch(2, 4).inputs)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = {
        (seed, epoch): WindowBatches(_positions(300), 295, 5, seed).batch(epoch, 0).inputs[:, 0]
        for seed in (1, 2, 3)
        for epoch in (0, 1, 2)
    }
    assert len({tuple(order) for order in orders.values()}) == 9


def test_the_last_window_batch_may_be_smaller() -> None:
    batches = WindowBatches(_positions(25), 8, 5, seed=1)
    assert [len(batches.batch(0, index).targets) for index in range(3)] == [8, 8, 4]
    assert batches.batches_per_epoch == 3


def test_windows_ask_for_one_prediction_each() -> None:
    batches = WindowBatches(_positions(25), 8, 5, seed=1)
    assert batches.characters_per_batch == 8
    assert batches.batch(0, 0).targets.shape == (8, 1)


# The order of windows.


def test_the_permutation_of_every_small_size_is_a_bijection() -> None:
    for size in range(1, 2001):
        hits = np.bincount(_order(size, key=size * 7919), minlength=size)
        assert (hits == 1).all(), size


@_MANY
@given(
    st.integers(1, 2**40),
    st.integers(0, 2**63 - 1),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20),
)
def test_the_permutation_of_a_large_size_keeps_distinct_ranks_apart(
    size: int, key: int, shares: list[float]
) -> None:
    ranks = np.unique(np.array([int(share * size) for share in shares], dtype=np.uint64))
    sent = permuted(ranks, size, key)
    assert ((sent >= 0) & (sent < size)).all()
    assert len(np.unique(sent)) == len(ranks)


def test_ranks_are_sent_to_the_same_place_alone_and_together() -> None:
    whole = _order(1000, key=5)
    np.testing.assert_array_equal(permuted(np.array([3, 998], np.uint64), 1000, 5), whole[[3, 998]])


@pytest.mark.parametrize("size", [3, 10, 40])
def test_over_many_epochs_a_rank_goes_everywhere_alike(size: int) -> None:
    """Each count within five standard deviations of its binomial distribution."""
    keys = 40 * size
    hits = np.bincount([_order(size, key)[0] for key in range(keys)], minlength=size)
    mean, deviation = keys / size, (keys / size * (1 - 1 / size)) ** 0.5
    assert (np.abs(hits - mean) < 5 * deviation).all()


def test_neighbouring_epochs_agree_no_more_than_by_chance() -> None:
    """Two random orders agree at one place on average, with variance one: mean of 200 pairs."""
    agreeing = [np.count_nonzero(_order(500, key) == _order(500, key + 1)) for key in range(200)]
    assert abs(np.mean(agreeing) - 1) < 5 / 200**0.5


def test_neighbouring_epochs_have_round_keys_of_their_own() -> None:
    """Shared ones would show as equal halves of where each group of ranks is sent."""
    half, size = 3, 64

    def groups(key: int, by: str, of: str) -> list[Counter[int]]:
        ranks = np.arange(size)
        parts = {"left": lambda x: x >> half, "right": lambda x: x & 7}
        group, value = parts[by](ranks), parts[of](_order(size, key))
        return [Counter(value[group == number].tolist()) for number in range(8)]

    assert groups(41, by="right", of="right") != groups(42, by="left", of="left")


# Held-out part and batch shape.


@_MANY
@given(st.integers(1, 5000), st.floats(0, 0.9))
def test_a_split_keeps_the_text_whole_and_holds_out_its_tail(
    length: int, val_fraction: float
) -> None:
    learned, held_out = split(_positions(length), val_fraction)
    np.testing.assert_array_equal(np.concatenate([learned, held_out]), _positions(length))
    assert len(learned) > 0
    if len(held_out):
        assert abs(len(held_out) - length * val_fraction) <= 1
        assert len(held_out) >= MIN_VALIDATION_CHARACTERS
    else:
        assert length * val_fraction < MIN_VALIDATION_CHARACTERS


def test_a_tenth_is_held_out() -> None:
    learned, held_out = split(_positions(2000), 0.1)
    assert (len(learned), len(held_out)) == (1800, 200)


@_MANY
@given(st.integers(2, 10_000), st.integers(1, 300), st.integers(1, 300))
def test_a_fitted_stream_shape_fills_one_batch_and_is_the_largest_that_does(
    characters: int, batch_size: int, seq_length: int
) -> None:
    batch, length = fitting_stream_shape(characters, batch_size, seq_length)
    assert 1 <= batch <= batch_size
    assert 1 <= length <= seq_length
    assert batch * length <= characters
    assert length in (seq_length, characters)
    assert batch == batch_size or (batch + 1) * length > characters


@_MANY
@given(st.integers(2, 10_000), st.integers(1, 300), st.integers(1, 300))
def test_a_fitted_window_shape_leaves_a_character_to_predict(
    characters: int, batch_size: int, window: int
) -> None:
    batch, length = fitting_window_shape(characters, batch_size, window)
    assert 1 <= batch <= batch_size
    assert length == min(window, characters - 1)
    assert batch == min(batch_size, characters - length)


@pytest.mark.parametrize("characters", [0, 1])
def test_a_text_of_fewer_than_two_characters_is_refused(characters: int) -> None:
    for fitting in (fitting_stream_shape, fitting_window_shape):
        with pytest.raises(CorpusError, match="fewer than two characters"):
            fitting(characters, 8, 8)
