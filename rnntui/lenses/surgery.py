"""Surgery: a network with units cut out, gates held, states frozen or nudged.

An operated network is another one of the same shape, so that whatever reads weights reads it, too:
sampling, a trace, and a stream beside the untouched one from the same seed. Units are cut out and
gates held by the weights alone; a state is frozen or nudged by a cell that changes it after each
step. Cutting units out to see what a network does without them is called ablation.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from rnntui.errors import ConfigError
from rnntui.nets.arrays import Array, Arrays
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import CellStep, Nonlinearity, Operations, RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NetworkWeights

Hold = Literal["low", "high"]

HELD_AT: Final = 50.0
"""Size of the pre-activation of a gate that is held: its sigmoid is 0 or 1 to 21 digits."""


@dataclass(frozen=True, order=True)
class Operation:
    """What is done to a unit, both counted from 0.

    Without a gate, nothing but the unit itself reads its hidden state any more: to the other units,
    the layers above and the head it is 0. With one, that gate of the unit is held at its lowest or
    highest value, whatever is read.
    """

    layer: int
    unit: int
    gate: str = ""
    hold: Hold = "low"


Way = Literal["freeze", "nudge"]


@dataclass(frozen=True, order=True)
class StateOperation:
    """What is done to a state of a unit after each step, layers and units counted from 0.

    `freeze` sets the state to `amount`, `nudge` adds `amount` to it. So changed it is what the next
    step begins from, and, the hidden state, what all others read.
    """

    layer: int
    unit: int
    state: str
    way: Way
    amount: float


AnyOperation = Operation | StateOperation


class OperatedCell:
    """A cell whose states are changed after each step by operations on its layer, in order."""

    def __init__(self, cell: RecurrentCell, operations: Iterable[StateOperation]) -> None:
        """Take the equations of a cell; the operations must have passed `check_operation`."""
        self.name, self.year = cell.name, cell.year
        self.gate_names, self.initial_biases = cell.gate_names, cell.initial_biases
        self.state_tensors, self.keeping_gate = cell.state_tensors, cell.keeping_gate
        self.is_recurrent = cell.is_recurrent
        self._cell, self._operations = cell, tuple(operations)

    def step(
        self,
        ops: Operations,
        from_input: Array,
        from_hidden: Array,
        state: tuple[Array, ...],
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        """One time step, and the operations."""
        step = self._cell.step(ops, from_input, from_hidden, state, nonlinearity)
        # Not in place: a cell may return an array that it was given.
        states = [np.array(one) for one in step.state]
        for one in self._operations:
            values = states[self.state_tensors.index(one.state)]
            kept = 0.0 if one.way == "freeze" else values[..., one.unit]
            values[..., one.unit] = kept + one.amount
        return step._replace(state=tuple(states))


def check_operation(config: ModelConfig, operation: AnyOperation) -> None:
    """Check that a network can be operated on so.

    Raises `ConfigError` for a layer, unit, gate or state that it doesn't have, for an amount that
    is not finite, and for a unit to be cut out of a network with residual connections, whose layers
    share what they pass on.
    """
    layer, unit = operation.layer, operation.unit
    if not (0 <= layer < config.num_layers and 0 <= unit < config.hidden_size):
        raise ConfigError(f"There is no unit {unit + 1} in a layer {layer + 1}.")
    cell = find_cell(config.cell)
    if isinstance(operation, StateOperation):
        if operation.state not in cell.state_tensors:
            known = ", ".join(cell.state_tensors)
            raise ConfigError(f"{config.cell} has no state {operation.state}: {known}.")
        if not math.isfinite(operation.amount):
            raise ConfigError("A state is frozen at a finite number, and nudged by one.")
        return
    gate, gates = operation.gate, cell.gate_names
    if gate and gate not in gates:
        raise ConfigError(f"{config.cell} has no gate {gate}: {', '.join(gates)}.")
    if not gate and config.connections == "residual" and config.num_layers > 1:
        raise ConfigError(
            "A unit can't be cut out of a network with residual connections; its state can be"
            " frozen at 0."
        )


def operated(config: ModelConfig, arrays: Arrays, operations: Iterable[Operation]) -> Arrays:
    """The weights of a network after some operations; those given are not changed.

    Raises `ConfigError` as `check_operation` does.
    """
    changed: dict[str, Array] = dict(arrays)
    copied: set[str] = set()

    def array(name: str) -> Array:
        if name not in copied:
            copied.add(name)
            changed[name] = np.array(arrays[name])
        return changed[name]

    gates, size = find_cell(config.cell).gate_names, config.hidden_size
    for one in operations:
        check_operation(config, one)
        layer = f"layers.{one.layer}"
        if one.gate:
            row = gates.index(one.gate) * size + one.unit
            for name in (f"{layer}.weight_ih", f"{layer}.weight_hh"):
                if name in arrays:
                    array(name)[row] = 0
            array(f"{layer}.bias")[row] = -HELD_AT if one.hold == "low" else HELD_AT
            continue
        above = f"layers.{one.layer + 1}.weight_ih"
        for name in (f"{layer}.weight_hh", above if above in arrays else "head.weight"):
            if name in arrays:
                array(name)[:, one.unit] = 0
    return changed


def operated_weights(weights: NetworkWeights, operations: Iterable[AnyOperation]) -> NetworkWeights:
    """A network after some operations; the one given is not changed.

    Raises `ConfigError` as `check_operation` does.
    """
    operations, config = tuple(operations), weights.config
    for one in operations:
        check_operation(config, one)
    of_states = [one for one in operations if isinstance(one, StateOperation)]
    arrays = operated(
        config, weights.arrays, [one for one in operations if isinstance(one, Operation)]
    )
    if not of_states:
        return replace(weights, arrays=arrays)
    cell = find_cell(config.cell)
    cells = tuple(
        OperatedCell(cell, [one for one in of_states if one.layer == number])
        for number in range(config.num_layers)
    )
    return replace(weights, arrays=arrays, cells=cells)
