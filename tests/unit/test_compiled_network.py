"""The compiled engine: it computes what torch computes, and repeats itself exactly."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.nets.averaging import average_decay_at
from rnntui.nets.char_model import build_model
from rnntui.nets.compiled.dropout import EMBEDDING, dropout_masks
from rnntui.nets.compiled.network import CompiledNetwork, Method
from rnntui.nets.compiled.update import Adam
from rnntui.nets.config import DropoutMasks, ModelConfig

Arrays = dict[str, NDArray[np.float32]]

_SEED = 5
_SMALL = ModelConfig(
    vocab_size=9,
    embedding_size=6,
    hidden_size=20,
    num_layers=2,
    dropout=0.3,
    embedding_dropout=0.2,
)


def _weights(config: ModelConfig) -> Arrays:
    """Initial weights by name."""
    return {name: w.detach().numpy() for name, w in build_model(config, 1).named_parameters()}


def _network(
    config: ModelConfig, batch: int = 5, length: int = 4, threads: int = 2, **method: Any
) -> CompiledNetwork:
    return CompiledNetwork(config, batch, length, threads, _weights(config), Method(**method))


def _batch(config: ModelConfig, batch: int = 5, length: int = 4, seed: int = 0) -> tuple[Any, Any]:
    """Random inputs and targets of a batch's shapes."""
    random = np.random.default_rng(seed)
    inputs = random.integers(config.vocab_size, size=(batch, length))
    answered = 1 if config.window else length
    return inputs, random.integers(config.vocab_size, size=(batch, answered))


def _state(config: ModelConfig, batch: int) -> Arrays:
    random = np.random.default_rng(1)
    shape = (config.num_layers, batch, config.hidden_size)
    return {
        name: random.uniform(-0.9, 0.9, shape).astype(np.float32) for name in config.state_tensors
    }


def _torch_gradients(
    config: ModelConfig,
    inputs: Any,
    targets: Any,
    state: Arrays,
    masks: DropoutMasks = "position",
) -> tuple[float, Arrays, Arrays]:
    """Loss, gradients and state after, by torch, with the masks that the engine draws."""
    model = build_model(config, 1)
    ids = torch.from_numpy(inputs)
    if config.input_encoding == "embedding":
        x = model.embedding(ids)
        if config.embedding_dropout > 0:
            shape = (ids.shape[1], len(ids), config.embedding_size)
            mask = dropout_masks(_SEED, EMBEDDING, shape, 1 - config.embedding_dropout)
            x = x * torch.from_numpy(mask).transpose(0, 1)
    else:
        x = functional.one_hot(ids, config.vocab_size).float()
    batch, length = inputs.shape
    last = []
    for number, layer in enumerate(model.layers):
        below = x
        x, after = layer(below, tuple(torch.from_numpy(part[number]) for part in state.values()))
        last.append(after)
        if config.dropout > 0:
            times = length if masks == "position" else 1
            shape = (times, batch, config.hidden_size)
            mask = dropout_masks(_SEED, number, shape, 1 - config.dropout)
            x = x * torch.from_numpy(mask).transpose(0, 1)
        if config.connections == "residual" and number > 0:
            x = x + below
    logits = model.head(x[:, -1:] if config.window else x)
    loss = functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(targets).flatten())
    loss.backward()
    gradients = {name: weight.grad.numpy() for name, weight in model.named_parameters()}
    after = {
        name: torch.stack(parts).detach().numpy()
        for name, parts in zip(state, zip(*last, strict=True), strict=True)
    }
    return loss.item(), gradients, after


def _assert_close(ours: Arrays, theirs: Arrays) -> None:
    """Every number within 1e-5 of the largest of its array, or a rounding error of 1.

    The latter for arrays of which all numbers are small because terms of the
    order of 1 cancel; what is left of them is rounded differently.
    """
    rounding = float(np.finfo(np.float32).eps) / 2
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        bound = 1e-5 * np.abs(expected).max() + rounding
        np.testing.assert_allclose(ours[name], expected, rtol=0, atol=bound, err_msg=name)


def _assert_same(ours: Arrays, theirs: Arrays) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        np.testing.assert_array_equal(ours[name], expected, err_msg=name)


_CONFIGS = st.builds(
    ModelConfig,
    vocab_size=st.integers(1, 90),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=st.integers(1, 40),
    hidden_size=st.integers(1, 40),
    num_layers=st.integers(1, 3),
    dropout=st.sampled_from([0.0, 0.4]),
    embedding_dropout=st.sampled_from([0.0, 0.2]),
    window=st.sampled_from([0, 1]),
    connections=st.sampled_from(["plain", "residual"]),
)


