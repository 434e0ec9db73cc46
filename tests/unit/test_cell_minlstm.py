"""minLSTM by its equations, and through all that a cell goes through."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rnntui.nets.cells import find_cell
from rnntui.nets.numpy_operations import NUMPY
from rnntui.nets.recurrent import TORCH
from tests.unit import cell_checks


def test_its_step_is_that_of_the_paper() -> None:
    draw = np.random.default_rng(7)
    cell = find_cell("minlstm")
    state = draw.normal(size=(4, 3))
    for _ in range(5):
        at_forget, at_input, new = (draw.normal(size=(4, 3)) for _ in range(3))
        forget, inlet = 1 / (1 + np.exp(-at_forget)), 1 / (1 + np.exp(-at_input))
        blocks = np.concatenate((at_forget, at_input, new), -1)
        step = cell.step(NUMPY, blocks, None, (state,), "tanh")
        kept, taken = forget / (forget + inlet), inlet / (forget + inlet)
        np.testing.assert_allclose(step.state[0], kept * state + taken * new)
        state = step.state[0]


@pytest.mark.parametrize("closed", [-10.0, -20.0, -50.0, -200.0])
def test_gates_that_are_all_but_shut_still_share_the_state(closed: float) -> None:
    blocks = np.array([[closed, closed, 2.0]], np.float32)
    state = np.array([[4.0]], np.float32)
    kept = find_cell("minlstm").step(NUMPY, blocks, None, (state,), "tanh").state[0]
    np.testing.assert_allclose(kept, [[3.0]], rtol=1e-5)
    read = torch.tensor(blocks, requires_grad=True)
    step = find_cell("minlstm").step(TORCH, read, None, (torch.tensor(state),), "tanh")
    torch.testing.assert_close(step.state[0], torch.tensor([[3.0]]))
    (gradient,) = torch.autograd.grad(step.state[0].sum(), read)
    assert torch.isfinite(gradient).all()


def test_it_is_offered() -> None:
    cell_checks.check_it_is_offered("minlstm")


def test_it_trains_and_resumes_bit_for_bit(tmp_path: Path) -> None:
    cell_checks.check_it_trains_and_resumes("minlstm", tmp_path)


def test_sampling_and_trace_give_the_scores_of_the_model() -> None:
    cell_checks.check_samples_go_by_the_scores_of_the_model("minlstm")


def test_gradient_flow_agrees_with_differences() -> None:
    cell_checks.check_gradient_flow_agrees_with_differences("minlstm")


def test_the_trace_shows_its_gates() -> None:
    cell_checks.check_the_trace_shows_its_gates("minlstm")


def test_it_classifies(tmp_path: Path) -> None:
    cell_checks.check_it_classifies("minlstm", tmp_path)
