"""The forward trace says what the network computes, number by number."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.lenses.forward_trace import StepTrace, forward_trace
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import Connections, InputEncoding, ModelConfig
from rnntui.nets.numpy_operations import NUMPY


def _config(
    cell: str = "lstm",
    input_encoding: InputEncoding = "embedding",
    num_layers: int = 2,
    nonlinearity: Nonlinearity = "tanh",
    connections: Connections = "plain",
) -> ModelConfig:
    return ModelConfig(
        vocab_size=7,
        cell=cell,
        nonlinearity=nonlinearity,
        input_encoding=input_encoding,
        embedding_size=4,
        hidden_size=6,
        num_layers=num_layers,
        connections=connections,
    )


def _traced(model: CharModel, ids: list[int]) -> list[StepTrace]:
    arrays = {name: weight.detach().numpy() for name, weight in model.named_parameters()}
    return list(forward_trace(model.config, arrays, ids))


@settings(max_examples=25)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    num_layers=st.integers(1, 3),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    connections=st.sampled_from(["plain", "residual"]),
    ids=st.lists(st.integers(0, 6), min_size=1, max_size=12),
    seed=st.integers(0, 99),
)
def test_the_trace_agrees_with_the_network_that_was_trained(
    cell: str,
    input_encoding: InputEncoding,
    num_layers: int,
    nonlinearity: Nonlinearity,
    connections: Connections,
    ids: list[int],
    seed: int,
) -> None:
    model = build_model(_config(cell, input_encoding, num_layers, nonlinearity, connections), seed)
    steps = _traced(model, ids)
    state = model.zero_state(1)
    with torch.no_grad():
        for step, rank in zip(steps, ids, strict=True):
            output, state = model(torch.tensor([[rank]]), state)
            np.testing.assert_allclose(step.output, output[0, 0].numpy(), atol=1e-5)
            expected = torch.softmax(output[0, 0], 0).numpy()
            np.testing.assert_allclose(step.probabilities, expected, atol=1e-5)
            for number, layer in enumerate(step.layers):
                np.testing.assert_allclose(layer.hidden, state[0][number, 0].numpy(), atol=1e-5)
                if layer.cell is not None:
                    np.testing.assert_allclose(layer.cell, state[1][number, 0].numpy(), atol=1e-5)


def _steps(cell: str) -> list[StepTrace]:
    return _traced(build_model(_config(cell), 3), [1, 5, 2, 2])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_gate_is_there_by_its_name_in_torchs_order(cell: str) -> None:
    for step in _steps(cell):
        for layer in step.layers:
            assert tuple(layer.gates) == tuple(layer.pre_activations) == find_cell(cell).gate_names
            for name, gate in layer.gates.items():
                squashed = name in {"cell", "new", "hidden"}
                expected = np.tanh if squashed else NUMPY.sigmoid
                np.testing.assert_allclose(gate, expected(layer.pre_activations[name]))


def test_an_lstms_gates_make_its_states() -> None:
    for layer in (layer for step in _steps("lstm") for layer in step.layers):
        assert layer.cell is not None
        assert len(layer.previous) == 2
        kept = layer.gates["forget"] * layer.previous[1]
        np.testing.assert_allclose(layer.cell, kept + layer.gates["input"] * layer.gates["cell"])
        np.testing.assert_allclose(layer.hidden, layer.gates["output"] * np.tanh(layer.cell))


def test_a_grus_gates_make_its_state() -> None:
    for layer in (layer for step in _steps("gru") for layer in step.layers):
        update = layer.gates["update"]
        mixed = (1 - update) * layer.gates["new"] + update * layer.previous_hidden
        np.testing.assert_allclose(layer.hidden, mixed)


def test_a_layer_reads_the_one_below_and_its_own_past() -> None:
    steps = _steps("gru")
    for before, step in pairwise(steps):
        assert step.layers[1].input is step.layers[0].hidden
        for earlier, layer in zip(before.layers, step.layers, strict=True):
            assert layer.previous_hidden is earlier.hidden


def test_the_input_is_one_hot_or_the_row_of_the_embedding() -> None:
    model = build_model(_config(input_encoding="one-hot"), 1)
    assert _traced(model, [4])[0].input.tolist() == [0, 0, 0, 0, 1, 0, 0]
    model = build_model(_config(), 1)
    row = model.embedding.weight[4].detach().numpy()
    np.testing.assert_array_equal(_traced(model, [4])[0].input, row)


def test_the_likeliest_are_in_order_and_begin_with_the_result() -> None:
    step = _steps("rnn")[0]
    best = step.likeliest(5)
    assert best[0] == step.result
    chances = [step.probabilities[rank] for rank in best]
    assert chances == sorted(chances, reverse=True)
    assert len(step.likeliest(99)) == 7


def test_outsized_weights_overflow_nothing() -> None:
    model = build_model(_config("lstm"), 1)
    arrays = {name: 1e4 * weight.detach().numpy() for name, weight in model.named_parameters()}
    for step in forward_trace(model.config, arrays, [0, 1, 2]):
        assert np.isfinite(step.probabilities).all()
        assert step.probabilities.sum() == pytest.approx(1)
