"""Writing by compiled functions: the same characters as NumPy's, each stream as it is alone."""

import copy
from collections import deque
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import SamplingError
from rnntui.nets.compiled import preparation
from rnntui.nets.compiled.generator import CompiledGenerator
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights, NumpyNetwork
from rnntui.sampling.choice import SamplingSpec, best, choose, draw, filtered, probabilities
from rnntui.sampling.generators import (
    Chosen,
    Generator,
    KernelGenerator,
    NumpyGenerator,
    generator_for,
)

SPACE = 0
_LSTM = ModelConfig(9, "lstm", embedding_size=4, hidden_size=6, num_layers=2)
_CONFIGS = st.builds(
    ModelConfig,
    vocab_size=st.integers(1, 70),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=st.integers(1, 20),
    hidden_size=st.integers(1, 40),
    num_layers=st.integers(1, 3),
    dropout=st.sampled_from([0.0, 0.3]),
    window=st.sampled_from([0, 3]),
    connections=st.sampled_from(["plain", "residual"]),
)
_SPECS = st.builds(
    SamplingSpec,
    mode=st.sampled_from(["argmax", "random", "hybrid"]),
    temperature=st.floats(0.3, 3.0),
    top_k=st.integers(0, 12),
    top_p=st.floats(0.2, 1.0),
)


def weights_of(config: ModelConfig, seed: int = 0, scale: float = 0.5) -> NetworkWeights:
    draw = np.random.default_rng(seed)
    arrays = {
        name: (scale * draw.standard_normal(shape)).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return NetworkWeights(config, arrays, 0)


def ids_of(config: ModelConfig, streams: int, seed: int) -> list[list[int]]:
    """What is read at once: a character of each stream, or a window of them."""
    shape = (config.window or 1, streams)
    return np.random.default_rng(seed).integers(config.vocab_size, size=shape).tolist()


def outcome(generator: Generator, ids: Any, specs: list[SamplingSpec], noise: Any) -> Chosen:
    """Copies of what it writes, drawn by `noise`, each part `[N, R]` or `[N, R, K]`."""
    generator.draw_by(noise)
    outcomes = generator.generate(ids, specs)
    best, shares = (
        part.reshape(*noise.shape, -1).copy() for part in (outcomes.best, outcomes.shares)
    )
    ids_told, probabilities_told, finite = (
        part.reshape(noise.shape).copy()
        for part in (outcomes.ids, outcomes.probabilities, outcomes.finite)
    )
    return Chosen(ids_told, probabilities_told, best, shares, finite)


@settings(max_examples=60)
@given(_CONFIGS, st.lists(_SPECS, min_size=1, max_size=4), st.integers(0, 99))
def test_probabilities_and_candidates_are_those_of_numpy(
    config: ModelConfig, specs: list[SamplingSpec], seed: int
) -> None:
    weights, streams = weights_of(config, seed), len(specs)
    compiled, plain = (kind(weights, streams, SPACE) for kind in (KernelGenerator, NumpyGenerator))
    noise = np.random.default_rng(seed).random((4, streams, 1))
    for turn in range(4):
        ids = ids_of(config, streams, turn)
        expected = plain_choices(plain, ids, specs, noise[turn, :, 0])
        ours = outcome(compiled, ids, specs, noise[turn])
        theirs = outcome(plain, ids, specs, noise[turn])
        np.testing.assert_allclose(ours.shares, theirs.shares, rtol=2e-4, atol=1e-7)
        for stream in range(streams):
            probs, possible = expected[stream]
            chosen = ours.ids[stream, 0]
            assert chosen in possible
            assert ours.probabilities[stream] == pytest.approx(probs[chosen], rel=2e-4, abs=1e-7)


def plain_choices(
    plain: NumpyGenerator, ids: Any, specs: list[SamplingSpec], noise: Any
) -> list[tuple[Any, set[int]]]:
    """For each stream the probabilities of what `ids` lead to, and the ids it may then choose."""
    ahead = copy.deepcopy(plain)
    ahead.read(ids)
    found = []
    for place, state in enumerate(ahead._states):
        probs = probabilities(ahead._network.scores(state)[0], specs[place].temperature)
        after_space = ids[-1][place] == SPACE
        found.append((probs, choices(probs, specs[place], after_space, noise[place])))
    return found


def choices(probs: Any, spec: SamplingSpec, after_space: bool, noise: float) -> set[int]:
    """The ids that may be chosen where probabilities are right to 3e-4 of themselves."""
    error, top_k = 3e-4, spec.top_k
    if not spec.draws(after_space):
        return set(np.flatnonzero(probs >= probs.max() * (1 - error) ** 2).tolist())
    found = set()
    for away in (-error, 0.0, error):
        for factor in (1 - error, 1.0, 1 + error):
            kept = filtered(probs, top_k, min(1.0, spec.top_p * factor))
            found.add(draw(kept, min(max(noise + away, 0.0), 0.9999999)))
    if 0 < top_k < len(probs):
        # Either of two that are as good as equal may be the last one kept.
        edge = np.sort(probs)[-top_k]
        found |= set(np.flatnonzero(np.isclose(probs, edge, rtol=2 * error)).tolist())
    return found


def fixed(shares: list[float]) -> NetworkWeights:
    """A network that has these probabilities whatever it reads."""
    config = ModelConfig(len(shares), "rnn", embedding_size=1, hidden_size=1, num_layers=1)
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    arrays["head.bias"] = np.log(np.array(shares, np.float32))
    return NetworkWeights(config, arrays, 0)


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=40),
    st.floats(0.0, 0.999),
    st.integers(0, 45),
    st.floats(0.05, 1.0),
)
def test_filters_and_draw_are_those_of_the_pure_functions(
    counts: list[int], noise: float, top_k: int, top_p: float
) -> None:
    weights = fixed([count / sum(counts) for count in counts])
    spec = SamplingSpec("random", 1.0, top_k, top_p)
    chosen = outcome(KernelGenerator(weights, 1), [[0]], [spec], np.array([[noise]]))
    network = NumpyNetwork(weights.config, weights.arrays)
    scores = network.scores(network.read(np.array([0]), network.zero_state(1)))[0]
    probs = probabilities(scores, 1.0)
    kept = filtered(probs, top_k, top_p)
    # Within a rounding error of the noise, or of the share that decides on the last one kept.
    near = {draw(kept, min(max(noise + error, 0.0), 0.9999999)) for error in (-1e-5, 0.0, 1e-5)}
    edges = [filtered(probs, top_k, min(1.0, top_p * factor)) for factor in (1 - 1e-5, 1 + 1e-5)]
    near |= {draw(edge, noise) for edge in edges}
    assert chosen.ids[0, 0] in near
    ids = [index for index, _ in best(probs, 5)]
    np.testing.assert_allclose(probs[chosen.best[0, 0]], probs[ids], rtol=1e-6)


