"""Writing: one character of each of some streams at a time."""

from rnntui.nets.compiled.choosing import Floats, Ids, choose
from rnntui.nets.compiled.compiling import entry
from rnntui.nets.compiled.inputs import look_up, tabulate
from rnntui.nets.compiled.lanes import LANES_BYTES, load, store
from rnntui.nets.compiled.layers import layer_forward, matrix, strip
from rnntui.nets.compiled.products import Left, product
from rnntui.nets.compiled.records import Record, Records


@entry
def tabulated(part: Record, layers: Records) -> None:
    """Compute each character's gates, after a change of the weights."""
    tabulate(part, layers[0])


@entry
def read(part: Record, layers: Records, rows: int, length: int, carried: int) -> None:
    """Read `length` characters of each of `rows` streams.

    With `carried` above 0, reading goes on from the states that the last reading left.
    """
    for number in range(len(layers)):
        layer = layers[number]
        if carried > 0:
            size = rows * layer.states_row
            for offset in range(0, size, LANES_BYTES):
                after = layer.hidden_states + length * size + offset
                store(load(after), layer.hidden_states + offset)
                if layer.cell_states > 0:
                    after = layer.cell_states + length * size + offset
                    store(load(after), layer.cell_states + offset)
    look_up(part, layers[0], rows * length)
    for number in range(len(layers)):
        layer_forward(layers[number], rows, length)


@entry
def chosen(
    part: Record, layers: Records, rows: int, length: int, choices: Records,
    best_ids: Ids, best_shares: Floats, order: Ids, kept: Ids,
) -> None:  # fmt: skip
    """Score what follows what was read, and choose for each stream by its entry of `choices`.

    `best_ids` and `best_shares` `[rows, K]` take the likeliest; `order` and `kept` `[V]` are room.
    """
    last = layers[len(layers) - 1]
    outputs = last.outputs + (length - 1) * rows * last.states_row
    head = matrix(part.head, last.hidden)
    for first in range(0, rows, part.scored_rows):
        count = min(part.scored_rows, rows - first)
        states = Left(outputs + first * last.states_row, last.states_row, 4)
        scores = strip(part.logits, part.logits_row)
        product(count, part.vocabulary_columns, last.hidden, states, head, scores, 0)
        for row in range(count):
            choose(
                part.logits + row * part.logits_row, part.head_bias, part.vocabulary,
                part.vocabulary_columns, choices[first + row],
                best_ids[first + row], best_shares[first + row], order, kept,
            )  # fmt: skip