@settings(max_examples=120)
@given(
    _CONFIGS,
    st.integers(1, 9),
    st.integers(1, 8),
    st.integers(1, 3),
    st.sampled_from(["position", "sequence"]),
)
def test_loss_gradients_and_state_are_those_of_torch(
    config: ModelConfig, batch: int, length: int, threads: int, masks: DropoutMasks
) -> None:
    inputs, targets = _batch(config, batch, length)
    state = _state(config, batch)
    network = _network(config, batch, length, threads, masks=masks)
    loss, gradients = network.gradients(inputs, targets, state, _SEED)
    after = network.step(inputs, targets, state, _SEED, 0.0).state
    expected_loss, expected_gradients, expected_state = _torch_gradients(
        config, inputs, targets, state, masks
    )
    assert loss == pytest.approx(expected_loss, rel=1e-5, abs=1e-7)
    _assert_close(gradients, expected_gradients)
    _assert_close(after, expected_state)


@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
def test_a_vocabulary_of_all_hangul_syllables_agrees_too(encoding: Any) -> None:
    config = ModelConfig(11_172, "gru", input_encoding=encoding, embedding_size=8, hidden_size=16)
    inputs, targets = _batch(config)
    state = _state(config, 5)
    loss, gradients = _network(config).gradients(inputs, targets, state, _SEED)
    expected, expected_gradients, _ = _torch_gradients(config, inputs, targets, state)
    assert loss == pytest.approx(expected, rel=1e-5)
    _assert_close(gradients, expected_gradients)


def test_products_of_many_terms_agree_too() -> None:
    """More rows and columns than are taken at a time, and none a multiple of that."""
    config = ModelConfig(70, "lstm", embedding_size=70, hidden_size=150, num_layers=2)
    inputs, targets = _batch(config, batch=13, length=21)
    state = _state(config, 13)
    network = _network(config, batch=13, length=21)
    loss, gradients = network.gradients(inputs, targets, state, _SEED)
    expected, expected_gradients, _ = _torch_gradients(config, inputs, targets, state)
    assert loss == pytest.approx(expected, rel=1e-5)
    _assert_close(gradients, expected_gradients)


@pytest.mark.parametrize(("clip_norm", "clip_value"), [(0.0, 0.0), (0.05, 0.0), (0.05, 0.001)])
def test_a_step_moves_means_and_weights_as_adam_does(clip_norm: float, clip_value: float) -> None:
    adam = Adam(beta_1=0.8, beta_2=0.99, epsilon=1e-6, weight_decay=0.1)
    network = _network(_SMALL, optimizer=adam, clip_norm=clip_norm, clip_value=clip_value)
    means = {name: np.zeros_like(weight) for name, weight in network.weights().items()}
    squares = {name: np.zeros_like(weight) for name, weight in means.items()}
    for step in (1, 2, 3):
        inputs, targets = _batch(_SMALL, seed=step)
        before = network.weights()
        _, gradients = network.gradients(inputs, targets, None, step)
        norm = math.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in gradients.values()))
        outcome = network.step(inputs, targets, None, step, 0.01)
        assert outcome.grad_norm == pytest.approx(norm, rel=1e-5)
        kept, after = network.optimizer_tensors(), network.weights()
        for name, gradient in gradients.items():
            if clip_norm:
                gradient = gradient * min(1.0, clip_norm / norm)
            if clip_value:
                gradient = gradient.clip(-clip_value, clip_value)
            means[name] = 0.8 * means[name] + 0.2 * gradient
            squares[name] = 0.99 * squares[name] + 0.01 * gradient**2
            moved = 0.01 * kept[f"{name}.exp_avg"] / (1 - 0.8**step)
            moved /= np.sqrt(kept[f"{name}.exp_avg_sq"] / (1 - 0.99**step)) + 1e-6
            np.testing.assert_allclose(
                after[name], before[name] * (1 - 0.01 * 0.1) - moved, rtol=1e-5, atol=1e-7
            )
            assert kept[f"{name}.step"] == step
        _assert_close({n: kept[f"{n}.exp_avg"] for n in means}, means)
        _assert_close({n: kept[f"{n}.exp_avg_sq"] for n in squares}, squares)