def test_equals_keep_the_order_of_their_ids() -> None:
    generator = KernelGenerator(fixed([0.1, 0.3, 0.3, 0.3]), 1)
    chosen = outcome(generator, [[0]], [SamplingSpec("argmax")], np.array([[0.9]]))
    assert chosen.ids.item() == 1
    assert chosen.best.tolist() == [[[1, 2, 3, 0]]]
    two = outcome(generator, [[0]], [SamplingSpec("random", top_k=2)], np.array([[0.99]]))
    assert two.ids.item() == 2


@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
@pytest.mark.parametrize("after_space", [False, True])
def test_a_mode_draws_where_it_should(mode: Any, after_space: bool) -> None:
    weights, spec = fixed([0.1, 0.9]), SamplingSpec(mode)
    read = SPACE if after_space else 1
    chosen = outcome(KernelGenerator(weights, 1, SPACE), [[read]], [spec], np.array([[0.01]]))
    assert chosen.ids.item() == choose(np.array([0.1, 0.9]), spec, after_space, 0.01)


@pytest.mark.parametrize("config", [_LSTM, replace(_LSTM, window=4)])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_stream_among_others_is_bit_for_bit_what_it_is_alone(
    config: ModelConfig, threads: int
) -> None:
    weights = weights_of(config)
    together = CompiledGenerator(config, weights.arrays, 5, 5, threads)
    alone = [CompiledGenerator(config, weights.arrays, 1, 5) for _ in range(5)]
    for generator in (together, *alone):
        generator.specs["draws"] = True
    for turn in range(6):
        ids = ids_of(config, 5, turn)
        noise = np.random.default_rng(turn).random((5, 1))
        together.draw_by(noise)
        together.generate(ids)
        for stream, generator in enumerate(alone):
            generator.draw_by(noise[stream : stream + 1])
            generator.generate([[now[stream]] for now in ids])
            assert generator.choices[0, 0] == together.choices[stream, 0]
            np.testing.assert_array_equal(generator.best_shares[0], together.best_shares[stream])
    together.close()


def test_reading_on_with_other_weights_keeps_what_was_read() -> None:
    first, second = weights_of(_LSTM, 1), weights_of(_LSTM, 2)
    compiled, plain = KernelGenerator(first, 1), NumpyGenerator(first, 1)
    for generator in (compiled, plain):
        generator.read([[3]])
        generator.set_weights(second)
    spec = SamplingSpec("argmax")
    ours, theirs = (outcome(w, [[5]], [spec], np.zeros((1, 1))) for w in (compiled, plain))
    np.testing.assert_allclose(ours.shares, theirs.shares, rtol=1e-4)


def test_weights_change_nothing_after_they_were_taken() -> None:
    weights = weights_of(_LSTM)
    generator = KernelGenerator(weights, 1)
    expected = KernelGenerator(weights_of(_LSTM), 1)
    for array in weights.arrays.values():
        array[:] = 0.0
    spec = SamplingSpec("argmax")
    ours, theirs = (outcome(w, [[1]], [spec], np.zeros((1, 1))) for w in (generator, expected))
    np.testing.assert_array_equal(ours.shares, theirs.shares)


