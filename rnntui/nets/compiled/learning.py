"""The gradients of a whole network on one thread's part of a batch."""

import numpy as np

from rnntui.nets.compiled.compiling import python_callable
from rnntui.nets.compiled.dropout import EMBEDDING, fill_masks
from rnntui.nets.compiled.inputs import gather, look_up, tabulate
from rnntui.nets.compiled.lanes import clear
from rnntui.nets.compiled.layers import layer_backward, layer_forward
from rnntui.nets.compiled.records import Record, Records
from rnntui.nets.compiled.scoring import score_rows


@python_callable
def gradients(
    part: Record, layers: Records, first_row: int, rows: int, batch: int, length: int,
    answered: int, seed: np.uint64, scale: float,
) -> float:  # fmt: skip
    """Forward and backward over `rows` sequences of a batch of `batch`, from row `first_row` on.

    Sets the part's gradients to those of `scale` times the sum of the losses at the last
    `answered` positions; returns that sum, without `scale`.
    """
    clear(part.gradients, part.gradients_bytes)
    if rows == 0:
        return 0.0
    tabulate(part, layers[0])
    if part.embedding_masks > 0:
        fill_masks(
            part.embedding_masks, layers[0].input_row, seed, EMBEDDING, first_row, rows, batch,
            part.embedding_units, length, 0, part.embedding_keep,
        )  # fmt: skip
    look_up(part, layers[0], rows * length)
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
    loss = score_rows(
        part, last.hidden, last.states_row, last.outputs + unanswered, last.above + unanswered,
        part.targets, answered * rows, scale,
    )  # fmt: skip
    for number in range(len(layers) - 1, -1, -1):
        layer_backward(layers[number], rows, length)
    gather(part, layers[0], rows * length)
    return loss
