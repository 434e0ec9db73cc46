"""The vanilla RNN written by hand: its gradients are torch's and those of finite differences."""

from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.nets import vanilla_rnn as network
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.initial_weights import initial_weights
from rnntui.nets.numpy_network import NumpyNetwork

Doubles = NDArray[np.float64]
SHAPES = {
    "vocab_size": st.integers(1, 6),
    "hidden_size": st.integers(1, 7),
    "sequences": st.integers(1, 3),
    "length": st.integers(1, 9),
    "seed": st.integers(0, 99),
}


def drawn(
    vocab_size: int, hidden_size: int, sequences: int, length: int, seed: int
) -> tuple[dict[str, Doubles], NDArray[np.int64], NDArray[np.int64], Doubles]:
    """Weights in double precision, characters `[T, B]`, those after them, a state `[B, H]`."""
    draw = np.random.default_rng(seed)
    config = model_config(vocab_size, hidden_size)
    weights = {name: draw.normal(size=shape) for name, shape in weight_shapes(config).items()}
    inputs, targets = draw.integers(vocab_size, size=(2, length, sequences))
    return weights, inputs, targets, draw.uniform(-1, 1, (sequences, hidden_size))


def model_config(vocab_size: int, hidden_size: int) -> ModelConfig:
    """The plain network."""
    return ModelConfig(vocab_size, "rnn", "tanh", "one-hot", hidden_size=hidden_size, num_layers=1)


@given(**SHAPES)
@settings(max_examples=20, deadline=None)
def test_loss_gradients_and_state_are_those_of_autograd(
    vocab_size: int, hidden_size: int, sequences: int, length: int, seed: int
) -> None:
    weights, inputs, targets, state = drawn(vocab_size, hidden_size, sequences, length, seed)
    model = build_model(model_config(vocab_size, hidden_size), seed=0).double()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(torch.from_numpy(weights[name]))
    logits, (after,) = model(torch.from_numpy(inputs.T.copy()), (torch.from_numpy(state)[None],))
    loss = functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(targets.T).flatten())
    loss.backward()  # type: ignore[no-untyped-call]

    forward = network.read(weights, inputs, state)
    assert network.mean_loss(forward, targets) == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(forward.hidden[-1], after[0].detach().numpy(), atol=1e-12)
    slopes = network.gradients(weights, forward, targets)
    for name, weight in model.named_parameters():
        assert weight.grad is not None
        np.testing.assert_allclose(slopes[name], weight.grad.numpy(), rtol=1e-8, atol=1e-10)


def test_gradients_are_those_of_finite_differences() -> None:
    weights, inputs, targets, state = drawn(4, 5, 2, 8, seed=3)
    slopes = network.gradients(weights, network.read(weights, inputs, state), targets)
    draw = np.random.default_rng(0)
    for name, weight in weights.items():
        for index in draw.integers(weight.size, size=6):
            place = np.unravel_index(index, weight.shape)
            losses, middle = [], weight[place]
            for step in (1e-5, -1e-5):
                weight[place] = middle + step
                forward = network.read(weights, inputs, state)
                losses.append(network.mean_loss(forward, targets))
            weight[place] = middle
            assert slopes[name][place] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-8)


def test_reading_goes_on_from_the_state_that_an_earlier_pass_left() -> None:
    weights, inputs, _, state = drawn(4, 5, 2, 8, seed=3)
    whole = network.read(weights, inputs, state)
    first = network.read(weights, inputs[:3], state)
    second = network.read(weights, inputs[3:], first.hidden[-1])
    np.testing.assert_array_equal(second.hidden, whole.hidden[3:])


def test_scores_of_any_size_become_probabilities() -> None:
    probabilities = network.softmax(np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]]))
    np.testing.assert_allclose(probabilities, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])


def test_a_gradient_is_cut_off_element_by_element() -> None:
    slopes = {"a": np.array([-9.0, 0.5, 6.0]), "b": np.array([[5.5]])}
    network.clip(slopes, 5.0)
    assert slopes["a"].tolist() == [-5.0, 0.5, 5.0]
    assert slopes["b"].tolist() == [[5.0]]


def test_adagrad_has_its_epsilon_inside_the_root() -> None:
    weights, sums = {"a": np.array([1.0, 1.0])}, {"a": np.array([0.0, 3.0])}
    network.update(weights, {"a": np.array([1e-4, 1.0])}, sums, learning_rate=0.1)
    assert sums["a"].tolist() == [1e-8, 4.0]
    np.testing.assert_allclose(weights["a"], [1 - 0.1 / np.sqrt(2), 0.95], rtol=1e-7)


def test_it_generates_what_the_numpy_network_generates() -> None:
    config = model_config(6, 5)
    weights = initial_weights(config, "torch", seed=4)
    numpy_network = NumpyNetwork(config, weights)
    state, expected = numpy_network.zero_state(1), []
    unread = [2, 3]
    for _ in range(12):
        for index in unread:
            state = numpy_network.read(np.array([index]), state)
        unread = [int(numpy_network.scores(state)[0].argmax())]
        expected += unread
    generated = islice(network.generate(weights, [2, 3], lambda probs: int(probs.argmax())), 12)
    assert list(generated) == expected


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_numbers_are_of_the_type_of_the_weights(kind: type) -> None:
    weights, inputs, targets, state = drawn(4, 5, 2, 8, seed=3)
    narrow = {name: array.astype(kind) for name, array in weights.items()}
    sums = {name: np.zeros_like(array) for name, array in narrow.items()}
    forward = network.read(narrow, inputs, state.astype(kind))
    slopes = network.gradients(narrow, forward, targets)
    network.update(narrow, slopes, sums, 0.1)
    for arrays in (narrow, slopes, sums):
        assert {array.dtype for array in arrays.values()} == {np.dtype(kind)}
    assert forward.hidden.dtype == forward.probabilities.dtype == kind
