"""The gradients of a whole network from one part of a batch: what a thread does in a step."""

import numpy as np

from rnntui.nets.compiled.compiling import entry, merged
from rnntui.nets.compiled.dropout import fill_masks
from rnntui.nets.compiled.lanes import LANES_BYTES, clear, index, load, store
from rnntui.nets.compiled.layers import layer_backward, layer_forward, matrix, strip
from rnntui.nets.compiled.products import Left, product
from rnntui.nets.compiled.records import Record, Records
from rnntui.nets.compiled.scoring import scored


@entry
def gradients(
    part: Record, layers: Records, first_row: int, rows: int, batch: int, length: int,
    answered: int, seed: np.uint64, scale: float,
) -> float:  # fmt: skip
    """Read `rows` sequences of a batch of `batch`, from row `first_row` on.

    Sets the part's gradients to those of `scale` times the sum of the losses at
    the last `answered` positions, and returns that sum (without `scale`).
    """
    clear(part.gradients, part.gradients_bytes)
    if rows == 0:
        return 0.0
    _look_up(part, layers[0], rows * length)
    for number in range(len(layers)):
        layer = layers[number]
        if layer.masks > 0:
            fill_masks(
                layer.masks, layer.states_row, seed, number, first_row, rows, batch,
                part.units, length, part.fixed_masks, part.keep,
            )  # fmt: skip
        layer_forward(layer, rows, length)
    last = layers[len(layers) - 1]
    unanswered = (length - answered) * rows * last.states_row
    clear(last.above, unanswered)
    loss = scored(
        part, last.hidden, last.states_row, last.outputs + unanswered, last.above + unanswered,
        part.targets, answered * rows, scale,
    )  # fmt: skip
    for number in range(len(layers) - 1, -1, -1):
        layer_backward(layers[number], rows, length)
    _gather(part, layers[0], rows * length)
    return loss


@merged
def _look_up(part: Record, first: Record, count: int) -> None:
    """What the first layer reads: gates from a table, or rows of the embedding."""
    if part.table > 0:
        if part.embedding > 0:
            product(
                part.vocabulary,
                first.input_columns,
                part.embedding_terms,
                Left(part.embedding, part.embedding_row, 4),
                matrix(first.w_ih, part.embedding_terms),
                strip(part.table, part.table_row),
                0,
            )
        source, source_row = part.table, part.table_row
        target, target_row = first.gates, first.gates_row
        size = 4 * first.input_columns
    else:
        source, source_row = part.embedding, part.embedding_row
        target, target_row = first.input, first.input_row
        size = 4 * part.embedding_terms
    for place in range(count):
        row = source + index(part.inputs + 8 * place) * source_row
        here = target + place * target_row
        for offset in range(0, size, LANES_BYTES):
            store(load(row + offset), here + offset)


@merged
def _gather(part: Record, first: Record, count: int) -> None:
    """The way back of `_look_up`."""
    if part.table > 0:
        source, source_row = first.gates, first.gates_row
        target, target_row = part.table_gradient, part.table_row
        size = 4 * first.input_columns
        if part.embedding > 0:
            clear(target, part.vocabulary * target_row)
    else:
        source, source_row = first.input_gradient, first.input_row
        target, target_row = part.embedding_gradient, part.embedding_row
        size = 4 * part.embedding_terms
    for place in range(count):
        row = target + index(part.inputs + 8 * place) * target_row
        here = source + place * source_row
        for offset in range(0, size, LANES_BYTES):
            store(load(row + offset) + load(here + offset), row + offset)
    if part.table > 0 and part.embedding > 0:
        terms, columns = part.embedding_terms, first.input_columns
        product(
            terms,
            columns,
            part.vocabulary,
            Left(part.embedding, 4, part.embedding_row),
            strip(part.table_gradient, part.table_row),
            matrix(first.w_ih_gradient, terms),
            1,
        )
        product(
            part.vocabulary,
            terms,
            columns,
            Left(part.table_gradient, part.table_row, 4),
            matrix(first.w_ih_back, columns),
            strip(part.embedding_gradient, part.embedding_row),
            1,
        )
