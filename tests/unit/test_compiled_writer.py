"""Writing by compiled functions: the same characters as NumPy's, each stream as it is alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import SamplingError
from rnntui.nets.compiled import preparation
from rnntui.nets.compiled.writer import CompiledWriter
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.sampling.choice import SamplingSpec, best, choose, draw, filtered, probabilities
from rnntui.sampling.fast_step import FastNetwork, Weights
from rnntui.sampling.writers import KernelWriter, NumpyWriter, writer_of

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


def weights_of(config: ModelConfig, seed: int = 0, scale: float = 0.5) -> Weights:
    draw = np.random.default_rng(seed)
    arrays = {
        name: (scale * draw.standard_normal(shape)).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return Weights(config, arrays, 0)


def ids_of(config: ModelConfig, streams: int, seed: int) -> list[list[int]]:
    """What is read at once: a character of each stream, or a window of them."""
    shape = (config.window or 1, streams)
    return np.random.default_rng(seed).integers(config.vocab_size, size=shape).tolist()


@settings(max_examples=60)
@given(_CONFIGS, st.lists(_SPECS, min_size=1, max_size=4), st.integers(0, 99))
def test_probabilities_and_candidates_are_those_of_numpy(
    config: ModelConfig, specs: list[SamplingSpec], seed: int
) -> None:
    weights, streams = weights_of(config, seed), len(specs)
    compiled, plain = KernelWriter(weights, streams), NumpyWriter(weights, streams)
    noise = np.random.default_rng(seed).random((4, streams))
    for turn in range(4):
        ids = ids_of(config, streams, turn)
        after_space = [place % 2 == turn % 2 for place in range(streams)]
        ours = compiled.write(ids, specs, after_space, noise[turn].tolist())
        theirs = plain.write(ids, specs, after_space, noise[turn].tolist())
        for mine, other in zip(ours.shares, theirs.shares, strict=True):
            np.testing.assert_allclose(mine, other, rtol=2e-4, atol=1e-7)
        for stream in range(streams):
            # They may choose otherwise only where rounding decides.
            if ours.ids[stream] == theirs.ids[stream]:
                probability = theirs.probabilities[stream]
                assert ours.probabilities[stream] == pytest.approx(probability, rel=2e-4, abs=1e-7)
    assert ours.ids == theirs.ids or rounding_decides(ours, theirs)


def rounding_decides(ours: Any, theirs: Any) -> bool:
    """Whether the chosen differ where the best are as good as equal, or a draw is on an edge."""
    return all(
        mine == other or ours.probabilities[n] == pytest.approx(theirs.probabilities[n], rel=0.9)
        for n, (mine, other) in enumerate(zip(ours.ids, theirs.ids, strict=True))
    )


def fixed(shares: list[float]) -> Weights:
    """A network that has these probabilities whatever it reads."""
    config = ModelConfig(len(shares), "rnn", embedding_size=1, hidden_size=1, num_layers=1)
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    arrays["head.bias"] = np.log(np.array(shares, np.float32))
    return Weights(config, arrays, 0)


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
    chosen = KernelWriter(weights, 1).write([[0]], [spec], [False], [noise])
    network = FastNetwork(weights)
    scores = network.scores(network.read(np.array([0]), network.zero_state(1)))[0]
    probs = probabilities(scores, 1.0)
    kept = filtered(probs, top_k, top_p)
    # Within a rounding error of the noise, or of the share that decides on the last one kept.
    near = {draw(kept, min(max(noise + error, 0.0), 0.9999999)) for error in (-1e-5, 0.0, 1e-5)}
    edges = [filtered(probs, top_k, min(1.0, top_p * factor)) for factor in (1 - 1e-5, 1 + 1e-5)]
    near |= {draw(edge, noise) for edge in edges}
    assert chosen.ids[0] in near
    ids = [index for index, _ in best(probs, 5)]
    np.testing.assert_allclose(probs[chosen.best[0]], probs[ids], rtol=1e-6)


def test_equals_keep_the_order_of_their_ids() -> None:
    writer = KernelWriter(fixed([0.1, 0.3, 0.3, 0.3]), 1)
    chosen = writer.write([[0]], [SamplingSpec("argmax")], [False], [0.9])
    assert (chosen.ids, chosen.best) == ([1], [[1, 2, 3, 0]])
    two = writer.write([[0]], [SamplingSpec("random", top_k=2)], [False], [0.99])
    assert two.ids == [2]


@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
@pytest.mark.parametrize("after_space", [False, True])
def test_a_mode_draws_where_it_should(mode: Any, after_space: bool) -> None:
    weights, spec = fixed([0.1, 0.9]), SamplingSpec(mode)
    chosen = KernelWriter(weights, 1).write([[0]], [spec], [after_space], [0.01])
    assert chosen.ids == [choose(np.array([0.1, 0.9]), spec, after_space, 0.01)]


@pytest.mark.parametrize("config", [_LSTM, replace(_LSTM, window=4)])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_stream_among_others_is_bit_for_bit_what_it_is_alone(
    config: ModelConfig, threads: int
) -> None:
    weights = weights_of(config)
    together = CompiledWriter(config, weights.arrays, 5, threads)
    alone = [CompiledWriter(config, weights.arrays, 1) for _ in range(5)]
    for writer in (together, *alone):
        writer.choices["draws"] = 1
    for turn in range(6):
        ids = ids_of(config, 5, turn)
        together.choices["noise"] = np.random.default_rng(turn).random(5)
        together.write(ids)
        for stream, writer in enumerate(alone):
            writer.choices["noise"] = together.choices["noise"][stream]
            writer.write([[now[stream]] for now in ids])
            assert writer.choices[0] == together.choices[stream]
            np.testing.assert_array_equal(writer.best_shares[0], together.best_shares[stream])
    together.close()


def test_reading_on_with_other_weights_keeps_what_was_read() -> None:
    first, second = weights_of(_LSTM, 1), weights_of(_LSTM, 2)
    compiled, plain = KernelWriter(first, 1), NumpyWriter(first, 1)
    for writer in (compiled, plain):
        writer.read([[3]])
        writer.set_weights(second)
    spec = SamplingSpec("argmax")
    ours, theirs = (w.write([[5]], [spec], [False], [0.0]) for w in (compiled, plain))
    np.testing.assert_allclose(ours.shares, theirs.shares, rtol=1e-4)


def test_weights_change_nothing_after_they_were_taken() -> None:
    weights = weights_of(_LSTM)
    writer = KernelWriter(weights, 1)
    expected = KernelWriter(weights_of(_LSTM), 1)
    for array in weights.arrays.values():
        array[:] = 0.0
    spec = SamplingSpec("argmax")
    assert writer.write([[1]], [spec], [False], [0.0]) == (
        expected.write([[1]], [spec], [False], [0.0])
    )


@pytest.mark.parametrize("kind", [KernelWriter, NumpyWriter])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_scores_beyond_all_numbers_are_said(kind: Any, number: float) -> None:
    weights = fixed([0.5, 0.5])
    weights.arrays["head.bias"][1] = number
    with pytest.raises(SamplingError, match="grown beyond all numbers"):
        kind(weights, 1).write([[0]], [SamplingSpec()], [False], [0.5])


def test_a_vocabulary_of_all_hangul_syllables_is_written_without_a_table() -> None:
    config = ModelConfig(11_172, "gru", embedding_size=8, hidden_size=160, num_layers=1)
    weights = weights_of(config, scale=0.1)
    ours, theirs = (
        kind(weights, 1).write([[77]], [SamplingSpec("argmax")], [False], [0.0])
        for kind in (KernelWriter, NumpyWriter)
    )
    assert ours.ids == theirs.ids
    np.testing.assert_allclose(ours.shares, theirs.shares, rtol=1e-4)


def test_auto_takes_the_compiled_functions_only_where_they_are_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preparation.prepare()
    assert isinstance(writer_of(weights_of(_LSTM), 1), KernelWriter)
    assert isinstance(writer_of(weights_of(_LSTM), 1, "numpy"), NumpyWriter)
    monkeypatch.setattr(preparation, "load_compiled", lambda: False)
    assert isinstance(writer_of(weights_of(_LSTM), 1), NumpyWriter)
    assert isinstance(writer_of(weights_of(_LSTM), 1, "compiled"), KernelWriter)


def test_an_engine_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "unavailable_because", lambda: "There is no numba.")
    with pytest.raises(SamplingError, match=r"There is no numba\. Take --engine numpy\."):
        writer_of(weights_of(_LSTM), 1, "compiled")
    assert isinstance(writer_of(weights_of(_LSTM), 1), NumpyWriter)
