"""A classifier's architecture as plain numbers: sizes, shapes and parameter counts.

Needs no torch, so that a table or a form can show a network before it is built.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from rnntui.errors import ConfigError
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.config import (
    InputEncoding,
    LayerRow,
    ModelConfig,
    fields_from,
    layer_table,
    weight_shapes,
)

Pooling = Literal["last", "mean", "max"]
"""The head's input: the last hidden state, or the mean or maximum over time."""

Head = Literal["softmax", "sigmoid"]
"""One score per class, or a single score for the second of two classes."""


@dataclass(frozen=True)
class ClassifierConfig:
    """The architecture of a classifier: recurrent layers over tokens, pooled, and a linear head.

    `vocab_size` counts all ids of the input, special ones included. Raises `ConfigError`,
    naming the flag, for a value out of bounds or a head that doesn't suit the classes.
    """

    vocab_size: int
    classes: int
    cell: str = "lstm"
    nonlinearity: Nonlinearity = "tanh"
    input_encoding: InputEncoding = "embedding"
    embedding_size: int = 64
    hidden_size: int = 64
    num_layers: int = 1
    dropout: float = 0.0
    pooling: Pooling = "last"
    head: Head = "softmax"

    def __post_init__(self) -> None:
        # The part shared with a character model checks itself.
        _ = self.body
        for name, kind in (("pooling", Pooling), ("head", Head)):
            if (value := getattr(self, name)) not in get_args(kind):
                known = ", ".join(get_args(kind))
                raise ConfigError(f"--{name} {value} is not known; it is one of {known}.")
        if self.classes < 2:
            raise ConfigError("A classifier needs at least two classes to tell apart.")
        if self.head == "sigmoid" and self.classes != 2:
            raise ConfigError(
                f"--head sigmoid tells two classes apart, and there are {self.classes};"
                " --head softmax takes any number."
            )

    @property
    def body(self) -> ModelConfig:
        """The character model with the same input and recurrent layers."""
        return ModelConfig(**fields_from(self, ModelConfig))

    @property
    def input_size(self) -> int:
        """Width of the first recurrent layer's input."""
        return self.body.input_size

    @property
    def outputs(self) -> int:
        """The head's scores per text."""
        return 1 if self.head == "sigmoid" else self.classes


def classifier_weight_shapes(config: ClassifierConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight, in the model's order."""
    shapes = weight_shapes(config.body)
    shapes["head.weight"] = (config.outputs, config.hidden_size)
    shapes["head.bias"] = (config.outputs,)
    return shapes


def classifier_parameter_count(config: ClassifierConfig) -> int:
    """Number of trainable parameters."""
    return sum(math.prod(shape) for shape in classifier_weight_shapes(config).values())


def classifier_layer_table(config: ClassifierConfig) -> tuple[LayerRow, ...]:
    """The network layer by layer: output shape with B texts of T tokens, parameters."""
    # All but the head are the character model's.
    return (
        *layer_table(config.body)[:-1],
        LayerRow(f"{config.pooling} over time", f"B, {config.hidden_size}", 0),
        LayerRow(config.head, f"B, {config.outputs}", config.outputs * (config.hidden_size + 1)),
    )
