"""The place and packing of each weight in the flat buffers.

A buffer holds all weights (or gradients, or an optimiser's moments) one after the other. Units are
padded with zeros to whole `Lanes`; matrices for products are in panels of `PANEL` columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnntui.nets.arrays import Floats32
from rnntui.nets.config import ModelConfig
from rnntui.nets.kernels import gates_apart

Form = Literal["panels", "columns", "rows"]


def round_up(count: int, multiple: int) -> int:
    """`count` rounded up to a multiple."""
    return -(-count // multiple) * multiple


@dataclass(frozen=True)
class PackedBlock:
    """A weight, or some gates of one, packed together.

    The weight is `[gates · units, terms]` (a vector has one term); the block has `gates` of its
    gates, from `first_gate` on. Forms: "panels", transposed, for
    products; "columns", transposed, one row per term; "rows", as it is.
    """

    weight: str
    form: Form
    units: int
    terms: int
    gates: int = 1
    first_gate: int = 0
    offset: int = 0
    lanes: int = 16
    panel: int = 64

    @property
    def columns(self) -> int:
        """Columns of the transposed matrix, padded per gate."""
        return self.gates * round_up(self.units, self.lanes)

    @property
    def stored_terms(self) -> int:
        """Terms, padded if they are another layer's units."""
        return self.terms if self.form == "columns" else round_up(self.terms, self.lanes)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape in the buffer."""
        if self.form == "panels":
            return (-(-self.columns // self.panel), self.stored_terms, self.panel)
        if self.form == "columns":
            return (self.terms, self.columns)
        return (self.units, self.stored_terms)

    @property
    def size(self) -> int:
        """Numbers in the buffer, a multiple of `lanes`."""
        return math.prod(self.stored_shape)

    def stored(self, buffer: Floats32) -> Floats32:
        """The block's part of a buffer, as a view in its stored shape."""
        return buffer[self.offset : self.offset + self.size].reshape(self.stored_shape)

    def pack(self, weight: Floats32, buffer: Floats32) -> None:
        """Pack the block's part of a weight into a buffer, padded with zeros."""
        rows = self._rows(weight)
        if self.form == "rows":
            wide = np.zeros(self.stored_shape, np.float32)
            wide[:, : self.terms] = rows
            self.stored(buffer)[:] = wide
            return
        wide = np.zeros(
            (self.gates, round_up(self.units, self.lanes), self.stored_terms), np.float32
        )
        wide[:, : self.units, : self.terms] = rows.reshape(self.gates, self.units, self.terms)
        flat = wide.reshape(self.columns, self.stored_terms)
        if self.form == "columns":
            self.stored(buffer)[:] = flat.T
            return
        whole = np.zeros((self.stored_shape[0] * self.panel, self.stored_terms), np.float32)
        whole[: self.columns] = flat
        panels = whole.reshape(-1, self.panel, self.stored_terms)
        self.stored(buffer)[:] = panels.transpose(0, 2, 1)

    def unpack(self, buffer: Floats32, weight: Floats32) -> None:
        """Unpack the block from a buffer into its part of a weight."""
        stored = self.stored(buffer)
        if self.form == "rows":
            self._rows(weight)[:] = stored[:, : self.terms]
            return
        if self.form == "columns":
            flat = stored.T
        else:
            whole = stored.transpose(0, 2, 1).reshape(-1, self.stored_terms)
            flat = whole[: self.columns]
        wide = flat.reshape(self.gates, -1, self.stored_terms)
        own = wide[:, : self.units, : self.terms]
        self._rows(weight)[:] = own.reshape(-1, self.terms)

    def _rows(self, weight: Floats32) -> Floats32:
        rows = weight.reshape(-1, self.terms)
        first = self.first_gate * self.units
        return rows[first : first + self.gates * self.units]


def packed_blocks(config: ModelConfig, lanes: int, panel: int) -> tuple[PackedBlock, ...]:
    """All blocks of a network in the order of a buffer, without gaps.

    Raises `ConfigError` for a cell without compiled kernels.
    """
    hidden, gates, apart = config.hidden_size, config.gates, gates_apart(config.cell)
    made: list[PackedBlock] = []
    offset = 0

    def add(
        weight: str, form: Form, units: int, terms: int, gates: int = 1, first_gate: int = 0
    ) -> None:
        nonlocal offset
        block = PackedBlock(weight, form, units, terms, gates, first_gate, offset, lanes, panel)
        made.append(block)
        offset += block.size

    width = config.input_size
    if config.input_encoding == "embedding":
        add("embedding.weight", "rows", config.vocab_size, width)
    for layer in range(config.num_layers):
        name = f"layers.{layer}"
        one_hot = layer == 0 and config.input_encoding == "one-hot"
        add(f"{name}.weight_ih", "columns" if one_hot else "panels", hidden, width, gates)
        add(f"{name}.weight_hh", "panels", hidden, hidden, gates - apart)
        if apart:
            add(f"{name}.weight_hh", "panels", hidden, hidden, apart, gates - apart)
        add(f"{name}.bias", "columns", hidden, 1, gates)
        width = hidden
    add("head.weight", "panels", config.vocab_size, hidden)
    add("head.bias", "columns", config.vocab_size, 1)
    return tuple(made)


def pack_weights(
    parts: tuple[PackedBlock, ...], weights: Mapping[str, Floats32], buffer: Floats32
) -> None:
    """Pack weights by name into a buffer."""
    for part in parts:
        part.pack(weights[part.weight], buffer)


def unpack_weights(
    parts: tuple[PackedBlock, ...], shapes: Mapping[str, tuple[int, ...]], buffer: Floats32
) -> dict[str, Floats32]:
    """Copies of the weights in a buffer, by name."""
    arrays = {name: np.empty(shape, np.float32) for name, shape in shapes.items()}
    for part in parts:
        part.unpack(buffer, arrays[part.weight])
    return arrays
