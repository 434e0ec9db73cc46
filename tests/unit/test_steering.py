"""Steering a stream: what it predicts, what is chosen in its place, and how the stream goes on."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import SamplingError
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights, NumpyNetwork
from rnntui.sampling.choice import SamplingSpec, choose, probabilities
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import Character, CharacterStream, CharacterStreams
from rnntui.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary(tuple("ab cdef\nghij"))
CONFIG = ModelConfig(len(VOCABULARY), "lstm", embedding_size=4, hidden_size=6, num_layers=2)
CONFIGS = st.builds(
    ModelConfig,
    vocab_size=st.just(len(VOCABULARY)),
    cell=st.sampled_from(["rnn", "lstm", "gru", "mingru", "minlstm"]),
    hidden_size=st.integers(1, 9),
    num_layers=st.integers(1, 3),
    window=st.sampled_from([0, 4]),
    connections=st.sampled_from(["plain", "residual"]),
)
SPECS = st.builds(
    SamplingSpec,
    mode=st.sampled_from(["argmax", "random", "hybrid"]),
    temperature=st.floats(0.3, 2.0),
    top_k=st.sampled_from([0, 4]),
)
ENGINES: list[SamplingEngine] = ["numpy", "compiled"]
LENGTH = 90
"""More than the random numbers that a stream draws at a time."""


def weights_of(config: ModelConfig, seed: int = 0, step: int = 0) -> NetworkWeights:
    generator = np.random.default_rng(seed)
    arrays = {
        name: generator.standard_normal(shape).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return NetworkWeights(config, arrays, step)


def stream_of(
    weights: NetworkWeights,
    spec: SamplingSpec,
    engine: SamplingEngine = "numpy",
    vocabulary: Vocabulary = VOCABULARY,
) -> CharacterStream:
    return CharacterStream(lambda: weights, vocabulary, lambda: spec, "ab", 1, engine, 9)


def text_of(stream: CharacterStream, chosen: Mapping[int, str], length: int = LENGTH) -> str:
    """The text in which these characters, by their places, were chosen by hand."""
    text = ""
    for place in range(length):
        if (symbol := chosen.get(place)) is None:
            text += next(stream).symbol
        else:
            stream.put(symbol)
            text += symbol
    return text


def expected_text(weights: NetworkWeights, spec: SamplingSpec, chosen: Mapping[int, str]) -> str:
    """The same by the forward pass alone, a number drawn for each character not chosen."""
    network, random = NumpyNetwork(weights.config, weights.arrays), np.random.default_rng(1)
    window, start = weights.config.window, VOCABULARY.index("\n")
    ids, state = [int(one) for one in VOCABULARY.encode("ab")], network.zero_state(1)
    for one in ids[:-1]:
        state = network.read(np.array([one]), state)
    text = ""
    for place in range(LENGTH):
        if window:
            state = network.zero_state(1)
            for one in ([start] * window + ids)[-window:]:
                state = network.read(np.array([one]), state)
        else:
            state = network.read(np.array(ids[-1:]), state)
        if (symbol := chosen.get(place)) is None:
            probs = probabilities(network.scores(state)[0], spec.temperature)
            after_space = VOCABULARY.symbols[ids[-1]] == " "
            symbol = VOCABULARY.symbols[choose(probs, spec, after_space, random.random())]
        text += symbol
        ids.append(VOCABULARY.index(symbol))
    return text


CHOICES = st.dictionaries(
    st.integers(0, LENGTH - 1), st.sampled_from(VOCABULARY.symbols), max_size=8
)


@settings(max_examples=60)
@given(CONFIGS, SPECS, CHOICES, st.integers(0, 3))
def test_a_stream_goes_on_from_what_was_chosen_and_draws_no_number_for_it(
    config: ModelConfig, spec: SamplingSpec, chosen: dict[int, str], seed: int
) -> None:
    weights = weights_of(config, seed)
    assert text_of(stream_of(weights, spec), chosen) == expected_text(weights, spec, chosen)


@settings(max_examples=40)
@given(
    st.sampled_from(ENGINES),
    CONFIGS.filter(lambda config: config.cell in ("rnn", "lstm", "gru")),
    SPECS,
    st.sets(st.integers(0, LENGTH - 1)),
    CHOICES,
)
def test_looking_ahead_changes_nothing_that_follows(
    engine: SamplingEngine,
    config: ModelConfig,
    spec: SamplingSpec,
    looked: set[int],
    chosen: dict[int, str],
) -> None:
    weights = weights_of(config)
    stream, other = (stream_of(weights, spec, engine) for _ in range(2))
    for place in range(LENGTH):
        predicted = None
        if place in looked:
            predicted = stream.predict()
            assert stream.predict() == predicted
        if (symbol := chosen.get(place)) is not None:
            stream.put(symbol)
            other.put(symbol)
        else:
            assert (came := next(stream)) == next(other)
            assert predicted in (None, came)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("window", [0, 4])
def test_streams_are_steered_side_by_side_as_each_would_be_alone(
    engine: SamplingEngine, window: int
) -> None:
    cell = "rnn" if window else "lstm"
    weights = weights_of(replace(CONFIG, cell=cell, window=window))
    spec = SamplingSpec("random")

    def streams(*seeds: int) -> CharacterStreams:
        specs = [lambda: spec] * len(seeds)
        return CharacterStreams(lambda: weights, VOCABULARY, specs, "a", seeds, engine)

    together, alone = streams(1, 2), [streams(1), streams(2)]
    for place in range(LENGTH):
        together.predict()
        if place % 7 == 3:
            together.put(("d", "e"))
            alone[0].put("d")
            alone[1].put("e")
        else:
            assert next(together) == (*next(alone[0]), *next(alone[1]))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_prediction_is_made_with_the_settings_and_weights_of_now(engine: SamplingEngine) -> None:
    weights, specs = [weights_of(CONFIG, 0, step=1)], [SamplingSpec("random")]
    stream = CharacterStream(lambda: weights[0], VOCABULARY, lambda: specs[0], "ab", 1, engine)
    first = stream.predict()
    weights[0], specs[0] = weights_of(CONFIG, 5, step=2), SamplingSpec("argmax")
    second = stream.predict()
    assert (first.step, second.step) == (1, 2)
    assert second.symbol == second.candidates[0][0]
    assert second.candidates != first.candidates
    assert next(stream) == second


def test_a_prediction_has_as_many_candidates_as_are_asked_for() -> None:
    stream = stream_of(weights_of(CONFIG), SamplingSpec("random"))
    candidates = stream.predict().candidates
    assert len(candidates) == 9
    assert sorted(candidates, key=lambda one: -one[1]) == list(candidates)


def test_a_candidate_that_is_chosen_keeps_its_probability_and_is_marked() -> None:
    predicted = stream_of(weights_of(CONFIG), SamplingSpec("random")).predict()
    symbol, probability = predicted.candidates[3]
    assert not predicted.by_hand
    chosen = predicted.replaced_by(symbol)
    assert chosen == Character(symbol, probability, predicted.candidates, 0, by_hand=True)
    with pytest.raises(KeyError):
        predicted.replaced_by("x")


@pytest.mark.parametrize("symbol", ["x", UNKNOWN])
def test_what_the_network_never_generates_can_not_be_chosen(symbol: str) -> None:
    vocabulary = Vocabulary((*VOCABULARY.symbols, UNKNOWN))
    weights = weights_of(replace(CONFIG, vocab_size=len(vocabulary)))
    stream = stream_of(weights, SamplingSpec("random"), vocabulary=vocabulary)
    other = stream_of(weights, SamplingSpec("random"), vocabulary=vocabulary)
    with pytest.raises(SamplingError, match="so it can't be chosen"):
        stream.put(symbol)
    assert text_of(stream, {}) == text_of(other, {})
