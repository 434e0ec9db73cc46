"""The head: scores for the next character, the loss, and their gradients."""

import math

import numpy as np

from rnntui.nets.compiled.activations import exponential
from rnntui.nets.compiled.compiling import numba_inlined
from rnntui.nets.compiled.lanes import (
    LANES_BYTES,
    broadcast,
    index,
    larger,
    largest,
    load,
    number,
    put_number,
    store,
    total,
    where_positive,
)
from rnntui.nets.compiled.layers import matrix, strip
from rnntui.nets.compiled.products import Left, product
from rnntui.nets.compiled.records import Record

PADDED_SCORE = np.float32(-np.inf)
"""The bias of padding columns."""

_LOWEST_SCORE = np.float32(-1e30)


@numba_inlined
def score_rows(
    part: Record, hidden: int, states_row: int, outputs: int, above: int, targets: int, rows: int,
    scale: float,
) -> float:  # fmt: skip
    """Score `rows` outputs: return the sum of their losses, set their gradient in `above`.

    The gradients are those of `scale` times the sum. A few rows are scored at a time, so that
    their scores stay in a cache.
    """
    loss = 0.0
    columns = part.vocabulary_columns
    for first in range(0, rows, part.scored_rows):
        count = min(part.scored_rows, rows - first)
        states = outputs + first * states_row
        scores = strip(part.logits, part.logits_row)
        head = matrix(part.head, hidden)
        product(count, columns, hidden, Left(states, states_row, 4), head, scores, 0)
        for row in range(count):
            target = index(targets + 8 * (first + row))
            loss += _row_loss(part, part.logits + row * part.logits_row, target, scale)
        errors = Left(part.logits, part.logits_row, 4)
        below = strip(above + first * states_row, states_row)
        product(count, hidden, columns, errors, matrix(part.head_back, columns), below, 0)
        gradient = matrix(part.head_gradient, hidden)
        product(hidden, columns, count, Left(states, 4, states_row), scores, gradient, 1)
    return loss


@numba_inlined
def _row_loss(part: Record, scores: int, target: int, scale: float) -> float:
    """The cross-entropy of one row of scores; the scores become its gradient times `scale`."""
    width = 4 * part.vocabulary_columns
    top = broadcast(PADDED_SCORE)
    for offset in range(0, width, LANES_BYTES):
        score = load(scores + offset) + load(part.head_bias + offset)
        store(score, scores + offset)
        top = larger(top, score)
    highest = largest(top)
    of_target = number(scores + 4 * target)
    sums = broadcast(np.float32(0.0))
    for offset in range(0, width, LANES_BYTES):
        score = load(scores + offset)
        power = exponential(score - broadcast(highest))
        power = where_positive(score - broadcast(_LOWEST_SCORE), power)
        store(power, scores + offset)
        sums = sums + power
    powers = total(sums)
    factor = broadcast(np.float32(scale / powers))
    for offset in range(0, width, LANES_BYTES):
        store(load(scores + offset) * factor, scores + offset)
    put_number(number(scores + 4 * target) - np.float32(scale), scores + 4 * target)
    for offset in range(0, width, LANES_BYTES):
        bias = part.head_bias_gradient + offset
        store(load(bias) + load(scores + offset), bias)
    return math.log(powers) + np.float64(highest) - np.float64(of_target)
