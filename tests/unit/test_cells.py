"""The cells: found by their files, and the same on every path that computes them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.lenses.forward_trace import forward_trace, layer_weights
from rnntui.lenses.gradient_flow import _BY_HAND, back_by_autograd
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_operations import NUMPY
from rnntui.nets.recurrent import TORCH, RecurrentLayer

cells = st.sampled_from(tuple(CELLS))
nonlinearities = st.sampled_from(["tanh", "relu"])


def test_every_file_is_a_cell_and_lists_begin_with_the_oldest() -> None:
    assert tuple(CELLS) == ("rnn", "lstm", "gru", "mingru", "minlstm")


def test_an_unknown_cell_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="--cell elman is not known; it is one of rnn, lstm"):
        find_cell("elman")
    with pytest.raises(ConfigError, match="elman"):
        ModelConfig(5, "elman")


@given(cells, nonlinearities, st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_a_step_is_the_same_in_numpy_and_in_torch(
    name: str, nonlinearity: Nonlinearity, size: int, rows: int, seed: int
) -> None:
    cell, draw = find_cell(name), np.random.default_rng(seed)
    width = len(cell.gate_names) * size
    below, recurrent = draw.normal(size=(2, rows, width))
    state = tuple(draw.normal(size=(rows, size)) for _ in cell.state_tensors)
    ours = cell.step(NUMPY, below, recurrent, state, nonlinearity)
    torchs = cell.step(
        TORCH,
        torch.tensor(below),
        torch.tensor(recurrent),
        tuple(map(torch.tensor, state)),
        nonlinearity,
    )
    assert len(ours.state) == len(cell.state_tensors)
    assert len(ours.gates) == len(ours.pre_activations) == len(cell.gate_names)
    for mine, other in (
        (ours.state, torchs.state),
        (ours.gates, torchs.gates),
        (ours.pre_activations, torchs.pre_activations),
    ):
        for one, two in zip(mine, other, strict=True):
            np.testing.assert_allclose(one, two.numpy(), atol=1e-12)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_torchs_fused_layer_is_the_cell_step_by_step(name: str, nonlinearity: Nonlinearity) -> None:
    torch.manual_seed(5)
    layer = RecurrentLayer(name, 4, 6, nonlinearity).double()
    x = torch.randn(3, 9, 4, dtype=torch.float64)
    state = tuple(torch.randn(3, 6, dtype=torch.float64) for _ in find_cell(name).state_tensors)
    fused, after = layer(x, state)
    plain, after_plain = layer._step_by_step(x, state)
    torch.testing.assert_close(fused, plain)
    torch.testing.assert_close(after, after_plain)


@given(st.sampled_from(tuple(_BY_HAND)), nonlinearities, st.integers(0, 99))
def test_the_way_back_by_hand_is_that_by_autograd(
    name: str, nonlinearity: Nonlinearity, seed: int
) -> None:
    config = ModelConfig(5, name, nonlinearity, "one-hot", hidden_size=4, num_layers=1)
    model = build_model(config, seed).double()
    arrays = {key: part.detach().numpy() for key, part in model.state_dict().items()}
    (layer,) = layer_weights(config, arrays)
    step = list(forward_trace(config, arrays, [1, 3, 0]))[-1].layers[0]
    hidden, later = np.random.default_rng(seed).normal(size=(2, 4))
    if step.cell is None:
        later = np.zeros(4)
    ours = _BY_HAND[name](layer, step, hidden, later)
    theirs = back_by_autograd(layer, step, hidden, later)
    for one, two in (
        (ours.cell, theirs.cell),
        (ours.to_input, theirs.to_input),
        (ours.to_recurrent, theirs.to_recurrent),
        (ours.passed.hidden, theirs.passed.hidden),
        (ours.passed.cell, theirs.passed.cell),
    ):
        np.testing.assert_allclose(one, two, atol=1e-12)
