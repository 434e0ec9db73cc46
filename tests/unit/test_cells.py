"""The cells: found by their files, and the same on every path that computes them."""

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.lenses.backward_pass import BY_HAND, gradients_by_autograd
from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks
from rnntui.nets.char_model import build_model
from rnntui.nets.compiled.cells import cell_number
from rnntui.nets.compiled.layout import packed_blocks
from rnntui.nets.config import ModelConfig
from rnntui.nets.kernels import KERNEL_CELLS
from rnntui.nets.numpy_network import NumpyNetwork
from rnntui.nets.numpy_operations import NUMPY
from rnntui.nets.recurrent import _FUSED, TORCH, RecurrentLayer


class ThreeStates:
    """A cell of nobody's: two states beside the hidden one, by names of its own."""

    name, year = "three", 2026
    gate_names = ("first", "second")
    initial_biases = (0.0, 0.0)
    state_tensors = ("h", "slow", "fast")
    keeping_gate = None
    is_recurrent = True

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        first, second = blocks(from_input + from_hidden, 2)
        gates = (ops.sigmoid(first), ops.tanh(second))
        slow = gates[0] * state[1] + gates[1]
        fast = state[2] * slow + gates[0]
        return CellStep((first, second), gates, (ops.tanh(fast) - 0.3 * slow, slow, fast))


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


def test_torchs_kernels_and_the_compiled_functions_are_of_the_same_cells() -> None:
    kinds = {(name, kind) for name in KERNEL_CELLS for kind in get_args(Nonlinearity)}
    assert set(_FUSED) == kinds
    for name, kind in kinds:
        assert cell_number(ModelConfig(5, name, kind)) >= 0


@pytest.mark.parametrize("name", [name for name in CELLS if name not in KERNEL_CELLS])
def test_a_cell_without_kernels_has_no_layout_for_them(name: str) -> None:
    with pytest.raises(ConfigError, match=f"no compiled kernels for the cell {name}"):
        packed_blocks(ModelConfig(5, name), lanes=16, panel=64)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("name", KERNEL_CELLS)
def test_torchs_fused_layer_is_the_cell_step_by_step(name: str, nonlinearity: Nonlinearity) -> None:
    torch.manual_seed(5)
    layer = RecurrentLayer(name, 4, 6, nonlinearity).double()
    x = torch.randn(3, 9, 4, dtype=torch.float64)
    state = tuple(torch.randn(3, 6, dtype=torch.float64) for _ in find_cell(name).state_tensors)
    fused, after = layer(x, state)
    plain, after_plain = layer._step_by_step(x, state)
    torch.testing.assert_close(fused, plain)
    torch.testing.assert_close(after, after_plain)


@given(st.sampled_from(tuple(BY_HAND)), nonlinearities, st.integers(0, 99))
def test_the_way_back_by_hand_is_that_by_autograd(
    name: str, nonlinearity: Nonlinearity, seed: int
) -> None:
    config = ModelConfig(5, name, nonlinearity, "one-hot", hidden_size=4, num_layers=1)
    model = build_model(config, seed).double()
    arrays = {key: part.detach().numpy() for key, part in model.state_dict().items()}
    (layer,) = NumpyNetwork(config, arrays).layers
    step = list(forward_trace(config, arrays, [1, 3, 0]))[-1].layers[0]
    asked = tuple(np.random.default_rng(seed).normal(size=(len(step.state), 4)))
    ours = BY_HAND[name](layer, step, asked)
    theirs = gradients_by_autograd(layer, step, asked)
    assert len(ours.passed) == len(ours.states) + 1 == len(step.state)
    for one, two in (
        (ours.to_input, theirs.to_input),
        (ours.to_recurrent, theirs.to_recurrent),
        *zip(ours.states, theirs.states, strict=True),
        *zip(ours.passed, theirs.passed, strict=True),
    ):
        np.testing.assert_allclose(one, two, atol=1e-12)


def test_a_cell_may_have_any_states_by_any_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELLS, "three", ThreeStates())
    config = ModelConfig(5, "three", input_encoding="one-hot", hidden_size=4, num_layers=2)
    model = build_model(config, 3).double()
    arrays = {key: part.detach().numpy() for key, part in model.state_dict().items()}
    ids = [1, 4, 0, 2, 3]
    state, hidden, scores = model.zero_state(1), [], []
    for rank in ids[:-1]:
        output, state = model(torch.tensor([[rank]]), state)
        state[0].retain_grad()
        hidden.append(state[0])
        scores.append(output[0, 0])
    traced = list(forward_trace(config, arrays, ids[:-1]))
    for step, output in zip(traced, scores, strict=True):
        np.testing.assert_allclose(step.output, output.detach().numpy(), atol=1e-12)
    torch.nn.functional.cross_entropy(scores[-1], torch.tensor(ids[-1])).backward()
    flow = gradient_flow(config, arrays, ids)
    for time, states in enumerate(hidden[:-1]):
        assert states.grad is not None
        # The lower layer's is asked by the upper one, too, which reads another tensor.
        np.testing.assert_allclose(flow.hidden[1, time], states.grad[1, 0].numpy(), atol=1e-12)
    for number, layer in enumerate(model.layers):
        np.testing.assert_allclose(flow.whole(number), layer.weight_hh.grad.numpy(), atol=1e-12)
