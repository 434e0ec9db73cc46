"""Reference points for a character model's loss: what counting alone reaches on the same text."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnntui.errors import CorpusError
from rnntui.text.ngram_counts import Ids, count_contexts

MAX_COUNTED = 5_000_000
MAX_SCORED = 1_000_000


@dataclass(frozen=True)
class Baselines:
    """Losses on the held-out part in nats per character.

    `uniform` knows the number of symbols, ln V. `unigram` is the n-gram model
    of order 1. `ngram` is the lowest loss of `by_order`, which holds those of
    orders 1 and up, and `order` the order that reached it (the lowest such).
    They were counted on `counted_characters` of the training part and
    measured on `scored_characters` of the held-out part.
    """

    uniform: float
    unigram: float
    ngram: float
    order: int
    by_order: tuple[float, ...]
    counted_characters: int
    scored_characters: int


def never() -> bool:
    """Say that nothing asks for an early end."""
    return False


def measure_baselines(
    train_ids: Ids,
    held_out_ids: Ids,
    vocab_size: int,
    max_order: int = 8,
    should_stop: Callable[[], bool] = never,
) -> Baselines:
    if len(train_ids) == 0 or len(held_out_ids) == 0:
        raise CorpusError("x")
    counted = train_ids[-MAX_COUNTED:]
    scored = held_out_ids[:MAX_SCORED]
    probabilities = np.full(len(scored), 1.0 / vocab_size)
    by_order = []
    for counts in count_contexts(counted, scored, vocab_size, max_order, should_stop):
        lower = probabilities[counts.targets]
        probabilities[counts.targets] = (counts.gram + counts.distinct * lower) / (
            counts.context + counts.distinct
        )
        by_order.append(float(np.log(1.0 / probabilities).mean()))
    best = min(by_order)
    return Baselines(
        uniform=math.log(vocab_size),
        unigram=by_order[0],
        ngram=best,
        order=by_order.index(best) + 1,
        by_order=tuple(by_order),
        counted_characters=len(counted),
        scored_characters=len(scored),
    )
