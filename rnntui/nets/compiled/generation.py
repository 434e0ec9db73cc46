"""Generation: several characters of several streams per call.

The functions that Python calls take the address of a `GENERATION` record.
"""

import numpy as np
from numba import carray

from rnntui.nets.compiled.choosing import CHOICE, SPEC, choose
from rnntui.nets.compiled.compiling import compiled, python_callable
from rnntui.nets.compiled.inputs import look_up, tabulate
from rnntui.nets.compiled.lanes import LANES_BYTES, load, pointer, store
from rnntui.nets.compiled.layers import layer_forward, matrix, strip
from rnntui.nets.compiled.products import Left, product
from rnntui.nets.compiled.records import GENERATION, LAYER, PART, Record, Records


@python_callable
def tabulate_gates(generated: int) -> None:
    """Recompute the first layer's products per symbol, after a change of the weights."""
    share = carray(pointer(generated), 1, GENERATION)[0]
    part = carray(pointer(share.part), 1, PART)[0]
    tabulate(part, carray(pointer(share.layers), share.layer_count, LAYER)[0])


@python_callable
def read(generated: int) -> None:
    """Read `length` characters of each stream."""
    share = carray(pointer(generated), 1, GENERATION)[0]
    part = carray(pointer(share.part), 1, PART)[0]
    _read(share, part, carray(pointer(share.layers), share.layer_count, LAYER))


@python_callable
def generate(generated: int) -> None:
    """Read, score and choose, for each stream by its entry of `specs`.

    The first round reads `inputs`, each later one the characters chosen before it.
    """
    share = carray(pointer(generated), 1, GENERATION)[0]
    part = carray(pointer(share.part), 1, PART)[0]
    layers = carray(pointer(share.layers), share.layer_count, LAYER)
    for turn in range(share.rounds):
        _read(share, part, layers)
        _choose(share, part, layers[share.layer_count - 1], turn)
        share.used = (share.used + 1) % share.drawn


@compiled
def _read(share: Record, part: Record, layers: Records) -> None:
    rows, length = share.rows, share.length
    for number in range(len(layers)):
        layer = layers[number]
        if share.carried > 0:
            size = rows * layer.states_row
            for offset in range(0, size, LANES_BYTES):
                after = layer.hidden_states + length * size + offset
                store(load(after), layer.hidden_states + offset)
                if layer.cell_states > 0:
                    after = layer.cell_states + length * size + offset
                    store(load(after), layer.cell_states + offset)
    share.carried = share.carries
    look_up(part, layers[0], rows * length)
    for number in range(len(layers)):
        layer_forward(layers[number], rows, length)


@compiled
def _choose(share: Record, part: Record, last: Record, turn: int) -> None:
    rows, rounds, candidates = share.rows, share.rounds, share.candidates
    inputs = carray(pointer(part.inputs), (share.length, rows), np.int64)
    specs = carray(pointer(share.specs), rows, SPEC)
    noise = carray(pointer(share.noise), (rows, share.drawn), np.float64)
    choices = carray(pointer(share.choices), (rows, rounds), CHOICE)
    best_ids = carray(pointer(share.best_ids), (rows, rounds, candidates), np.int64)
    best_shares = carray(pointer(share.best_shares), (rows, rounds, candidates), np.float64)
    order = carray(pointer(share.order), part.vocabulary, np.int64)
    kept = carray(pointer(share.kept), part.vocabulary, np.int64)
    outputs = last.outputs + (share.length - 1) * rows * last.states_row
    head = matrix(part.head, last.hidden)
    for first in range(0, rows, part.scored_rows):
        count = min(part.scored_rows, rows - first)
        states = Left(outputs + first * last.states_row, last.states_row, 4)
        scores = strip(part.logits, part.logits_row)
        product(count, part.vocabulary_columns, last.hidden, states, head, scores, 0)
        for place in range(count):
            row = first + place
            choose(
                part.logits + place * part.logits_row, part.head_bias, part.vocabulary,
                part.vocabulary_columns, specs[row], inputs[-1, row] == share.space,
                noise[row, share.used], choices[row, turn], best_ids[row, turn],
                best_shares[row, turn], order, kept,
            )  # fmt: skip
            for time in range(share.length - 1):
                inputs[time, row] = inputs[time + 1, row]
            inputs[-1, row] = choices[row, turn].chosen
