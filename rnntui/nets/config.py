"""A character model's architecture as plain numbers: sizes, shapes and parameter counts.

Needs no torch, so that a form or a table can show a network before it is built.
"""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from rnntui.errors import ConfigError
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity

InputEncoding = Literal["one-hot", "embedding"]
InitialWeights = Literal["torch", "normal", "keras", "orthogonal"]
Connections = Literal["plain", "residual"]
DropoutMasks = Literal["position", "sequence"]
"""A dropout mask for each time step, or one for the whole sequence (Gal and Ghahramani 2016)."""


@dataclass(frozen=True)
class ModelConfig:
    """The architecture of a character model.

    With `residual` connections each recurrent layer but the first adds its input to its
    output (He et al. 2016).

    `window` is 0 for a network trained on streams; one trained on windows sees only the last
    `window` characters, from zero state.

    Raises `ConfigError`, naming the flag, for a value out of bounds.
    """

    vocab_size: int
    cell: str = "lstm"
    nonlinearity: Nonlinearity = "tanh"
    input_encoding: InputEncoding = "embedding"
    embedding_size: int = 128
    hidden_size: int = 128
    num_layers: int = 2
    dropout: float = 0.0
    embedding_dropout: float = 0.0
    window: int = 0
    connections: Connections = "plain"

    def __post_init__(self) -> None:
        find_cell(self.cell)
        for name, kind in (
            ("nonlinearity", Nonlinearity),
            ("input_encoding", InputEncoding),
            ("connections", Connections),
        ):
            if (value := getattr(self, name)) not in get_args(kind):
                flag = name.replace("_", "-")
                known = ", ".join(get_args(kind))
                raise ConfigError(f"--{flag} {value} is not known; it is one of {known}.")
        for name in ("vocab_size", "embedding_size", "hidden_size", "num_layers"):
            if getattr(self, name) < 1:
                raise ConfigError(f"--{name.replace('_', '-')} must be at least 1.")
        for name in ("dropout", "embedding_dropout"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ConfigError(f"--{name.replace('_', '-')} must be at least 0 and below 1.")
        if self.window < 0:
            raise ConfigError("--window must be 0 (streams) or a number of characters.")

    @property
    def input_size(self) -> int:
        """Width of the first recurrent layer's input."""
        return self.vocab_size if self.input_encoding == "one-hot" else self.embedding_size

    @property
    def gates(self) -> int:
        """Number of gates: blocks of `hidden_size` rows in each recurrent layer's weights."""
        return len(find_cell(self.cell).gate_names)

    @property
    def state_tensors(self) -> tuple[str, ...]:
        """Names of the tensors carried from one time step to the next."""
        return find_cell(self.cell).state_tensors


def fields_from(source: object, config: type) -> dict[str, Any]:
    """The values of those fields of the dataclass `config` that `source` has by the same names."""
    names = (field.name for field in fields(config))
    return {name: getattr(source, name) for name in names if hasattr(source, name)}


@dataclass(frozen=True)
class LayerRow:
    """One line of the layer table: a name, the shape of its output, its parameters."""

    name: str
    output_shape: str
    parameters: int


def weight_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight, in the model's order.

    A recurrent layer has one bias vector, as in the textbook formulas; torch.nn.LSTM has two,
    of which only the sum matters.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    if config.input_encoding == "embedding":
        shapes["embedding.weight"] = (config.vocab_size, config.embedding_size)
    rows, width = config.gates * config.hidden_size, config.input_size
    is_recurrent = find_cell(config.cell).is_recurrent
    for layer in range(config.num_layers):
        shapes[f"layers.{layer}.weight_ih"] = (rows, width)
        if is_recurrent:
            shapes[f"layers.{layer}.weight_hh"] = (rows, config.hidden_size)
        shapes[f"layers.{layer}.bias"] = (rows,)
        width = config.hidden_size
    shapes["head.weight"] = (config.vocab_size, config.hidden_size)
    shapes["head.bias"] = (config.vocab_size,)
    return shapes


def parameter_count(config: ModelConfig) -> int:
    """Number of trainable parameters."""
    return sum(math.prod(shape) for shape in weight_shapes(config).values())


def layer_table(config: ModelConfig) -> tuple[LayerRow, ...]:
    """The network layer by layer: output shape with B sequences of T characters, parameters."""
    counts: dict[str, int] = {}
    for name, shape in weight_shapes(config).items():
        layer = name.rpartition(".")[0]
        counts[layer] = counts.get(layer, 0) + math.prod(shape)
    names = {"rnn": f"rnn ({config.nonlinearity})"}
    recurrent = f"B, T, {config.hidden_size}"
    rows = [LayerRow("one-hot", f"B, T, {config.vocab_size}", 0)]
    if config.input_encoding == "embedding":
        width = config.embedding_size
        rows = [LayerRow("embedding", f"B, T, {width}", counts["embedding"])]
    for number in range(config.num_layers):
        name = f"{names.get(config.cell, config.cell)} {number + 1}"
        rows.append(LayerRow(name, recurrent, counts[f"layers.{number}"]))
    length = "1" if config.window else "T"
    rows.append(LayerRow("softmax", f"B, {length}, {config.vocab_size}", counts["head"]))
    return tuple(rows)
