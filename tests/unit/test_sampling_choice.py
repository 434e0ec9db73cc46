"""Choosing the next character: probabilities, filters, draws, modes and candidates."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnntui.errors import ConfigError
from rnntui.sampling.choice import (
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    Floats,
    SamplingSpec,
    best,
    choose,
    draw,
    filtered,
    probabilities,
)

_MANY = settings(max_examples=150, deadline=None, derandomize=True)
_ALMOST_ONE = float(np.nextafter(1.0, 0.0))


def _from_counts(counts: list[int]) -> Floats:
    return np.array(counts, np.float64) / sum(counts)


_PROBS = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any).map(_from_counts)
_NOISE = st.floats(0, 1, exclude_max=True)


@st.composite
def _sixty_fourths(test: st.DrawFn) -> list[int]:
    """Counts that sum to 64, so that every sum of their shares is exact."""
    cuts = sorted(test(st.lists(st.integers(0, 64), max_size=8)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, 64], strict=True)]


# Probabilities.


def test_probabilities_are_the_softmax_of_the_scores() -> None:
    probs = probabilities(np.log(np.array([1.0, 2.0, 5.0], np.float32)), 1.0)
    np.testing.assert_allclose(probs, [1 / 8, 2 / 8, 5 / 8], atol=1e-7)
    assert probs.dtype == np.float64


def test_the_temperature_divides_the_scores() -> None:
    """At one half every odds is squared."""
    probs = probabilities(np.log([1.0, 2.0, 5.0]), 0.5)
    np.testing.assert_allclose(probs, np.array([1, 4, 25]) / 30, atol=1e-15)


@_MANY
@given(
    arrays(np.float32, st.integers(1, 8), elements=st.floats(-(2.0**100), 2.0**100, width=32)),
    st.floats(MIN_TEMPERATURE, MAX_TEMPERATURE),
)
def test_scores_of_any_size_give_probabilities_that_sum_to_one(
    logits: np.ndarray[tuple[int], np.dtype[np.float32]], temperature: float
) -> None:
    probs = probabilities(logits, temperature)
    assert (probs >= 0).all()
    assert abs(probs.sum() - 1) < 1e-12
    assert probs[np.argmax(logits)] == probs.max()


def test_each_row_of_scores_has_its_own_probabilities() -> None:
    logits = np.random.default_rng(1).normal(size=(2, 3, 5))
    probs = probabilities(logits, 0.7)
    np.testing.assert_allclose(probs[1, 2], probabilities(logits[1, 2], 0.7), atol=1e-15)


def test_a_row_far_below_another_keeps_its_probabilities() -> None:
    probs = probabilities(np.array([[0.0, 0.0], [-5000.0, -5000.0]]), 1.0)
    np.testing.assert_array_equal(probs, np.full((2, 2), 0.5))


def test_scores_are_left_as_they_were() -> None:
    logits = np.array([1.0, 2.0])
    probabilities(logits, 2.0)
    np.testing.assert_array_equal(logits, [1.0, 2.0])


# Filters.

_FOUR = np.array([0.125, 0.5, 0.25, 0.125])


@pytest.mark.parametrize(
    ("top_k", "top_p", "expected"),
    [
        (0, 1.0, [0.125, 0.5, 0.25, 0.125]),
        (1, 1.0, [0, 1, 0, 0]),
        (2, 1.0, [0, 2 / 3, 1 / 3, 0]),
        (3, 1.0, [1 / 7, 4 / 7, 2 / 7, 0]),
        (9, 1.0, [0.125, 0.5, 0.25, 0.125]),
        (0, 0.01, [0, 1, 0, 0]),
        (0, 0.5, [0, 1, 0, 0]),
        (0, 0.501, [0, 2 / 3, 1 / 3, 0]),
        (0, 0.75, [0, 2 / 3, 1 / 3, 0]),
        (0, 0.76, [1 / 7, 4 / 7, 2 / 7, 0]),
        (0, 0.99, [0.125, 0.5, 0.25, 0.125]),
        (2, 0.6, [0, 1, 0, 0]),  # after top-k the likeliest holds two thirds
        (2, 0.7, [0, 2 / 3, 1 / 3, 0]),
    ],
)
def test_filters_keep_the_likeliest(top_k: int, top_p: float, expected: list[float]) -> None:
    np.testing.assert_allclose(filtered(_FOUR, top_k, top_p), expected, atol=1e-15)


@pytest.mark.parametrize(("top_k", "top_p"), [(2, 1.0), (0, 0.5), (2, 0.9)])
def test_among_equals_the_first_ids_stay(top_k: int, top_p: float) -> None:
    np.testing.assert_array_equal(filtered(np.full(4, 0.25), top_k, top_p), [0.5, 0.5, 0, 0])


@_MANY
@given(_PROBS, st.integers(0, 14), st.floats(0, 1, exclude_min=True))
@example(np.array([0.5, 0.3, 0.2]), 1, 5e-324)
def test_what_is_left_sums_to_one_in_the_old_proportions(
    probs: Floats, top_k: int, top_p: float
) -> None:
    left = filtered(probs, top_k, top_p)
    stays = left > 0
    assert abs(left.sum() - 1) < 1e-12
    assert not left[probs == 0].any()
    assert stays[np.argmax(probs)]
    np.testing.assert_allclose(left[stays] * probs[stays].sum(), probs[stays], atol=1e-12)
    assert probs[stays].min() >= probs[~stays].max(initial=0)


@_MANY
@given(_PROBS, st.integers(1, 14))
def test_top_k_leaves_k_characters(probs: Floats, top_k: int) -> None:
    """Or as many as there are."""
    left = np.count_nonzero(filtered(probs, top_k, 1.0))
    assert left == min(top_k, np.count_nonzero(probs))


@_MANY
@given(_PROBS, st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_top_p_leaves_the_smallest_set_with_that_share(probs: Floats, top_p: float) -> None:
    stays = filtered(probs, 0, top_p) > 0
    assert probs[stays].sum() > top_p - 1e-12
    assert probs[stays].sum() - probs[stays].min() < top_p + 1e-12


def test_filters_leave_the_given_probabilities_alone() -> None:
    probs = _FOUR.copy()
    filtered(probs, 2, 0.5)
    np.testing.assert_array_equal(probs, _FOUR)


# Draws.


@_MANY
@given(_sixty_fourths(), st.integers(0, 4095))
def test_a_draw_is_the_inverse_of_the_cumulative_distribution(
    counts: list[int], noise: int
) -> None:
    """Checked in whole numbers: the first id whose cumulative count exceeds the noise."""
    cumulative = np.cumsum(counts)
    expected = next(index for index, total in enumerate(cumulative) if total * 64 > noise)
    assert draw(np.array(counts) / 64, noise / 4096) == expected


@pytest.mark.parametrize(
    ("probs", "noise", "expected"),
    [
        ([0.5, 0.5], 0.0, 0),
        ([0.5, 0.5], 0.4999, 0),
        ([0.5, 0.5], 0.5, 1),
        ([0.5, 0.5], _ALMOST_ONE, 1),
        ([0.0, 1.0], 0.0, 1),
        ([0.5, 0.0, 0.5], 0.5, 2),
        ([1.0, 0.0], _ALMOST_ONE, 0),
        ([0.0, 0.7, 0.3, 0.0], 0.999999, 2),
        ([1.0], _ALMOST_ONE, 0),
    ],
)
def test_a_draw_holds_at_the_edges(probs: list[float], noise: float, expected: int) -> None:
    assert draw(np.array(probs), noise) == expected


@_MANY
@given(_PROBS, st.integers(0, 14), st.floats(0, 1, exclude_min=True), _NOISE)
@example(np.array([0.1] * 10 + [0.0]), 0, 1.0, _ALMOST_ONE)
@example(np.array([0.1, 0.0, 0.2]), 0, 1.0, _ALMOST_ONE)
def test_what_is_improbable_is_never_drawn(
    probs: Floats, top_k: int, top_p: float, noise: float
) -> None:
    left = filtered(probs, top_k, top_p)
    assert left[draw(left, noise)] > 0


@pytest.mark.parametrize("spec", [SamplingSpec(), SamplingSpec(top_k=4), SamplingSpec(top_p=0.8)])
def test_over_many_draws_frequencies_match_the_probabilities(spec: SamplingSpec) -> None:
    """Each count of 20,000 within five standard deviations of its binomial distribution."""
    probs = np.array([0.02, 0.4, 0.08, 0.25, 0.15, 0.1])
    generator, draws = np.random.default_rng(7), 20_000
    taken = [choose(probs, spec, False, float(generator.random())) for _ in range(draws)]
    expected = filtered(probs, spec.top_k, spec.top_p)
    bound = 5 * np.sqrt(draws * expected * (1 - expected))
    counts = np.bincount(taken, minlength=len(probs))
    assert (np.abs(counts - draws * expected) <= bound).all()


# Modes.


@_MANY
@given(_PROBS, st.booleans(), _NOISE)
def test_argmax_takes_the_likeliest_whatever_the_noise(
    probs: Floats, after_space: bool, noise: float
) -> None:
    assert choose(probs, SamplingSpec("argmax"), after_space, noise) == np.argmax(probs)


@_MANY
@given(_PROBS, st.integers(0, 5), _NOISE)
def test_hybrid_draws_after_a_space_and_is_argmax_elsewhere(
    probs: Floats, top_k: int, noise: float
) -> None:
    hybrid, random = SamplingSpec("hybrid", top_k=top_k), SamplingSpec("random", top_k=top_k)
    assert choose(probs, hybrid, True, noise) == choose(probs, random, True, noise)
    assert choose(probs, hybrid, False, noise) == np.argmax(probs)


@pytest.mark.parametrize("after_space", [True, False])
def test_random_draws_everywhere(after_space: bool) -> None:
    assert choose(_FOUR, SamplingSpec("random"), after_space, 0.05) == 0


def test_a_random_choice_heeds_the_filters() -> None:
    assert choose(_FOUR, SamplingSpec("random", top_k=1), False, 0.05) == 1
    assert choose(_FOUR, SamplingSpec("random", top_p=0.6), False, _ALMOST_ONE) == 2


# Candidates.


@_MANY
@given(_PROBS, st.integers(0, 14))
def test_the_best_come_first_and_equals_by_their_ids(probs: Floats, count: int) -> None:
    by_hand = sorted(range(len(probs)), key=lambda index: (-probs[index], index))
    expected = [(index, probs[index]) for index in by_hand[:count]]
    assert list(best(probs, count)) == expected


def test_among_very_many_equals_the_best_is_the_one_that_argmax_takes() -> None:
    probs = np.full(5000, 1 / 5000)
    assert [index for index, _ in best(probs, 3)] == [0, 1, 2]


# The specification.


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mode", "greedy"),
        ("temperature", 0.0),
        ("temperature", 0.049),
        ("temperature", 5.01),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_k", -1),
        ("top_p", 0.0),
        ("top_p", 1.01),
        ("top_p", math.nan),
    ],
)
def test_a_specification_out_of_bounds_is_refused_by_a_sentence_that_names_its_flag(
    setting: str, value: object
) -> None:
    with pytest.raises(ConfigError, match=f"--{setting.replace('_', '-')} .*\\.$"):
        SamplingSpec(**{setting: value})  # type: ignore[arg-type]


def test_the_bounds_themselves_are_allowed() -> None:
    SamplingSpec("hybrid", MIN_TEMPERATURE, 0, 1.0)
    SamplingSpec("argmax", MAX_TEMPERATURE, 100_000, 1e-9)
