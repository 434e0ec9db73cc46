"""The next character out of a row of scores: softmax, the best, filters and the draw.

The same choice as `rnntui.sampling.choice` makes, in single precision but for
sums; no probability is below 1e-38, where there it may be 0.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.compiled.activations import exponential
from rnntui.nets.compiled.compiling import compiled
from rnntui.nets.compiled.lanes import (
    LANES_BYTES,
    broadcast,
    larger,
    largest,
    load,
    number,
    store,
)
from rnntui.nets.compiled.records import Record

SPEC = np.dtype(
    [
        ("temperature", np.float64),
        ("top_p", np.float64),
        ("top_k", np.int64),  # 0: all
        ("draws", np.bool_),  # after any character but a space; else the likeliest is taken
        ("draws_after_space", np.bool_),
    ]
)
"""How a stream chooses."""

CHOICE = np.dtype(
    [
        ("chosen", np.int64),
        ("probability", np.float64),  # of the chosen one, before filters
        ("finite", np.bool_),  # otherwise a score is no finite number, and nothing was chosen
    ]
)
"""What came of a choice."""

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def choose(
    scores: int, bias: int, vocabulary: int, columns: int, spec: Record, after_space: bool,
    noise: float, choice: Record, best_ids: Ids, best_shares: Floats, order: Ids, kept: Ids,
) -> None:  # fmt: skip
    """Choose by `spec`; the scores become probabilities without their common factor.

    What is drawn is drawn by `noise`, from [0, 1). `best_ids` and `best_shares` take the
    likeliest characters and their probabilities; `order` and `kept` are room for a
    number per character.
    """
    total = _powers(scores, bias, vocabulary, columns, spec.temperature)
    choice.finite = total > 0.0
    if not choice.finite:
        choice.chosen = 0
        return
    _heapify(scores, order, vocabulary)
    left = vocabulary
    count = min(len(best_ids), vocabulary)
    for place in range(count):
        left = _pop(scores, order, left)
        best_ids[place] = order[left]
        best_shares[place] = np.float64(number(scores + 4 * order[left])) / total
    chosen = best_ids[0]
    if spec.draws_after_space if after_space else spec.draws:
        k = spec.top_k if 0 < spec.top_k < vocabulary else vocabulary
        if k == vocabulary and spec.top_p >= 1.0:
            chosen = _drawn(scores, vocabulary, kept, False, noise * total)
        else:
            kept[:vocabulary] = 0
            share = _keep(scores, vocabulary, order, left, kept, k, spec.top_p, total)
            chosen = _drawn(scores, vocabulary, kept, True, noise * share)
    choice.chosen = chosen
    choice.probability = np.float64(number(scores + 4 * chosen)) / total


@compiled
def _powers(scores: int, bias: int, vocabulary: int, columns: int, temperature: float) -> float:
    """Make powers of the scores, the largest 1; returns their sum, 0 where one isn't finite."""
    top = broadcast(np.float32(-np.inf))
    for offset in range(0, 4 * columns, LANES_BYTES):
        score = load(scores + offset) + load(bias + offset)
        store(score, scores + offset)
        top = larger(top, score)
    for place in range(vocabulary):
        if not math.isfinite(number(scores + 4 * place)):
            return 0.0
    highest, factor = broadcast(largest(top)), broadcast(np.float32(1.0 / temperature))
    for offset in range(0, 4 * columns, LANES_BYTES):
        store(exponential((load(scores + offset) - highest) * factor), scores + offset)
    total = 0.0
    for place in range(vocabulary):
        total += np.float64(number(scores + 4 * place))
    return total


@compiled
def _comes_before(scores: int, one: int, other: int) -> bool:
    """Whether a character is likelier, or as likely and of a smaller id."""
    a, b = number(scores + 4 * one), number(scores + 4 * other)
    return a > b or (a == b and one < other)


@compiled
def _sift(scores: int, order: Ids, place: int, size: int) -> None:
    """Let what stands at `place` of a heap of `size` sink to where it belongs."""
    sinking = order[place]
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _comes_before(scores, order[child + 1], order[child]):
            child += 1
        if not _comes_before(scores, order[child], sinking):
            break
        order[place] = order[child]
        place = child
    order[place] = sinking


@compiled
def _heapify(scores: int, order: Ids, size: int) -> None:
    for place in range(size):
        order[place] = place
    for place in range(size // 2 - 1, -1, -1):
        _sift(scores, order, place, size)


@compiled
def _pop(scores: int, order: Ids, size: int) -> int:
    """Move the likeliest of a heap of `size` behind it; returns its place, the heap's new size."""
    last = size - 1
    likeliest = order[0]
    order[0] = order[last]
    order[last] = likeliest
    _sift(scores, order, 0, last)
    return last


@compiled
def _keep(
    scores: int, vocabulary: int, order: Ids, left: int, kept: Ids, k: int, top_p: float,
    total: float,
) -> float:  # fmt: skip
    """Mark the characters that both filters leave; returns the sum of their powers.

    The heap is in `order` up to `left`, and what it gave behind that, the likeliest last.
    """
    whole = total
    if k < vocabulary:
        whole = 0.0
        for rank in range(k):
            if vocabulary - 1 - rank < left:
                left = _pop(scores, order, left)
            whole += np.float64(number(scores + 4 * order[vocabulary - 1 - rank]))
    share = 0.0
    for rank in range(k):
        if rank > 0 and share >= top_p * whole:
            break
        if vocabulary - 1 - rank < left:
            left = _pop(scores, order, left)
        one = order[vocabulary - 1 - rank]
        kept[one] = 1
        share += np.float64(number(scores + 4 * one))
    return share


@compiled
def _drawn(scores: int, vocabulary: int, kept: Ids, filtered: bool, level: float) -> int:
    """The first id, of the kept ones where `filtered`, at which the running sum passes `level`."""
    running, last = 0.0, 0
    for place in range(vocabulary):
        power = np.float64(number(scores + 4 * place))
        if filtered and kept[place] == 0:
            continue
        running += power
        last = place
        if running > level:
            break
    return last
