"""The memory of a compiled network, and the records that point into it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.arrays import Floats32
from rnntui.nets.compiled.cells import cell_number
from rnntui.nets.compiled.lanes import LANES_BYTES, WIDTH
from rnntui.nets.compiled.layout import PackedBlock, round_up
from rnntui.nets.compiled.products import PANEL
from rnntui.nets.compiled.records import BLOCK, LAYER, PART
from rnntui.nets.config import DropoutMasks, ModelConfig
from rnntui.nets.kernels import gates_apart
from rnntui.text.vocabulary import Ids

_SCORED_NUMBERS = 16_384
"""Scores held at a time: 64 KiB, which stay in the second-level cache."""

_SCORED_ROWS = 48
"""Fewest outputs scored at a time: a large vocabulary's weights, too large for that cache, are read
four times for each such part of a batch."""


def aligned(*shape: int) -> Floats32:
    """Zeros at an address that is a multiple of a cache line."""
    size = int(np.prod(shape))
    whole = np.zeros(size + WIDTH, np.float32)
    first = (-whole.ctypes.data % LANES_BYTES) // 4
    return whole[first : first + size].reshape(shape)


def row_numbers(width: int) -> int:
    """Stride of a row of `width` numbers: an odd number of cache lines.

    Rows a power of two apart would compete for the same cache sets.
    """
    lines = width // WIDTH
    return (lines + 1 - lines % 2) * WIDTH


class Packings:
    """The weights packed for backward products, and the records of all blocks for the optimiser."""

    def __init__(self, parts: tuple[PackedBlock, ...]) -> None:
        """Allocate a transposed packing of every matrix in panels."""
        self.records = np.zeros(len(parts), BLOCK)
        self._kept: list[Floats32] = []
        self.back: dict[tuple[str, int], int] = {}
        for part, record in zip(parts, self.records, strict=True):
            record["offset"] = 4 * part.offset
            record["piece_bytes"] = LANES_BYTES
            record["pieces"] = part.size // WIDTH
            if part.form == "panels":
                panels, terms, width = part.stored_shape
                back = aligned(-(-terms // PANEL), part.columns, PANEL)
                self._kept.append(back)
                self.back[part.weight, part.first_gate] = back.ctypes.data
                record["pieces"], record["piece_bytes"] = panels, 4 * terms * width
                record["terms"], record["columns"] = terms, part.columns
                record["back"] = back.ctypes.data


class ThreadBuffers:
    """One thread's activations, masks and gradients, and the records that point to them."""

    def __init__(
        self,
        config: ModelConfig,
        rows: int,
        length: int,
        parts: tuple[PackedBlock, ...],
        weights: Floats32,
        packings: Packings,
        masks: DropoutMasks = "position",
        tabled: bool = False,
    ) -> None:
        """Allocate for `rows` sequences of `length` characters.

        With `tabled` the first layer's products are computed once per symbol, not per position.
        """
        self.rows, self.length = rows, length
        self._kept: list[NDArray[Any]] = []
        self._places = {(part.weight, part.first_gate): part for part in parts}
        self._weights, self._back = weights.ctypes.data, packings.back
        self.gradients = aligned(len(weights))
        answered = 1 if config.window else length
        self.inputs = np.zeros(length * rows, np.int64)
        self.targets = np.zeros(answered * rows, np.int64)
        self.hidden = round_up(config.hidden_size, WIDTH)
        self.layers = np.zeros(config.num_layers, LAYER)
        self.part = np.zeros(1, PART)
        self._units = config.hidden_size
        self._states: dict[str, list[Floats32]] = {name: [] for name in config.state_tensors}
        self._lay_out_layers(config)
        self._lay_out_input(config, tabled)
        self._lay_out_head(config)
        self.part["fixed_masks"] = masks == "sequence"

    def load_batch(self, inputs: Ids, targets: Ids, state: Mapping[str, Floats32] | None) -> None:
        """Copy in a batch `[B, T]` and its states by name, `[L, B, H]`; None for zeros."""
        for ids, place in ((inputs, self.inputs), (targets, self.targets)):
            place[: ids.size].reshape(ids.T.shape)[:] = ids.T
        self.set_row_count(len(inputs))
        self.set_state(state, len(inputs))

    def set_state(self, state: Mapping[str, Floats32] | None, rows: int) -> None:
        """Copy in the initial states of `rows` sequences by name, `[L, B, H]`; None for zeros."""
        for name, layers in self._states.items():
            for number, states in enumerate(layers):
                before = self._at_time(states, 0, rows)
                before[:] = 0.0
                if state is not None:
                    before[:, : self._units] = state[name][number]

    def states_after(self, rows: int) -> dict[str, list[Floats32]]:
        """The final states of `rows` sequences by name, `[B, H]` for each layer."""
        return {
            name: [self._at_time(states, self.length, rows)[:, : self._units] for states in layers]
            for name, layers in self._states.items()
        }

    @staticmethod
    def _at_time(states: Floats32, time: int, rows: int) -> Floats32:
        """The states at one time `[B, H]`; fewer sequences lie closer together."""
        flat = states.reshape(-1, states.shape[-1])
        return flat[time * rows : (time + 1) * rows]

    def set_row_count(self, rows: int) -> None:
        """Set the records' addresses for a batch of `rows` sequences."""
        for number, record in enumerate(self.layers):
            if not record["masks"] and not record["skip"]:
                # The states after the initial one.
                record["outputs"] = record["hidden_states"] + rows * record["states_row"]
            if number > 0:
                record["input"] = self.layers[number - 1]["outputs"]

    def _room(self, *shape: int) -> int:
        self._kept.append(aligned(*shape))
        return int(self._kept[-1].ctypes.data)

    def _weight(self, record: Any, field: str, weight: str, first_gate: int = 0) -> None:
        """Store a matrix's addresses in a record: weight, gradient and transposed packing."""
        at = 4 * self._places[weight, first_gate].offset
        record[field] = self._weights + at
        record[f"{field}_gradient"] = self.gradients.ctypes.data + at
        if f"{field}_back" in record.dtype.names:
            record[f"{field}_back"] = self._back[weight, first_gate]

    def _lay_out_layers(self, config: ModelConfig) -> None:
        rows, length, hidden = self.rows, self.length, self.hidden
        gates, apart = config.gates, gates_apart(config.cell)
        states_row = row_numbers(hidden)
        gates_row = row_numbers((gates + apart) * hidden)
        for number, record in enumerate(self.layers):
            name = f"layers.{number}"
            record["cell"], record["hidden"] = cell_number(config), hidden
            record["input_columns"] = gates * hidden
            record["state_columns"] = (gates - apart) * hidden
            record["states_row"], record["gates_row"] = 4 * states_row, 4 * gates_row
            self._weight(record, "w_hh", f"{name}.weight_hh")
            if apart:
                self._weight(record, "w_hn", f"{name}.weight_hh", first_gate=gates - apart)
            self._weight(record, "bias", f"{name}.bias")
            record["gates"] = self._room(length, rows, gates_row)
            for part, states in self._states.items():
                states.append(aligned(length + 1, rows, states_row))
                field = "hidden_states" if part == "h" else "cell_states"
                record[field] = states[-1].ctypes.data
            record["above"] = self._room(length, rows, states_row)
            if len(self._states) > 1:
                record["bounded_states"] = self._room(length, rows, states_row)
                record["cell_gradient"] = self._room(rows, states_row)
            if config.dropout > 0:
                record["masks"] = self._room(length, rows, states_row)
            if number > 0:
                below = self.layers[number - 1]
                self._weight(record, "w_ih", f"{name}.weight_ih")
                record["input_terms"], record["input_row"] = hidden, 4 * states_row
                record["input_gradient"] = below["above"]
                record["skip"] = config.connections == "residual"
            if record["masks"] or record["skip"]:
                record["outputs"] = self._room(length, rows, states_row)

    def _lay_out_input(self, config: ModelConfig, tabled: bool) -> None:
        part, first = self.part[0], self.layers[0]
        columns = config.gates * self.hidden
        part["inputs"], part["vocabulary"] = self.inputs.ctypes.data, config.vocab_size
        if config.input_encoding == "one-hot":
            at = 4 * self._places["layers.0.weight_ih", 0].offset
            part["table"], part["table_row"] = self._weights + at, 4 * columns
            part["table_gradient"] = self.gradients.ctypes.data + at
            return
        self._weight(first, "w_ih", "layers.0.weight_ih")
        self._weight(part, "embedding", "embedding.weight")
        terms = round_up(config.embedding_size, WIDTH)
        part["embedding_terms"], part["embedding_row"] = terms, 4 * terms
        part["embedding_units"] = config.embedding_size
        if tabled:
            wide = row_numbers(columns)
            part["table"] = self._room(config.vocab_size, wide)
            part["table_gradient"] = self._room(config.vocab_size, wide)
            part["table_row"] = 4 * wide
            return
        first["input_terms"], first["input_row"] = terms, 4 * row_numbers(terms)
        first["input"] = self._room(self.length, self.rows, row_numbers(terms))
        first["input_gradient"] = self._room(self.length, self.rows, row_numbers(terms))
        if config.embedding_dropout > 0:
            part["embedding_masks"] = self._room(self.length, self.rows, row_numbers(terms))
            part["embedding_keep"] = 1.0 - config.embedding_dropout

    def _lay_out_head(self, config: ModelConfig) -> None:
        part = self.part[0]
        columns = round_up(config.vocab_size, WIDTH)
        scored = min(len(self.targets), max(_SCORED_ROWS, _SCORED_NUMBERS // columns))
        part["gradients"] = self.gradients.ctypes.data
        part["gradients_bytes"] = 4 * len(self.gradients)
        part["targets"], part["units"] = self.targets.ctypes.data, config.hidden_size
        part["vocabulary_columns"], part["scored_rows"] = columns, scored
        self._weight(part, "head", "head.weight")
        self._weight(part, "head_bias", "head.bias")
        part["logits_row"] = 4 * row_numbers(columns)
        part["logits"] = self._room(scored, row_numbers(columns))
        part["keep"] = 1.0 - config.dropout
