"""The layer table of a network."""

from collections.abc import Sequence
from typing import TextIO

from rnntui.cli.output.tables import print_table
from rnntui.nets.config import LayerRow


def print_layers(layers: Sequence[LayerRow], stream: TextIO | None = None) -> None:
    """Print each layer's name, output shape (B sequences of T characters or tokens), parameters.

    On standard output or `stream`.
    """
    rows = [(row.name, row.output_shape, f"{row.parameters:,}") for row in layers]
    rows.append(("total", "", f"{sum(row.parameters for row in layers):,}"))
    print_table(("layer", "output shape", ">parameters"), rows, stream=stream)
