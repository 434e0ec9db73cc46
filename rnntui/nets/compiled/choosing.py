"""The next character from a row of scores: softmax, best candidates, filters and the draw.

The same choice as in `rnntui.sampling.choice`, in single precision except for sums. No
probability is below 1e-38, where it may be 0 there.
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
from rnntui.text.vocabulary import Ids

SPEC = np.dtype(
    [
        ("temperature", np.float64),
        ("top_p", np.float64),
        ("top_k", np.int64),  # 0: all
        ("draws", np.bool_),  # after any character but a space; otherwise argmax
        ("draws_after_space", np.bool_),
    ]
)
"""A stream's sampling specification."""

CHOICE = np.dtype(
    [
        ("chosen", np.int64),
        ("probability", np.float64),  # of the chosen one, before filters
        ("finite", np.bool_),  # False: a score is not finite, and nothing was chosen
    ]
)
"""The outcome of a choice."""

Floats = NDArray[np.float64]


@compiled
def choose(
    scores: int, bias: int, vocabulary: int, columns: int, spec: Record, after_space: bool,
    noise: float, choice: Record, best_ids: Ids, best_shares: Floats, order: Ids, kept: Ids,
) -> None:  # fmt: skip
    """Choose by `spec`, in place: the scores become unnormalised probabilities.

    A draw is decided by `noise` from [0, 1). `best_ids` and `best_shares` receive the likeliest
    characters and their probabilities; `order` and `kept` are scratch space, a number per
    character.
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
    """Replace scores by powers, the largest 1; return their sum, 0 if a score isn't finite."""
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
    """Whether `one` is likelier than `other`, or as likely with a smaller id."""
    a, b = number(scores + 4 * one), number(scores + 4 * other)
    return a > b or (a == b and one < other)


@compiled
def _sift(scores: int, order: Ids, place: int, size: int) -> None:
    """Sift the entry at `place` down a heap of `size`."""
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
    """Move the likeliest of a heap of `size` behind it; return its place, the new size."""
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
    """Mark the characters that pass both filters; return the sum of their powers.

    The heap is in `order` up to `left`; popped characters follow it, the likeliest last.
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
    """The first id, among the kept ones if `filtered`, at which the running sum passes `level`."""
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
