"""One recurrent layer over a whole sequence, for one thread's rows of a batch."""

from rnntui.nets.compiled.cells import (
    GRU,
    LSTM,
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    rnn_backward,
    rnn_forward,
)
from rnntui.nets.compiled.compiling import compiled, numba_inlined
from rnntui.nets.compiled.lanes import LANES_BYTES, clear, load, store
from rnntui.nets.compiled.products import PANEL_BYTES, Left, Panels, product
from rnntui.nets.compiled.records import Record


@compiled
def matrix(address: int, terms: int) -> Panels:
    """A matrix packed in panels with `terms` rows."""
    return Panels(address, PANEL_BYTES, terms * PANEL_BYTES)


@compiled
def strip(address: int, row: int) -> Panels:
    """Consecutive rows, each with all its columns."""
    return Panels(address, row, PANEL_BYTES)


@numba_inlined
def layer_forward(layer: Record, rows: int, length: int) -> None:
    """All time steps of a layer.

    Products from a table are in `layer.gates` already; otherwise one product of the whole
    sequence's input comes first.
    """
    hidden, states_row, gates_row = layer.hidden, layer.states_row, layer.gates_row
    if layer.input_terms > 0:
        terms, columns = layer.input_terms, layer.input_columns
        inputs, w_ih = Left(layer.input, layer.input_row, 4), matrix(layer.w_ih, terms)
        gates = strip(layer.gates, gates_row)
        product(length * rows, columns, terms, inputs, w_ih, gates, 0)
    for time in range(length):
        before = Left(layer.hidden_states + time * rows * states_row, states_row, 4)
        gates = strip(layer.gates + time * rows * gates_row, gates_row)
        w_hh = matrix(layer.w_hh, hidden)
        product(rows, layer.state_columns, hidden, before, w_hh, gates, 1)
        if layer.cell == LSTM:
            lstm_forward(layer, rows, time)
        elif layer.cell == GRU:
            new = strip(layer.gates + time * rows * gates_row + 12 * hidden, gates_row)
            product(rows, hidden, hidden, before, matrix(layer.w_hn, hidden), new, 0)
            gru_forward(layer, rows, time)
        else:
            rnn_forward(layer, rows, time)
    if layer.masks > 0 or layer.skip > 0:
        _outputs_forward(layer, rows, length)


@numba_inlined
def _outputs_forward(layer: Record, rows: int, length: int) -> None:
    """Compute the outputs from the hidden states, where they differ."""
    states = layer.hidden_states + rows * layer.states_row
    for offset in range(0, length * rows * layer.states_row, LANES_BYTES):
        state = load(states + offset)
        if layer.masks > 0:
            state = state * load(layer.masks + offset)
        if layer.skip > 0:
            state = state + load(layer.input + offset)
        store(state, layer.outputs + offset)


@numba_inlined
def _outputs_backward(layer: Record, rows: int, length: int) -> None:
    """Backward of `_outputs_forward`: the skip connection's gradient goes to the input."""
    for offset in range(0, length * rows * layer.states_row, LANES_BYTES):
        gradient = load(layer.above + offset)
        if layer.skip > 0:
            store(gradient, layer.input_gradient + offset)
        if layer.masks > 0:
            store(gradient * load(layer.masks + offset), layer.above + offset)


@numba_inlined
def layer_backward(layer: Record, rows: int, length: int) -> None:
    """The gradients by a layer's weights and input, from the one by its outputs in `above`."""
    hidden, states_row, gates_row = layer.hidden, layer.states_row, layer.gates_row
    if layer.masks > 0 or layer.skip > 0:
        _outputs_backward(layer, rows, length)
    if layer.cell == LSTM:
        clear(layer.cell_gradient, rows * states_row)
    for time in range(length - 1, -1, -1):
        if layer.cell == LSTM:
            lstm_backward(layer, rows, time)
        elif layer.cell == GRU:
            gru_backward(layer, rows, time)
        else:
            rnn_backward(layer, rows, time)
        if time > 0:
            gates = layer.gates + time * rows * gates_row
            earlier = strip(layer.above + (time - 1) * rows * states_row, states_row)
            columns = layer.state_columns
            back = matrix(layer.w_hh_back, columns)
            product(rows, hidden, columns, Left(gates, gates_row, 4), back, earlier, 1)
            if layer.cell == GRU:
                back = matrix(layer.w_hn_back, hidden)
                new = Left(gates + 12 * hidden, gates_row, 4)
                product(rows, hidden, hidden, new, back, earlier, 1)
    count = rows * length
    states = Left(layer.hidden_states, 4, states_row)
    gates = strip(layer.gates, gates_row)
    gradient = matrix(layer.w_hh_gradient, hidden)
    product(hidden, layer.state_columns, count, states, gates, gradient, 1)
    if layer.cell == GRU:
        new_gates = strip(layer.gates + 12 * hidden, gates_row)
        gradient = matrix(layer.w_hn_gradient, hidden)
        product(hidden, hidden, count, states, new_gates, gradient, 1)
    if layer.input_terms > 0:
        inputs = Left(layer.input, 4, layer.input_row)
        gradient = matrix(layer.w_ih_gradient, layer.input_terms)
        product(layer.input_terms, layer.input_columns, count, inputs, gates, gradient, 1)
    if layer.input_gradient > 0:
        terms, columns = layer.input_terms, layer.input_columns
        errors, back = Left(layer.gates, gates_row, 4), matrix(layer.w_ih_back, columns)
        below = strip(layer.input_gradient, layer.input_row)
        product(count, terms, columns, errors, back, below, layer.skip)
