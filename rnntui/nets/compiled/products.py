"""Matrix products in blocks that fit registers and the first-level cache.

A matrix is an address and strides in bytes, so one function serves row-major, transposed and packed
matrices. Columns come in panels of `PANEL`; the last panel may be narrower, by whole `Lanes`.
"""

# ruff: noqa: ARG001 - an instruction's parameters are read by numba, from their names

from typing import Any, NamedTuple

import llvmlite.ir as ir
from numba.core import types
from numba.core.typing import signature

from rnntui.nets.compiled.compiling import compiled, instruction, processor
from rnntui.nets.compiled.lanes import (
    INDEX,
    LANES_BYTES,
    VECTOR,
    WIDTH,
    multiply_add,
    number_at,
    put_vector,
    spread,
    vector_at,
)

VECTORS = 4 if "+avx512f" in processor() else 1
"""`Lanes` per row of a panel. With `ROWS` rows they fill the registers: 24 of AVX-512's 32, or 12
of AVX2's 16, which are half as wide."""

PANEL = VECTORS * WIDTH
"""Columns of a panel."""

PANEL_BYTES = 4 * PANEL

ROWS = 6
"""Most rows of a block."""

DEPTH = 128
"""Terms summed at a time, so that a panel's part stays in the cache."""


class Left(NamedTuple):
    """The left matrix of a product, read number by number."""

    address: int
    row: int
    """Bytes between rows."""
    term: int
    """Bytes between columns."""


class Panels(NamedTuple):
    """The right matrix of a product, or its result: rows of whole `Lanes`."""

    address: int
    row: int
    """Bytes between rows."""
    panel: int
    """Bytes between panels."""


def _emit_block(builder: Any, rows: int, vectors: int, values: Any) -> None:
    """Emit `C (+)= A · B` for `rows` rows and `vectors` lanes, with all sums in registers."""
    a, a_row, a_term, b, b_row, c, c_row, terms, add = values

    def at(start: Any, stride: Any, count: int, offset: int = 0) -> Any:
        moved = builder.add(start, builder.mul(stride, ir.Constant(INDEX, count)))
        return builder.add(moved, ir.Constant(INDEX, offset))

    lefts = [at(a, a_row, row) for row in range(rows)]
    places = [
        at(c, c_row, row, LANES_BYTES * vector) for row in range(rows) for vector in range(vectors)
    ]
    entry, present, loop, done = (
        builder.block,
        builder.append_basic_block("present"),
        builder.append_basic_block("term"),
        builder.append_basic_block("done"),
    )
    builder.cbranch(builder.icmp_signed("!=", add, ir.Constant(INDEX, 0)), present, loop)
    builder.position_at_end(present)
    summands = [vector_at(builder, place) for place in places]
    builder.branch(loop)

    builder.position_at_end(loop)
    term = builder.phi(INDEX)
    sums = [builder.phi(VECTOR) for _ in places]
    b_here = builder.add(b, builder.mul(term, b_row))
    right = [vector_at(builder, at(b_here, b_row, 0, LANES_BYTES * v)) for v in range(vectors)]
    offset = builder.mul(term, a_term)
    longer = []
    for row in range(rows):
        left = spread(builder, number_at(builder, builder.add(lefts[row], offset)))
        for vector in range(vectors):
            so_far = sums[row * vectors + vector]
            longer.append(multiply_add(builder, left, right[vector], so_far))
    following = builder.add(term, ir.Constant(INDEX, 1))
    for start in (entry, present):
        term.add_incoming(ir.Constant(INDEX, 0), start)
    term.add_incoming(following, loop)
    for value, summand, new in zip(sums, summands, longer, strict=True):
        value.add_incoming(ir.Constant(VECTOR, [0.0] * WIDTH), entry)
        value.add_incoming(summand, present)
        value.add_incoming(new, loop)
    builder.cbranch(builder.icmp_signed("<", following, terms), loop, done)

    builder.position_at_end(done)
    for place, new in zip(places, longer, strict=True):
        put_vector(builder, place, new)


def _blocks(vectors: int) -> Any:
    """An intrinsic that multiplies 1 to `ROWS` rows by `vectors` lanes of columns."""

    @instruction
    def block(
        _context: Any, rows: Any, a: Any, a_row: Any, a_term: Any, b: Any, b_row: Any,
        c: Any, c_row: Any, terms: Any, add: Any,
    ) -> Any:  # fmt: skip
        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            after = builder.append_basic_block("after")
            switch = builder.switch(values[0], after)
            for rows in range(1, ROWS + 1):
                builder.position_at_end(case := builder.append_basic_block(f"rows{rows}"))
                switch.add_case(ir.Constant(INDEX, rows), case)
                _emit_block(builder, rows, vectors, values[1:])
                builder.branch(after)
            builder.position_at_end(after)
            return context.get_dummy_value()

        return signature(types.void, *[types.int64] * 10), generate

    return block


_panel_block = _blocks(VECTORS)
_lanes_block = _blocks(1)


@compiled
def product(rows: int, columns: int, terms: int, a: Left, b: Panels, c: Panels, add: int) -> None:
    """Set C `[rows, columns]` to A `[rows, terms]` · B `[terms, columns]`, or add it to C.

    `columns` is a multiple of `WIDTH`; `add` is 1 to add, 0 to set. The order of summation
    depends on the number of terms alone.
    """
    for first in range(0, terms, DEPTH):
        depth = min(DEPTH, terms - first)
        a_here = a.address + first * a.term
        b_here = b.address + first * b.row
        c_here = c.address
        for column in range(0, columns, PANEL):
            blocks_left = (rows + ROWS - 1) // ROWS
            row = 0
            while blocks_left > 0:
                size = (rows - row + blocks_left - 1) // blocks_left
                left, sums = a_here + row * a.row, c_here + row * c.row
                if columns - column >= PANEL:
                    _panel_block(size, left, a.row, a.term, b_here, b.row, sums, c.row, depth, add)
                else:
                    for offset in range(0, 4 * (columns - column), LANES_BYTES):
                        _lanes_block(
                            size, left, a.row, a.term, b_here + offset, b.row,
                            sums + offset, c.row, depth, add,
                        )  # fmt: skip
                row += size
                blocks_left -= 1
            b_here += b.panel
            c_here += c.panel
        add = 1
