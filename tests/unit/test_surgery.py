"""Surgery against a plain loop over the equations of each cell."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import ConfigError, SamplingError
from rnntui.lenses.activations import activation_chunks
from rnntui.lenses.forward_trace import Floats, forward_trace
from rnntui.lenses.surgery import (
    HELD_AT,
    Operation,
    StateOperation,
    operated,
    operated_weights,
)
from rnntui.nets.arrays import Arrays
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.nets.numpy_operations import NUMPY
from rnntui.own_cells import named_cell
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import CharacterStream
from rnntui.text.vocabulary import Vocabulary
from tests.cell_files import two_states
from tests.unit.lens_networks import networks, texts

IDS = [3, 1, 4, 1, 5, 2, 6, 5, 3, 5]
SIZE = 5


def network(cell: str, layers: int = 2) -> tuple[ModelConfig, dict[str, Floats]]:
    config = ModelConfig(7, cell, embedding_size=4, hidden_size=SIZE, num_layers=layers)
    generator = np.random.default_rng(11)
    shapes = weight_shapes(config)
    return config, {name: generator.normal(size=shape) for name, shape in shapes.items()}


def plain_loop(
    config: ModelConfig, arrays: dict[str, Floats], operations: list[Operation]
) -> list[Floats]:
    """The scores after each character, with what is operated on changed where it is read."""
    cell = find_cell(config.cell)
    cut = [[one.unit for one in operations if one.layer == n and not one.gate] for n in (0, 1)]
    states = [tuple(np.zeros(SIZE) for _ in cell.state_tensors) for _ in (0, 1)]
    scores = []
    for rank in IDS:
        x = arrays["embedding.weight"][rank]
        for number in (0, 1):
            layer = f"layers.{number}"
            seen = states[number][0].copy()
            seen[cut[number]] = 0
            from_input = arrays[f"{layer}.weight_ih"] @ x + arrays[f"{layer}.bias"]
            weight = arrays.get(f"{layer}.weight_hh")
            from_hidden = None if weight is None else weight @ seen
            for one in operations:
                if one.layer == number and one.gate:
                    row = cell.gate_names.index(one.gate) * SIZE + one.unit
                    from_input[row] = -HELD_AT if one.hold == "low" else HELD_AT
                    if from_hidden is not None:
                        from_hidden[row] = 0
            states[number] = cell.step(
                NUMPY, from_input, from_hidden, states[number], config.nonlinearity
            ).state
            x = states[number][0].copy()
            x[cut[number]] = 0
        scores.append(arrays["head.weight"] @ x + arrays["head.bias"])
    return scores


@pytest.mark.parametrize("cell", CELLS)
def test_an_operated_network_is_the_network_with_what_is_read_changed(cell: str):
    config, arrays = network(cell)
    gates = find_cell(cell).gate_names
    operations = [
        Operation(0, 1),
        Operation(1, 4),
        Operation(0, 2, gates[0], "high"),
        Operation(1, 3, gates[-1], "low"),
    ]
    steps = forward_trace(config, operated(config, arrays, operations), IDS)
    for step, expected in zip(steps, plain_loop(config, arrays, operations), strict=True):
        assert step.output == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru", "mingru", "minlstm"])
@pytest.mark.parametrize(("hold", "value"), [("low", 0.0), ("high", 1.0)])
def test_a_gate_that_is_held_stays_where_it_is(cell: str, hold: str, value: float):
    config, arrays = network(cell)
    gate = find_cell(cell).gate_names[0]
    held = operated(config, arrays, [Operation(1, 2, gate, hold)])  # type: ignore[arg-type]
    for step in forward_trace(config, held, IDS):
        assert step.layers[1].gates[gate][2] == pytest.approx(value, abs=1e-20)


def test_the_weights_that_were_given_stay_as_they_are():
    config, arrays = network("lstm")
    before = {name: array.copy() for name, array in arrays.items()}
    operated(config, arrays, [Operation(0, 1), Operation(1, 1, "forget")])
    assert all(np.array_equal(arrays[name], before[name]) for name in arrays)
    assert operated(config, arrays, []) == arrays


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (Operation(2, 0), "There is no unit 1 in a layer 3."),
        (Operation(0, SIZE), f"There is no unit {SIZE + 1} in a layer 1."),
        (Operation(0, 0, "cell"), "gru has no gate cell: reset, update, new."),
    ],
)
def test_what_the_network_does_not_have_is_refused(operation: Operation, sentence: str):
    config, arrays = network("gru")
    with pytest.raises(ConfigError, match=sentence):
        operated(config, arrays, [operation])


def test_no_unit_is_cut_out_of_residual_layers_but_gates_are_held():
    config, arrays = network("gru")
    config = replace(config, connections="residual")
    with pytest.raises(ConfigError, match="residual"):
        operated(config, arrays, [Operation(0, 0)])
    held = operated(config, arrays, [Operation(0, 0, "update")])
    assert held["layers.0.bias"][SIZE] == -HELD_AT


def plain_states(
    config: ModelConfig, arrays: Arrays, ids: Sequence[int], operations: Sequence[StateOperation]
) -> list[Floats]:
    """The scores after each character, states changed in a plain loop after each step."""
    cell, one_hot = find_cell(config.cell), np.eye(config.vocab_size)
    table = arrays.get("embedding.weight")
    zero = [np.zeros(config.hidden_size) for _ in cell.state_tensors]
    states = [list(zero) for _ in range(config.num_layers)]
    scores = []
    for rank in ids:
        x = one_hot[rank] if table is None else table[rank]
        for number in range(config.num_layers):
            name = f"layers.{number}"
            hidden = arrays.get(f"{name}.weight_hh")
            after = cell.step(
                NUMPY,
                arrays[f"{name}.weight_ih"] @ x + arrays[f"{name}.bias"],
                None if hidden is None else hidden @ states[number][0],
                tuple(states[number]),
                config.nonlinearity,
            ).state
            states[number] = [one.copy() for one in after]
            for one in operations:
                if one.layer == number:
                    changed = states[number][cell.state_tensors.index(one.state)]
                    before = changed[one.unit] if one.way == "nudge" else 0.0
                    changed[one.unit] = before + one.amount
            is_residual = config.connections == "residual" and number
            x = states[number][0] + x if is_residual else states[number][0]
        # With residual connections every layer's hidden state reaches the head.
        top = sum(one[0] for one in states) if config.connections == "residual" else x
        scores.append(arrays["head.weight"] @ top + arrays["head.bias"])
    return scores


@st.composite
def operated_states(draw: st.DrawFn) -> tuple[NetworkWeights, list[StateOperation]]:
    config, arrays = draw(networks())
    operations = st.builds(
        StateOperation,
        layer=st.integers(0, config.num_layers - 1),
        unit=st.integers(0, config.hidden_size - 1),
        state=st.sampled_from(find_cell(config.cell).state_tensors),
        way=st.sampled_from(["freeze", "nudge"]),
        amount=st.floats(-2, 2),
    )
    done = draw(st.lists(operations, min_size=1, max_size=5))
    return NetworkWeights(config, arrays, 0), done


@given(operated_states(), texts())
def test_states_are_frozen_and_nudged_as_in_a_plain_loop(
    case: tuple[NetworkWeights, list[StateOperation]], ids: Any
):
    weights, operations = case
    changed = operated_weights(weights, operations)
    steps = forward_trace(changed.config, changed.arrays, ids, changed.cells)
    expected = plain_states(weights.config, weights.arrays, ids, operations)
    for step, scores in zip(steps, expected, strict=True):
        assert step.output == pytest.approx(scores, abs=1e-9)


@given(operated_states(), texts())
def test_the_faster_pass_over_a_text_is_operated_alike(
    case: tuple[NetworkWeights, list[StateOperation]], ids: Any
):
    weights = operated_weights(*case)
    steps = list(forward_trace(weights.config, weights.arrays, ids, weights.cells))
    chunks = activation_chunks(weights.config, weights.arrays, ids, cells=weights.cells)
    scores = np.concatenate([chunk.scores for chunk in chunks])
    assert scores == pytest.approx(np.array([step.output for step in steps]), abs=1e-9)


def test_a_state_of_a_cell_of_ones_own_is_frozen(tmp_path: Path):
    name = named_cell(str(two_states(tmp_path)), Path())
    weights = NetworkWeights(*network(name, layers=3), 0)
    operations = [
        StateOperation(2, 1, "h", "freeze", 0.25),
        StateOperation(0, 3, "slow", "nudge", -1.0),
    ]
    changed = operated_weights(weights, operations)
    steps = list(forward_trace(changed.config, changed.arrays, IDS, changed.cells))
    assert {step.layers[2].state[0][1] for step in steps} == {0.25}
    expected = plain_states(weights.config, weights.arrays, IDS, operations)
    for step, scores in zip(steps, expected, strict=True):
        assert step.output == pytest.approx(scores, abs=1e-9)


def test_operations_on_states_and_gates_act_together_and_leave_the_network_as_it_was():
    weights = NetworkWeights(*network("lstm"), 7)
    before = {name: array.copy() for name, array in weights.arrays.items()}
    both = [Operation(0, 2, "forget", "high"), StateOperation(0, 2, "h", "freeze", 0.5)]
    changed = operated_weights(weights, both)
    assert changed.step == 7
    for step in forward_trace(changed.config, changed.arrays, IDS, changed.cells):
        assert step.layers[0].gates["forget"][2] == pytest.approx(1.0, abs=1e-20)
        assert step.layers[0].state[0][2] == 0.5
    assert weights.cells is None
    assert all(np.array_equal(weights.arrays[name], before[name]) for name in before)
    assert operated_weights(weights, []) == weights


def test_what_is_generated_is_operated_on_and_repeats_itself():
    weights = NetworkWeights(*network("gru"), 0)
    vocabulary = Vocabulary(tuple("ab cde\n"))

    def text(done: list[StateOperation], engine: SamplingEngine = "auto") -> str:
        changed = operated_weights(weights, done)
        stream = CharacterStream(
            lambda: changed, vocabulary, lambda: SamplingSpec("random"), "a", 1, engine
        )
        return "".join(next(stream).symbol for _ in range(200))

    nudged = [StateOperation(1, 2, "h", "nudge", 0.8)]
    assert text(nudged) == text(nudged) != text([], "numpy")
    assert text([StateOperation(1, 2, "h", "nudge", 0.0)]) == text([], "numpy")
    with pytest.raises(SamplingError, match="operated network"):
        text(nudged, "compiled")


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (StateOperation(0, 0, "c", "freeze", 0.0), "gru has no state c: h."),
        (StateOperation(5, 0, "h", "freeze", 0.0), "There is no unit 1 in a layer 6."),
        (StateOperation(0, 0, "h", "nudge", math.inf), "a finite number"),
    ],
)
def test_states_that_are_not_there_and_no_numbers_are_refused(
    operation: StateOperation, sentence: str
):
    with pytest.raises(ConfigError, match=sentence):
        operated_weights(NetworkWeights(*network("gru"), 0), [operation])
