"""One time step of a recurrent layer between the products, forward and backward.

A row of `gates` holds `hidden` numbers for each gate in torch's order: the products before the
forward step, the gates' values after it, and the gradients by the products after the backward
step. A GRU's row has a fourth block, the new state's recurrent product, which the reset gate
scales (the formulas are in `rnntui/nets/cells/`).

`layer` is a record of `LAYER` (`rnntui.nets.compiled.records`); `rows` sequences
advance from time `time` to `time + 1`.
"""

from typing import Final

import numpy as np

from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.compiled.activations import hyperbolic_tangent, sigmoid
from rnntui.nets.compiled.compiling import compiled
from rnntui.nets.compiled.lanes import (
    LANES_BYTES,
    broadcast,
    fma,
    larger,
    load,
    store,
    where_positive,
)
from rnntui.nets.compiled.records import Record
from rnntui.nets.config import ModelConfig

RNN_TANH, RNN_RELU, LSTM, GRU = range(4)
"""The cells' numbers in a `LAYER` record."""

_NUMBERS: Final[dict[tuple[str, Nonlinearity], int]] = {
    ("rnn", "tanh"): RNN_TANH,
    ("rnn", "relu"): RNN_RELU,
    ("lstm", "tanh"): LSTM,
    ("lstm", "relu"): LSTM,
    ("gru", "tanh"): GRU,
    ("gru", "relu"): GRU,
}


def cell_number(config: ModelConfig) -> int:
    """The number of a configuration's cell in the compiled functions."""
    return _NUMBERS[config.cell, config.nonlinearity]


_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def rnn_forward(layer: Record, rows: int, time: int) -> None:
    """`h' = f(z)`."""
    relu = layer.cell == RNN_RELU
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        after = layer.hidden_states + ((time + 1) * rows + row) * layer.states_row
        for unit in range(0, 4 * layer.hidden, LANES_BYTES):
            z = load(gates + unit) + load(layer.bias + unit)
            if relu:
                store(larger(broadcast(_ZERO), z), after + unit)
            else:
                store(hyperbolic_tangent(z), after + unit)


@compiled
def rnn_backward(layer: Record, rows: int, time: int) -> None:
    """The gradient by `z` from the one by `h'`."""
    relu = layer.cell == RNN_RELU
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        after = layer.hidden_states + ((time + 1) * rows + row) * layer.states_row
        above = layer.above + (time * rows + row) * layer.states_row
        for unit in range(0, 4 * layer.hidden, LANES_BYTES):
            d, h = load(above + unit), load(after + unit)
            dz = where_positive(h, d) if relu else d * fma(h, broadcast(_ZERO) - h, broadcast(_ONE))
            store(dz, gates + unit)
            store(load(layer.bias_gradient + unit) + dz, layer.bias_gradient + unit)


@compiled
def lstm_forward(layer: Record, rows: int, time: int) -> None:
    """`c' = f c + i g`, `h' = o tanh(c')`; keeps `tanh(c')` for the backward step."""
    block = 4 * layer.hidden
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        here = (time * rows + row) * layer.states_row
        there = here + rows * layer.states_row
        for unit in range(0, block, LANES_BYTES):
            z, b = gates + unit, layer.bias + unit
            i = sigmoid(load(z) + load(b))
            f = sigmoid(load(z + block) + load(b + block))
            g = hyperbolic_tangent(load(z + 2 * block) + load(b + 2 * block))
            o = sigmoid(load(z + 3 * block) + load(b + 3 * block))
            c = fma(f, load(layer.cell_states + here + unit), i * g)
            bounded = hyperbolic_tangent(c)
            store(c, layer.cell_states + there + unit)
            store(bounded, layer.bounded_states + here + unit)
            store(o * bounded, layer.hidden_states + there + unit)
            store(i, z)
            store(f, z + block)
            store(g, z + 2 * block)
            store(o, z + 3 * block)


@compiled
def lstm_backward(layer: Record, rows: int, time: int) -> None:
    """Gradients by the gates' arguments from those by `h'` and `c'`; turns `c'`'s into `c`'s."""
    block = 4 * layer.hidden
    one = broadcast(_ONE)
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        here = (time * rows + row) * layer.states_row
        for unit in range(0, block, LANES_BYTES):
            z, b = gates + unit, layer.bias_gradient + unit
            i, f = load(z), load(z + block)
            g, o = load(z + 2 * block), load(z + 3 * block)
            bounded = load(layer.bounded_states + here + unit)
            later = layer.cell_gradient + row * layer.states_row + unit
            dh = load(layer.above + here + unit)
            dc = fma(dh * o, one - bounded * bounded, load(later))
            di = dc * g * (i * (one - i))
            df = dc * load(layer.cell_states + here + unit) * (f * (one - f))
            dg = dc * i * (one - g * g)
            do = dh * bounded * (o * (one - o))
            store(dc * f, later)
            store(di, z)
            store(df, z + block)
            store(dg, z + 2 * block)
            store(do, z + 3 * block)
            store(load(b) + di, b)
            store(load(b + block) + df, b + block)
            store(load(b + 2 * block) + dg, b + 2 * block)
            store(load(b + 3 * block) + do, b + 3 * block)


@compiled
def gru_forward(layer: Record, rows: int, time: int) -> None:
    """`h' = (1 - z) n + z h`, `n = tanh(x + r q)`; `x` and `q` are products of input and state."""
    block = 4 * layer.hidden
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        here = (time * rows + row) * layer.states_row
        there = here + rows * layer.states_row
        for unit in range(0, block, LANES_BYTES):
            at, b = gates + unit, layer.bias + unit
            r = sigmoid(load(at) + load(b))
            z = sigmoid(load(at + block) + load(b + block))
            x = load(at + 2 * block) + load(b + 2 * block)
            n = hyperbolic_tangent(fma(r, load(at + 3 * block), x))
            h = load(layer.hidden_states + here + unit)
            store(fma(z, h - n, n), layer.hidden_states + there + unit)
            store(r, at)
            store(z, at + block)
            store(n, at + 2 * block)


@compiled
def gru_backward(layer: Record, rows: int, time: int) -> None:
    """Gradients by the gates' arguments and by `q`, and the direct part of `h`'s."""
    block = 4 * layer.hidden
    one = broadcast(_ONE)
    for row in range(rows):
        gates = layer.gates + (time * rows + row) * layer.gates_row
        here = (time * rows + row) * layer.states_row
        earlier = here - rows * layer.states_row
        for unit in range(0, block, LANES_BYTES):
            at, b = gates + unit, layer.bias_gradient + unit
            r, z = load(at), load(at + block)
            n, q = load(at + 2 * block), load(at + 3 * block)
            dh = load(layer.above + here + unit)
            dn = dh * (one - z) * (one - n * n)
            dz = dh * (load(layer.hidden_states + here + unit) - n) * (z * (one - z))
            dr = dn * q * (r * (one - r))
            store(dr, at)
            store(dz, at + block)
            store(dn, at + 2 * block)
            store(dn * r, at + 3 * block)
            store(load(b) + dr, b)
            store(load(b + block) + dz, b + block)
            store(load(b + 2 * block) + dn, b + 2 * block)
            if time > 0:
                below = layer.above + earlier + unit
                store(fma(dh, z, load(below)), below)