def test_weights_come_out_as_they_went_in() -> None:
    _assert_same(_network(_SMALL).weights(), _weights(_SMALL))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_going_on_from_what_was_kept_repeats_a_training_bit_for_bit(
    cell: Any, threads: int
) -> None:
    config = ModelConfig(9, cell, embedding_size=6, hidden_size=20, dropout=0.3)
    batches = [_batch(config, seed=seed) for seed in range(6)]
    first = _network(config, threads=threads, clip_norm=1.0)
    state = None
    for step, batch in enumerate(batches):
        if step == 3:
            second = _network(config, threads=threads, clip_norm=1.0)
            second.set_weights(first.weights())
            second.set_optimizer_tensors(first.optimizer_tensors())
            second_state = state
        outcome = first.step(*batch, state, step, 0.01)
        state = outcome.state
        if step >= 3:
            repeated = second.step(*batch, second_state, step, 0.01)
            second_state = repeated.state
            assert (repeated.loss, repeated.grad_norm) == (outcome.loss, outcome.grad_norm)
            _assert_same(repeated.state, outcome.state)
    _assert_same(second.weights(), first.weights())
    _assert_same(second.optimizer_tensors(), first.optimizer_tensors())


def test_an_optimiser_that_has_seen_nothing_keeps_nothing() -> None:
    assert _network(_SMALL).optimizer_tensors() == {}


def test_the_average_of_the_weights_follows_them() -> None:
    network = _network(_SMALL, average_decay=0.25)
    expected = network.weights()
    for step in range(3):
        network.step(*_batch(_SMALL), None, step, 0.01)
        now, kept = network.weights(), average_decay_at(0.25, step + 1)
        expected = {n: kept * mean + (1 - kept) * now[n] for n, mean in expected.items()}
    _assert_close(network.averages(), expected)
    network.set_averages(now)
    _assert_same(network.averages(), now)
    assert _network(_SMALL).averages() == {}


def test_an_optimiser_can_be_made_to_forget() -> None:
    used, fresh = _network(_SMALL), _network(_SMALL)
    used.step(*_batch(_SMALL), None, 0, 0.01)
    used.set_weights(fresh.weights())
    used.set_optimizer_tensors({})
    for network in (used, fresh):
        network.step(*_batch(_SMALL), None, 0, 0.01)
    _assert_same(used.weights(), fresh.weights())


def test_dropout_does_not_depend_on_how_the_batch_is_shared_out() -> None:
    batch = _batch(_SMALL)
    losses = [_network(_SMALL, threads=k).gradients(*batch, None, _SEED)[0] for k in (1, 2, 4)]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-6)


def test_another_dropout_seed_drops_other_numbers() -> None:
    batch, network = _batch(_SMALL), _network(_SMALL)
    losses = {network.gradients(*batch, None, seed)[0] for seed in (1, 2, -1, 2**40)}
    assert len(losses) == 4


def test_a_batch_with_fewer_sequences_is_learned_from_like_any_other() -> None:
    config = ModelConfig(9, "lstm", embedding_size=6, hidden_size=20, window=4)
    few = _batch(config, batch=3)
    large, exact = _network(config, batch=8), _network(config, batch=3)
    large.step(*_batch(config, batch=8), None, 0, 0.0)
    assert large.gradients(*few, None, 0)[0] == exact.gradients(*few, None, 0)[0]
    _assert_close(large.gradients(*few, None, 0)[1], exact.gradients(*few, None, 0)[1])
    assert large.step(*few, None, 0, 0.1).state["c"].shape == (2, 3, 20)


def test_one_sequence_leaves_some_threads_without_work() -> None:
    config = ModelConfig(9, "gru", embedding_size=6, hidden_size=20, window=4)
    one = _batch(config, batch=1)
    loss, gradients = _network(config, batch=6, threads=3).gradients(*one, None, 0)
    expected, expected_gradients, _ = _torch_gradients(
        config, *one, {"h": np.zeros((2, 1, 20), np.float32)}
    )
    assert loss == pytest.approx(expected, rel=1e-5)
    _assert_close(gradients, expected_gradients)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_loss_that_is_not_finite_changes_nothing(cell: Any) -> None:
    config = ModelConfig(9, cell, embedding_size=6, hidden_size=20)
    weights = _weights(config)
    weights["layers.0.bias"] = weights["layers.0.bias"] * np.float32(math.nan)
    network = CompiledNetwork(config, 5, 4, 2, weights)
    outcome = network.step(*_batch(config), None, 0, 0.1)
    assert not outcome.finite
    assert network.optimizer_tensors() == {}
    _assert_same(network.weights(), weights)


def test_training_learns_a_repeated_text_by_heart() -> None:
    config = ModelConfig(5, "lstm", embedding_size=8, hidden_size=32, num_layers=1)
    network = _network(config, batch=4, length=10)
    text = np.arange(44) % 5
    inputs, targets = text[:40].reshape(4, 10), text[1:41].reshape(4, 10)
    losses = [network.step(inputs, targets, None, 0, 0.02).loss for _ in range(80)]
    assert losses[0] > 1.4
    assert losses[-1] < 0.05
