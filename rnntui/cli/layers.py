"""The layer table of a network."""

from typing import TextIO

from rnntui.cli.tables import print_table
from rnntui.nets.config import ModelConfig, layer_table, parameter_count


def print_layers(model: ModelConfig, stream: TextIO | None = None) -> None:
    """Name, output shape (B sequences of T characters) and parameters of each layer.

    On standard output or `stream`.
    """
    rows = [(row.name, row.output_shape, f"{row.parameters:,}") for row in layer_table(model)]
    rows.append(("total", "", f"{parameter_count(model):,}"))
    print_table(("layer", "output shape", ">parameters"), rows, stream=stream)