@pytest.mark.parametrize("kind", [KernelGenerator, NumpyGenerator])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_scores_beyond_all_numbers_are_said(kind: Any, number: float) -> None:
    weights = fixed([0.5, 0.5])
    weights.arrays["head.bias"][1] = number
    assert not kind(weights, 1).generate([[0]], [SamplingSpec()]).finite.item()


@pytest.mark.parametrize("kind", [KernelGenerator, NumpyGenerator])
def test_a_stream_that_can_not_go_on_leaves_its_neighbours_alone(kind: Any) -> None:
    """One reads what makes the state of a ReLU network double, the other does not."""
    config = ModelConfig(2, "rnn", "relu", "one-hot", hidden_size=1, num_layers=1)
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    arrays["layers.0.weight_hh"][:], arrays["layers.0.weight_ih"][0, 1] = 2.0, 1.0
    arrays["head.weight"][1, 0] = 1.0
    generator, specs = kind(NetworkWeights(config, arrays, 0), 2), [SamplingSpec("argmax")] * 2
    with np.errstate(all="ignore"):
        outcomes = [outcome(generator, [[0, 1]], specs, np.full((2, 1), 0.5)) for _ in range(200)]
    assert all(one.finite[0, 0] for one in outcomes)
    assert outcomes[0].finite[1, 0]
    assert not outcomes[-1].finite[1, 0]
    assert {one.ids[0, 0] for one in outcomes} == {0}


def test_a_vocabulary_of_all_hangul_syllables_is_written_without_a_table() -> None:
    config = ModelConfig(11_172, "gru", embedding_size=8, hidden_size=160, num_layers=1)
    weights = weights_of(config, scale=0.1)
    ours, theirs = (
        kind(weights, 1).generate([[77]], [SamplingSpec("argmax")])
        for kind in (KernelGenerator, NumpyGenerator)
    )
    np.testing.assert_array_equal(ours.ids, theirs.ids)
    np.testing.assert_allclose(ours.shares, theirs.shares, rtol=1e-4)


def test_auto_takes_the_compiled_functions_only_where_they_are_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preparation.prepare()
    assert isinstance(generator_for(weights_of(_LSTM), 1), KernelGenerator)
    assert isinstance(generator_for(weights_of(_LSTM), 1, "numpy"), NumpyGenerator)
    monkeypatch.setattr(preparation, "load_compiled", lambda: False)
    assert isinstance(generator_for(weights_of(_LSTM), 1), NumpyGenerator)
    assert isinstance(generator_for(weights_of(_LSTM), 1, "compiled"), KernelGenerator)


def test_an_engine_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "unavailable_because", lambda: "There is no numba.")
    with pytest.raises(SamplingError, match=r"There is no numba\. Use --engine numpy\."):
        generator_for(weights_of(_LSTM), 1, "compiled")
    assert isinstance(generator_for(weights_of(_LSTM), 1), NumpyGenerator)


def test_a_compiler_that_does_not_work_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ImportError("Numba needs NumPy 2.2 or less")

    monkeypatch.setattr(preparation, "prepare", fail)
    assert isinstance(generator_for(weights_of(_LSTM), 1), NumpyGenerator)
    with pytest.raises(SamplingError, match=r"needs NumPy 2\.2 or less\. Use --engine numpy\."):
        generator_for(weights_of(_LSTM), 1, "compiled")


@pytest.mark.parametrize("config", [_LSTM, replace(_LSTM, window=3), replace(_LSTM, window=1)])
@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_rounds_at_a_time_are_what_rounds_one_by_one_are(engine: Any, config: ModelConfig) -> None:
    weights, streams, rounds = weights_of(config), 3, 7
    specs = [SamplingSpec("hybrid"), SamplingSpec("random", 1.3, 4, 0.9), SamplingSpec("argmax")]
    ids, noise = ids_of(config, streams, 1), np.random.default_rng(2).random((streams, 2 * rounds))
    alone, ahead = (generator_for(weights, streams, engine, SPACE, n) for n in (1, rounds))
    unread = deque(ids, maxlen=len(ids))
    expected = []
    for turn in range(2 * rounds):
        expected.append(outcome(alone, unread, specs, noise[:, turn : turn + 1]))
        unread.append(expected[-1].ids[:, 0].tolist())
    unread = deque(ids, maxlen=len(ids))
    found = []
    for turn in (0, rounds):
        found.append(outcome(ahead, unread, specs, noise[:, turn : turn + rounds]))
        unread.extend(found[-1].ids.T.tolist())
    for ours, theirs in zip(zip(*found, strict=True), zip(*expected, strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate(ours, 1), np.concatenate(theirs, 1))
