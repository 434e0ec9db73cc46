"""Surgery against a plain loop over the equations of each cell."""

from dataclasses import replace

import numpy as np
import pytest

from rnntui.errors import ConfigError
from rnntui.lenses.forward_trace import Floats, forward_trace
from rnntui.lenses.surgery import HELD_AT, Operation, operated
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_operations import NUMPY

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
        (Operation(2, 0), "There is no unit 0 in a layer 3."),
        (Operation(0, SIZE), f"There is no unit {SIZE} in a layer 1."),
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
