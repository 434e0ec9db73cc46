"""The split of labelled texts, their rectangular batches, and figures about them."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text.labelled.batches import (
    EncodedTexts,
    bucketed_batches,
    padded,
    shuffled_batches,
    split_labelled,
)
from rnntui.text.labelled.statistics import InputSize, length_histogram, length_statistics


def encoded(*texts: list[int]) -> EncodedTexts:
    """Texts given as their ids."""
    ends = np.cumsum([0, *map(len, texts)])
    return EncodedTexts(np.array([one for text in texts for one in text], dtype=np.uint8), ends)


# Padding.

TEXTS = encoded([1, 4, 5, 6, 7], [1, 8], [1])


def test_the_last_ids_are_kept_and_short_texts_padded_in_front() -> None:
    assert padded(TEXTS, [0, 1, 2], 3).tolist() == [[5, 6, 7], [0, 1, 8], [0, 0, 1]]


def test_padding_may_stand_behind_and_the_first_ids_be_kept() -> None:
    assert padded(TEXTS, [2, 0], 3, "behind", "first").tolist() == [[1, 0, 0], [1, 4, 5]]
    assert padded(TEXTS, [1, 0], 3, "front", "first").tolist() == [[0, 1, 8], [1, 4, 5]]


def test_whole_texts_are_padded_behind_to_the_longest() -> None:
    assert padded(TEXTS, [2, 1], 2, "behind").tolist() == [[1, 0], [1, 8]]
    assert TEXTS.lengths[[2, 1]].tolist() == [1, 2]


def test_no_texts_make_an_empty_batch() -> None:
    assert padded(TEXTS, [], 3).shape == (0, 3)
    assert padded(TEXTS, [], 0).shape == (0, 0)


@given(st.lists(st.lists(st.integers(4, 9), min_size=1, max_size=8), min_size=1, max_size=5))
@settings(max_examples=30)
def test_padding_agrees_with_the_plain_way(texts: list[list[int]]) -> None:
    for length in (1, 4, 9):
        plain = [[0] * (length - len(text)) + text[-length:] for text in texts]
        assert padded(encoded(*texts), range(len(texts)), length).tolist() == plain


# Split.


def test_the_split_is_that_of_scikit_learn() -> None:
    # Of train_test_split(range(10), test_size=0.2, random_state=42).
    split = split_labelled(10, 0.2, 42)
    assert split.validation.tolist() == [8, 1]
    assert split.train.tolist() == [5, 0, 7, 2, 9, 4, 3, 6]


@given(st.integers(1, 200), st.floats(0, 0.5), st.integers(0, 2**31 - 1))
@settings(max_examples=30)
def test_a_split_has_every_text_once(n: int, fraction: float, seed: int) -> None:
    if n == 1 and fraction:
        with pytest.raises(CorpusError, match=r"None of .* is left to train on"):
            split_labelled(n, fraction, seed)
        return
    split = split_labelled(n, fraction, seed)
    assert sorted([*split.train, *split.validation]) == list(range(n))
    assert abs(len(split.validation) - n * fraction) <= 1


# Batches.


@given(st.integers(1, 300), st.integers(1, 7), st.integers(0, 3))
@settings(max_examples=30)
def test_every_epoch_has_every_text_once(n: int, batch_size: int, epoch: int) -> None:
    indices = np.arange(n) * 3
    lengths = np.arange(3 * n) % 11
    for batches in (
        shuffled_batches(indices, batch_size, 5, epoch),
        bucketed_batches(lengths, indices, batch_size, 5, epoch),
    ):
        assert sorted(np.concatenate(batches).tolist()) == indices.tolist()
        assert len(batches) == -(-n // batch_size)
        assert sum(len(batch) == batch_size for batch in batches) >= n // batch_size


def test_batches_depend_on_seed_and_epoch_alone() -> None:
    indices = np.arange(100)
    lengths = np.arange(100) % 7
    for make in (
        partial(shuffled_batches, indices, 8),
        partial(bucketed_batches, lengths, indices, 8),
    ):
        first, again, later, other = (
            np.concatenate(make(seed, epoch)).tolist()
            for seed, epoch in ((1, 0), (1, 0), (1, 1), (2, 0))
        )
        assert first == again
        assert first not in (later, other)


def test_buckets_hold_texts_of_like_length() -> None:
    lengths = np.random.RandomState(1).randint(1, 500, size=2000)
    batches = bucketed_batches(lengths, np.arange(2000), 20, 1, 0)
    filled = sum(len(batch) * lengths[batch].max() for batch in batches)
    assert filled < 1.05 * lengths.sum()
    shortest_first = [lengths[batch].mean() for batch in batches]
    assert shortest_first != sorted(shortest_first)


# Figures.


def test_figures_of_lengths() -> None:
    figures = length_statistics(np.array([3, 1, 2, 10]), (0.5, 0.75, 0.99))
    assert (figures.texts, figures.mean, figures.median) == (4, 4.0, 2.5)
    assert (figures.shortest, figures.longest) == (1, 10)
    assert figures.quantiles == ((0.5, 2), (0.75, 3), (0.99, 10))


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=300))
@settings(max_examples=40)
def test_a_histogram_has_every_text_in_round_bins(lengths: list[int]) -> None:
    bins = length_histogram(np.array(lengths))
    assert 1 <= len(bins) <= 22
    assert bins[-1].stop > max(lengths)
    for one in bins:
        assert one.count == sum(one.start <= length < one.stop for length in lengths)
    assert sum(one.count for one in bins) == len(lengths)
    widths = {one.stop - one.start for one in bins[:-1]}
    assert len(widths) <= 1


def test_a_few_long_texts_do_not_squeeze_the_histogram() -> None:
    bins = length_histogram(np.array([*range(100)] * 5 + [1_000_000]))
    assert len(bins) == 20
    assert (bins[-1].start, bins[-1].stop) == (95, 1_000_001)


def test_ids_and_one_hot_take_what_the_lesson_says() -> None:
    size = InputSize(texts=25_000, length=100, vocabulary=500)
    assert size.ids_bytes == 10_000_000
    assert size.one_hot_bytes == 5_000_000_000
