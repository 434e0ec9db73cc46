"""The n-gram models beside which a network's loss is read."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text.ngrams import baselines as ngrams
from rnntui.text.ngrams.baselines import Baselines, measure_baselines, never
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.vocabulary import AnyIds

ORDERS = 5
few_symbols = st.lists(st.integers(0, 2), max_size=40)
one_text = st.lists(st.integers(0, 2), min_size=1, max_size=8)


def measured(
    train: list[int] | str,
    held_out: list[int] | str,
    vocab_size: int,
    max_order: int = ORDERS,
    should_stop: Callable[[], bool] = never,
) -> Baselines:
    """Measure on ids in the type that a corpus keeps them in; letters stand for 0, 1, 2 …"""
    train_ids, held_out_ids = (as_ids(text, vocab_size) for text in (train, held_out))
    return measure_baselines(train_ids, held_out_ids, vocab_size, max_order, should_stop)


def as_ids(text: list[int] | str, vocab_size: int) -> AnyIds:
    numbers = [ord(char) - ord("a") for char in text] if isinstance(text, str) else text
    ids: AnyIds = np.array(numbers, dtype=np.min_scalar_type(vocab_size - 1))
    ids.flags.writeable = False  # as those of a mapped file
    return ids


def probability(train: list[int], context: list[int], char: int, vocab_size: int) -> float:
    """The formula as it is written, by looking at the whole text at each order."""
    followers = [
        train[at + len(context)]
        for at in range(len(train) - len(context))
        if train[at : at + len(context)] == context
    ]
    shorter = probability(train, context[1:], char, vocab_size) if context else 1.0 / vocab_size
    if not followers:
        return shorter
    distinct = len(set(followers))
    return (followers.count(char) + distinct * shorter) / (len(followers) + distinct)


def slow_loss(train: list[int], held_out: list[int], vocab_size: int, order: int) -> float:
    losses = [
        -math.log(probability(train, held_out[max(0, at - order + 1) : at], char, vocab_size))
        for at, char in enumerate(held_out)
    ]
    return sum(losses) / len(losses)


@given(few_symbols, one_text)
@settings(max_examples=100)
def test_losses_are_those_of_the_formula(train: list[int], held_out: list[int]) -> None:
    slow = [slow_loss(train, held_out, 3, order) for order in range(1, ORDERS + 1)]
    assert measured(train, held_out, 3).by_order == pytest.approx(slow, abs=1e-9)


@given(st.data(), st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537]))
def test_losses_are_those_of_the_formula_for_any_number_of_symbols(
    data: st.DataObject, vocab_size: int
) -> None:
    symbols = st.sampled_from(sorted({0, vocab_size // 2, vocab_size - 1}))
    train = data.draw(st.lists(symbols, max_size=20))
    held_out = data.draw(st.lists(symbols, min_size=1, max_size=6))
    slow = [slow_loss(train, held_out, vocab_size, order) for order in range(1, ORDERS + 1)]
    assert measured(train, held_out, vocab_size).by_order == pytest.approx(slow, abs=1e-9)


@given(few_symbols, st.lists(st.integers(0, 2), max_size=6))
def test_after_any_context_the_probabilities_of_all_characters_sum_to_one(
    train: list[int], context: list[int]
) -> None:
    def total_losses(held_out: list[int]) -> np.ndarray:
        if not held_out:
            return np.zeros(ORDERS)
        return np.array(measured(train, held_out, 3).by_order) * len(held_out)

    before = total_losses(context)
    after = np.array([total_losses([*context, char]) for char in range(3)])  # [V, orders]
    assert np.exp(before - after).sum(axis=0) == pytest.approx(np.ones(ORDERS), abs=1e-9)


def test_a_small_example_is_what_it_is_by_hand() -> None:
    """After `aab`, P(a) = 3/5 and P(b) = 2/5; an `a` was followed once by each of two."""
    losses = measured("aab", "ab", 2, max_order=2).by_order
    first = -(math.log(3 / 5) + math.log(2 / 5)) / 2
    second = -(math.log(3 / 5) + math.log((1 + 2 * 2 / 5) / 4)) / 2
    assert losses == pytest.approx((first, second), abs=1e-12)


def test_a_context_that_only_ends_the_training_text_counts_as_never_seen() -> None:
    by_order = measured("aab", "ba", 2, max_order=2).by_order
    assert by_order[1] == by_order[0]


def test_one_training_character_is_enough() -> None:
    baselines = measured("a", "ab", 2)
    expected = -(math.log(3 / 4) + math.log(1 / 4)) / 2
    assert baselines.by_order == pytest.approx((expected,) * ORDERS)


def test_without_training_text_every_order_is_uniform() -> None:
    baselines = measured("", "abcab", 3)
    assert baselines.by_order == pytest.approx((baselines.uniform,) * ORDERS)


def test_a_held_out_text_shorter_than_the_order_has_the_contexts_it_has() -> None:
    by_order = measured("abcabcabc", "ab", 3).by_order
    assert by_order[1] < by_order[0]
    assert by_order[2:] == (by_order[1],) * (ORDERS - 2)


def test_a_symbol_of_the_held_out_text_alone_has_its_share_of_what_is_unseen() -> None:
    baselines = measured("aabb", "c", 3)
    assert baselines.unigram == pytest.approx(-math.log(2 / (4 + 2) / 3))


def test_the_best_order_is_named_with_its_loss() -> None:
    baselines = measured("abcd" * 25, "abcd" * 5, 4)
    assert baselines.uniform == math.log(4)
    assert baselines.unigram == baselines.by_order[0]
    assert baselines.ngram == min(baselines.by_order)
    assert baselines.ngram == baselines.by_order[baselines.order - 1]


def test_of_orders_that_do_equally_well_the_smallest_is_named() -> None:
    assert measured("aaaa", "aa", 1) == Baselines(0.0, 0.0, 0.0, 1, (0.0,) * ORDERS, 4, 2)


def test_only_the_end_of_a_long_training_text_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ngrams, "MAX_COUNTED", 6)
    baselines = measured("cccc" + "abaabb", "abba", 3)
    assert baselines == measured("abaabb", "abba", 3)
    assert baselines.counted_characters == 6


def test_only_the_beginning_of_a_long_held_out_text_is_scored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ngrams, "MAX_SCORED", 3)
    baselines = measured("abaabb", "aba" + "cc", 3)
    assert baselines == measured("abaabb", "aba", 3)
    assert baselines.scored_characters == 3


def test_nothing_held_out_is_refused_with_a_sentence() -> None:
    with pytest.raises(CorpusError, match=r"held-out text and there is none.*--val-fraction\.$"):
        measured("abc", "", 3)


@pytest.mark.parametrize("passes", range(2 * ORDERS))
def test_it_can_be_stopped_between_any_two_passes(passes: int) -> None:
    answers = iter([False] * passes + [True])
    with pytest.raises(MeasurementStoppedError):
        measured("abcabc", "abc", 3, should_stop=lambda: next(answers))
