"""Surgery: a network with units cut out or gates held, as another network of the same shape.

The weights are changed, not the equations, so that whatever reads a network reads an operated one:
sampling, every lens, and a stream beside the untouched one from the same seed. Cutting units out to
see what a network does without them is called ablation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from rnntui.errors import ConfigError
from rnntui.nets.cells import find_cell
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import Array, Arrays

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


def check_operation(config: ModelConfig, operation: Operation) -> None:
    """Check that a network can be operated on so.

    Raises `ConfigError` for a layer, unit or gate that it doesn't have, and for a unit to be cut
    out of one with residual connections, whose layers share what they pass on.
    """
    layer, unit, gate = operation.layer, operation.unit, operation.gate
    if not (0 <= layer < config.num_layers and 0 <= unit < config.hidden_size):
        raise ConfigError(f"There is no unit {unit} in a layer {layer + 1}.")
    gates = find_cell(config.cell).gate_names
    if gate and gate not in gates:
        raise ConfigError(f"{config.cell} has no gate {gate}: {', '.join(gates)}.")
    if not gate and config.connections == "residual" and config.num_layers > 1:
        raise ConfigError("A unit can't be cut out of a network with residual connections.")


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
