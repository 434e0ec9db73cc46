"""The duel: three streams that differ in nothing but their mode, and what is measured of them."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import SamplingError
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.duel_thread import (
    GRAM,
    MODES,
    RECENT,
    DuelThread,
    RecentOutput,
    Round,
    open_duel,
)
from rnntui.runtime.generating.generator_thread import CAPACITY
from rnntui.runtime.session import Network
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""

SPACED = Vocabulary(tuple(" abcdefgh\n"))
ARGMAX, RANDOM, HYBRID = range(len(MODES))


def weights_of(seed: int, step: int = 0) -> NetworkWeights:
    """A small network that is sure of some characters and not of others."""
    config = ModelConfig(len(SPACED), "gru", embedding_size=4, hidden_size=8, num_layers=1)
    generator = np.random.default_rng(seed)
    arrays = {
        name: (1.5 * generator.standard_normal(shape)).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return NetworkWeights(config, arrays, step)


def network_of(weights: Callable[[], NetworkWeights]) -> Network:
    """A network that has no text to learn from."""
    nothing = np.array([], dtype=np.uint8)
    return Network(
        "run", "run:last", "text", SPACED, Normalisation(), weights, lambda: (nothing, nothing)
    )


def rounds_of(
    spec: SamplingSpec, prime: str = "ab", seed: int = 1, net: int = 3
) -> Iterator[Round]:
    """Rounds of fixed weights and a fixed specification."""
    weights = weights_of(3)
    return open_duel(network_of(lambda: weights), lambda: spec, prime, seed)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def no_failure(sentence: str) -> None:
    """Nothing is expected to go wrong."""
    raise AssertionError(sentence)


@settings(max_examples=25)
@given(
    st.text("abc def\n", max_size=6),
    st.integers(0, 2**32),
    st.floats(0.3, 2.0),
    st.integers(0, 5),
    st.floats(0.3, 1.0),
)
def test_each_side_is_what_a_single_stream_of_its_mode_writes(
    prime: str, seed: int, temperature: float, top_k: int, top_p: float
) -> None:
    spec = SamplingSpec("random", temperature, top_k, top_p)
    weights = weights_of(3)
    rounds = list(islice(open_duel(network_of(lambda: weights), lambda: spec, prime, seed), 60))
    for side, mode in enumerate(MODES):
        alone = replace(spec, mode=mode)
        stream = CharacterStream(lambda: weights, SPACED, lambda alone=alone: alone, prime, seed)
        assert [drawn[side] for drawn in rounds] == list(islice(stream, 60))


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_of_the_specification_counts_for_nothing(mode: str) -> None:
    spec = replace(SamplingSpec(), mode=mode)
    assert list(islice(rounds_of(spec), 40)) == list(islice(rounds_of(SamplingSpec()), 40))


def test_the_sides_differ_in_their_mode_alone() -> None:
    one_left = SamplingSpec(top_k=1)  # leaves nothing to draw from, so every mode takes the best
    for drawn in islice(rounds_of(one_left), 100):
        assert drawn[ARGMAX] == drawn[RANDOM] == drawn[HYBRID]
    texts = ["".join(side) for side in zip(*_symbols(rounds_of(SamplingSpec()), 200), strict=True)]
    assert len(set(texts)) == 3


def _symbols(rounds: Iterator[Round], count: int) -> list[tuple[str, ...]]:
    return [tuple(character.symbol for character in drawn) for drawn in islice(rounds, count)]


def test_another_seed_leaves_argmax_as_it_is() -> None:
    first, second = (list(islice(rounds_of(SamplingSpec(), seed=seed), 100)) for seed in (1, 2))
    assert [drawn[ARGMAX] for drawn in first] == [drawn[ARGMAX] for drawn in second]
    assert [drawn[RANDOM] for drawn in first] != [drawn[RANDOM] for drawn in second]


def test_a_change_of_the_specification_acts_on_the_very_next_round() -> None:
    weights, spec = weights_of(3), [SamplingSpec()]
    rounds = open_duel(network_of(lambda: weights), lambda: spec[0], "ab", 1)
    plain = list(islice(rounds_of(SamplingSpec()), 21))
    assert list(islice(rounds, 20)) == plain[:20]
    spec[0] = SamplingSpec(temperature=0.3)
    changed = next(rounds)
    # They have read the same so far, but are surer of their best candidate at once.
    for cool, warm in zip(changed, plain[20], strict=True):
        assert cool.candidates[0][0] == warm.candidates[0][0]
        assert cool.candidates[0][1] > warm.candidates[0][1]


def test_all_sides_of_a_round_have_the_same_weights() -> None:
    asked = iter(range(1000))
    rounds = open_duel(
        network_of(lambda: weights_of(3, step=next(asked))), SamplingSpec, prime="", seed=1
    )
    for number, drawn in enumerate(islice(rounds, 5), start=1):
        assert {character.step for character in drawn} == {number}


def test_a_thread_writes_the_rounds_in_their_order() -> None:
    expected = list(islice(rounds_of(SamplingSpec()), 400))
    duel = DuelThread(lambda: islice(rounds_of(SamplingSpec()), 400), no_failure)
    duel.start()
    taken: list[Round] = []

    def all_taken() -> bool:
        taken.extend(duel.drain())
        return len(taken) == 400

    eventually(all_taken)
    assert taken == expected


def test_a_stop_ends_a_thread_that_nobody_reads() -> None:
    drawn = [0]

    def counted() -> Iterator[Round]:
        for one in rounds_of(SamplingSpec()):
            drawn[0] += 1
            yield one

    duel = DuelThread(counted, no_failure)
    duel.start()
    eventually(lambda: drawn[0] == CAPACITY // len(MODES) + 1)
    duel.stop(PATIENCE)
    assert not duel.is_alive()
    assert len(duel.drain()) == CAPACITY // len(MODES)


def test_a_stop_while_there_are_no_weights_yet_does_not_wait_for_them() -> None:
    gate, told = threading.Event(), list[str]()

    def never() -> NetworkWeights:
        gate.wait(PATIENCE)
        raise SamplingError("There are no weights yet.")

    duel = DuelThread(lambda: open_duel(network_of(never), SamplingSpec, "", 1), told.append)
    duel.start()
    duel.stop(0)
    assert not duel.is_alive()
    gate.set()
    duel.stop(PATIENCE)
    assert told == []


def test_an_error_on_any_side_is_told_as_a_sentence() -> None:
    told: list[str] = []
    weights = weights_of(3)
    weights.arrays["head.bias"][:] = np.nan
    duel = DuelThread(
        lambda: open_duel(network_of(lambda: weights), SamplingSpec, "", 1), told.append
    )
    duel.start()
    eventually(lambda: not duel.is_alive())
    assert len(told) == 1
    assert told[0].endswith(".")


def characters_of(text: str, probability: float = 0.5) -> list[Character]:
    """Characters of a text, all as likely."""
    return [Character(symbol, probability, (), 0) for symbol in text]


def test_no_output_has_no_measure() -> None:
    recent = RecentOutput()
    assert recent.mean_probability is None
    assert recent.distinct_share is None
    recent.add(characters_of("a" * (GRAM - 1)))
    assert recent.mean_probability == 0.5
    assert recent.distinct_share is None


def test_a_loop_is_told_from_a_text_without_repetition() -> None:
    loop, fresh = RecentOutput(), RecentOutput()
    loop.add(characters_of("the sea and " * 200))
    fresh.add(characters_of("".join(map(chr, range(0x4E00, 0x4E00 + 2000)))))
    assert loop.distinct_share == pytest.approx(12 / (RECENT - GRAM + 1))
    assert fresh.distinct_share == 1


@settings(max_examples=25)
@given(st.text("ab", max_size=60), st.integers(0, 3), st.lists(st.floats(0, 1), max_size=20))
def test_the_measures_are_those_of_the_last_characters(
    end: str, turns: int, probabilities: list[float]
) -> None:
    text = "abcdefghijk" * 100 * turns + end
    output = RecentOutput()
    output.add(characters_of(text))
    output.add(Character("a", probability, (), 0) for probability in probabilities)
    recent = (text + "a" * len(probabilities))[-RECENT:]
    grams = [recent[start : start + GRAM] for start in range(len(recent) - GRAM + 1)]
    expected = len(set(grams)) / len(grams) if grams else None
    assert output.distinct_share == expected
    likely = ([0.5] * len(text) + probabilities)[-RECENT:]
    if likely:
        assert output.mean_probability == pytest.approx(sum(likely) / len(likely))
