"""The NumPy network against the character model."""

import numpy as np
import pytest
import torch

from rnntui.nets.arrays import Array
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import Connections, InputEncoding, ModelConfig
from rnntui.nets.numpy_network import NetworkState, NumpyNetwork

_KINDS: list[tuple[str, Nonlinearity]] = [
    ("rnn", "tanh"),
    ("rnn", "relu"),
    ("lstm", "tanh"),
    ("gru", "tanh"),
]
_every_kind = pytest.mark.parametrize(("cell", "nonlinearity"), _KINDS)
_both_encodings = pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
_depths = pytest.mark.parametrize("num_layers", [1, 2, 3])


def _model(
    cell: str,
    nonlinearity: Nonlinearity,
    encoding: InputEncoding,
    num_layers: int,
    connections: Connections = "plain",
) -> CharModel:
    """A small network with weights twice as large as they start, as training makes them."""
    config = ModelConfig(9, cell, nonlinearity, encoding, 4, 6, num_layers, connections=connections)
    model = build_model(config, seed=2)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2)
    return model


def _network(model: CharModel, scale: float = 1.0) -> NumpyNetwork:
    arrays = {name: weight.detach().numpy() * scale for name, weight in model.named_parameters()}
    return NumpyNetwork(model.config, {k: v.astype(np.float32) for k, v in arrays.items()})


def _stacked(state: NetworkState) -> tuple[Array, ...]:
    """Each state tensor of all layers, `[L, N, H]`, as the character model has it."""
    return tuple(np.stack(layers) for layers in zip(*state, strict=True))


@_every_kind
@_both_encodings
@_depths
@pytest.mark.parametrize("connections", ["plain", "residual"])
def test_scores_agree_with_the_character_model_all_along_a_text(
    cell: str,
    nonlinearity: Nonlinearity,
    encoding: InputEncoding,
    num_layers: int,
    connections: Connections,
) -> None:
    model = _model(cell, nonlinearity, encoding, num_layers, connections)
    ids = np.random.default_rng(3).integers(9, size=(1, 40))
    with torch.no_grad():
        logits, last = model(torch.from_numpy(ids), model.zero_state(1))
    network = _network(model)
    state = network.zero_state(1)
    for step in range(40):
        state = network.read(ids[:, step], state)
        np.testing.assert_allclose(network.scores(state)[0], logits[0, step].numpy(), atol=1e-5)
    for ours, theirs in zip(_stacked(state), last, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


@_every_kind
@_both_encodings
@_depths
def test_streams_side_by_side_equal_streams_one_by_one(
    cell: str, nonlinearity: Nonlinearity, encoding: InputEncoding, num_layers: int
) -> None:
    network = _network(_model(cell, nonlinearity, encoding, num_layers))
    ids = np.random.default_rng(4).integers(9, size=(3, 12))
    together = network.zero_state(3)
    alone = [network.zero_state(1) for _ in range(3)]
    for step in range(12):
        together = network.read(ids[:, step], together)
        alone = [network.read(ids[n : n + 1, step], alone[n]) for n in range(3)]
    apart = zip(*map(_stacked, alone), strict=True)
    for part, parts in zip(_stacked(together), apart, strict=True):
        np.testing.assert_allclose(part, np.concatenate(parts, axis=1), atol=1e-6)
    scores = np.concatenate([network.scores(state) for state in alone])
    np.testing.assert_allclose(network.scores(together), scores, atol=1e-5)


@_every_kind
def test_reading_leaves_the_state_it_was_given_alone(cell: str, nonlinearity: Nonlinearity) -> None:
    network = _network(_model(cell, nonlinearity, "embedding", 2))
    before = network.read(np.array([1]), network.zero_state(1))
    kept = _stacked(before)
    network.read(np.array([2]), before)
    for part, copy in zip(_stacked(before), kept, strict=True):
        np.testing.assert_array_equal(part, copy)


@_every_kind
def test_everything_stays_in_single_precision(cell: str, nonlinearity: Nonlinearity) -> None:
    network = _network(_model(cell, nonlinearity, "one-hot", 2))
    state = network.read(np.array([1, 2]), network.zero_state(2))
    assert {part.dtype for part in (*state[0], *state[1], network.scores(state))} == {
        np.dtype(np.float32)
    }


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_huge_weights_saturate_the_gates_without_an_overflow(cell: str) -> None:
    network = _network(_model(cell, "tanh", "embedding", 2), scale=1e4)
    state = network.zero_state(1)
    with np.errstate(over="raise", invalid="raise"):
        for index in (1, 5, 3):
            state = network.read(np.array([index]), state)
    assert all(np.isfinite(part).all() for part in _stacked(state))
