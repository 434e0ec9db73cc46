"""What new networks start from."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.initial_weights import (
    InitialWeights,
    forget_gate_biases,
    initial_weights,
)
from rnntui.tasks.characters.torch_learner import TorchLearner
from tests.factories import tiny_run

_every_cell = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])


def _config(cell: str = "lstm") -> ModelConfig:
    return ModelConfig(50, cell, embedding_size=30, hidden_size=40, num_layers=2)


@_every_cell
@pytest.mark.parametrize("how", get_args(InitialWeights))
def test_they_have_the_shapes_of_the_network_and_depend_on_the_seed(
    cell: str, how: InitialWeights
) -> None:
    weights = initial_weights(_config(cell), how, seed=1)
    assert {name: array.shape for name, array in weights.items()} == weight_shapes(_config(cell))
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    again, other = (initial_weights(_config(cell), how, seed) for seed in (1, 2))
    for name, array in weights.items():
        np.testing.assert_array_equal(array, again[name])
        if array.ndim == 2:
            assert not np.array_equal(array, other[name])


def test_normal_ones_are_small_and_their_biases_zero() -> None:
    for array in initial_weights(_config(), "normal", seed=1).values():
        if array.ndim == 1:
            assert not array.any()
        else:
            assert array.std() == pytest.approx(0.01, rel=0.1)
            assert abs(array.mean()) < 0.001


@_every_cell
def test_keras_has_orthogonal_recurrent_weights(cell: str) -> None:
    weights = initial_weights(_config(cell), "keras", seed=1)
    for layer in range(2):
        matrix = weights[f"layers.{layer}.weight_hh"]
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(40), atol=1e-5)


def test_keras_has_glorots_bounds_and_narrow_embeddings() -> None:
    weights = initial_weights(_config("gru"), "keras", seed=1)
    bounds = {
        "embedding.weight": 0.05,
        "layers.0.weight_ih": np.sqrt(6 / (30 + 120)),
        "layers.1.weight_ih": np.sqrt(6 / (40 + 120)),
        "head.weight": np.sqrt(6 / (40 + 50)),
    }
    for name, bound in bounds.items():
        assert 0.97 * bound < np.abs(weights[name]).max() <= bound


@_every_cell
def test_keras_has_biases_of_zero_but_for_the_forget_gate(cell: str) -> None:
    weights = initial_weights(_config(cell), "keras", seed=1)
    assert not weights["head.bias"].any()
    bias = weights["layers.0.bias"]
    ones = np.repeat([0, 1, 0, 0], 40) if cell == "lstm" else np.zeros_like(bias)
    np.testing.assert_array_equal(bias, ones)


def test_those_of_torch_are_within_its_bounds() -> None:
    for name, array in initial_weights(_config(), "torch", seed=1).items():
        if name == "embedding.weight":
            assert array.std() == pytest.approx(1, rel=0.1)
        else:
            assert 0.9 / np.sqrt(40) < np.abs(array).max() <= 1 / np.sqrt(40)


@_every_cell
def test_orthogonal_ones_are_so_gate_by_gate_with_the_forget_gate_open(cell: str) -> None:
    weights = initial_weights(_config(cell), "orthogonal", seed=1)
    for gate in weights["layers.1.weight_hh"].reshape(-1, 40, 40):
        np.testing.assert_allclose(gate.T @ gate, np.eye(40), atol=1e-5)
    bias = weights["layers.1.bias"]
    ones = np.repeat([0, 1, 0, 0], 40) if cell == "lstm" else np.zeros_like(bias)
    np.testing.assert_array_equal(bias, ones)


@_every_cell
def test_a_forget_bias_opens_the_gate_that_keeps_the_old_state_alone(cell: str) -> None:
    added = forget_gate_biases(_config(cell), 1.5)
    if cell == "rnn":
        assert added == {}
        return
    gates = {"lstm": [0, 1.5, 0, 0], "gru": [0, 1.5, 0]}[cell]
    assert list(added) == ["layers.0.bias", "layers.1.bias"]
    for bias in added.values():
        np.testing.assert_array_equal(bias, np.repeat(np.float32(gates), 40))


@_every_cell
def test_without_a_forget_bias_nothing_is_added(cell: str) -> None:
    assert forget_gate_biases(_config(cell), 0.0) == {}


@pytest.mark.parametrize("how", ["torch", "orthogonal"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_training_begins_with_its_forget_bias_and_is_otherwise_the_same(
    cell: str, how: InitialWeights, tmp_path: Path
) -> None:
    plain, opened = (
        TorchLearner(
            tiny_run(tmp_path / str(bias), cell=cell, initial_weights=how, forget_bias=bias)
        ).weights(0)
        for bias in (0.0, 1.0)
    )
    assert plain is not None
    assert opened is not None
    for name, array in plain.arrays.items():
        added = opened.arrays[name] - array
        if name == "layers.0.bias":
            np.testing.assert_allclose(added.reshape(-1, 5)[1], 1.0, rtol=1e-6)
            added = np.delete(added.reshape(-1, 5), 1, axis=0)
        assert not added.any()
