"""minGRU by its equations, and through all that a cell goes through."""

from pathlib import Path

import numpy as np

from rnntui.nets.cells import find_cell
from rnntui.nets.numpy_operations import NUMPY
from tests.unit import cell_checks


def test_its_step_is_that_of_the_paper() -> None:
    draw = np.random.default_rng(7)
    cell = find_cell("mingru")
    state = draw.normal(size=(4, 3))
    for _ in range(5):
        at_update, new = draw.normal(size=(4, 3)), draw.normal(size=(4, 3))
        update = 1 / (1 + np.exp(-at_update))
        step = cell.step(NUMPY, np.concatenate((at_update, new), -1), None, (state,), "tanh")
        np.testing.assert_allclose(step.state[0], (1 - update) * state + update * new)
        state = step.state[0]


def test_it_is_offered() -> None:
    cell_checks.check_it_is_offered("mingru")


def test_it_trains_and_resumes_bit_for_bit(tmp_path: Path) -> None:
    cell_checks.check_it_trains_and_resumes("mingru", tmp_path)


def test_sampling_and_trace_give_the_scores_of_the_model() -> None:
    cell_checks.check_samples_go_by_the_scores_of_the_model("mingru")


def test_gradient_flow_agrees_with_differences() -> None:
    cell_checks.check_gradient_flow_agrees_with_differences("mingru")


def test_the_trace_shows_its_gates() -> None:
    cell_checks.check_the_trace_shows_its_gates("mingru")


def test_it_classifies(tmp_path: Path) -> None:
    cell_checks.check_it_classifies("mingru", tmp_path)
