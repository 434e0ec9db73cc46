"""Baselines for a character model's loss: uniform, unigram and n-gram models."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.ngrams.counts import count_contexts
from rnntui.text.vocabulary import AnyIds

MAX_COUNTED = 5_000_000
"""Most characters of the training part that are counted, its last ones.

Time and memory are linear: five million, with a million scored, take about 2 s on one core and
240 MB.
"""

MAX_SCORED = 1_000_000
"""Most characters of the held-out part that are scored, its first ones."""


@dataclass(frozen=True)
class Baselines:
    """Losses on the held-out part, in nats per character.

    `uniform` is ln V. `by_order` has the n-gram models' losses from order 1 on: `unigram` is the
    first, `ngram` the lowest, reached at `order` (the smallest such). They are counted on the last
    `counted_characters` of the training part and scored on the first `scored_characters` of the
    held-out part; if not all was counted, counting more would mostly lower them.
    """

    uniform: float
    unigram: float
    ngram: float
    order: int
    by_order: tuple[float, ...]
    counted_characters: int
    scored_characters: int


def never() -> bool:
    """False: a `should_stop` that never stops."""
    return False


def measure_baselines(
    train_ids: AnyIds,
    held_out_ids: AnyIds,
    vocab_size: int,
    max_order: int = 8,
    should_stop: Callable[[], bool] = never,
) -> Baselines:
    """Measure interpolated Witten-Bell models of orders 1 to `max_order` (at least 1).

    Order n predicts a character c from the n-1 characters h before it as (count(h c) +
    T(h) · P(c | h without its first)) / (count(h) + T(h)), where T(h) is the number of distinct
    characters after h, and as order n-1 does for an h without successors; order 0 is 1/V (Witten
    and Bell 1991; Chen and Goodman 1998). The first held-out characters have a shorter context. Ids
    are below `vocab_size`.

    `should_stop` is called between passes over the texts, each at most some tenths of a second.
    Raises `CorpusError` without a held-out part, and `MeasurementStoppedError` when stopped.
    """
    if len(held_out_ids) == 0:
        raise CorpusError(
            "Reference losses are measured on held-out text and there is none; "
            "hold some out with --val-fraction."
        )
    counted = train_ids[-MAX_COUNTED:]
    scored = held_out_ids[:MAX_SCORED]
    by_order = [
        float(np.log(1.0 / probabilities).mean())
        for probabilities in _by_order(counted, scored, vocab_size, max_order, should_stop)
    ]
    lowest = min(by_order)
    return Baselines(
        uniform=math.log(vocab_size),
        unigram=by_order[0],
        ngram=lowest,
        order=by_order.index(lowest) + 1,
        by_order=tuple(by_order),
        counted_characters=len(counted),
        scored_characters=len(scored),
    )


@dataclass(frozen=True, eq=False)
class NgramSurprisal:
    """What an n-gram model thought of each of N characters: `bits` `[N]`; `order` is its n."""

    order: int
    bits: NDArray[np.float64]


def best_ngram(
    train_ids: AnyIds,
    ids: AnyIds,
    vocab_size: int,
    max_order: int = 8,
    should_stop: Callable[[], bool] = never,
) -> NgramSurprisal:
    """The surprisal of each of `ids` by the best of the models of `measure_baselines`.

    The best has the lowest mean; `ids` may be of any length, and takes about 60 bytes a character.
    Raises `CorpusError` for no `ids`, and `MeasurementStoppedError` when stopped.
    """
    if len(ids) == 0:
        raise CorpusError("There is nothing to predict: the text is empty.")
    best = NgramSurprisal(0, np.full(len(ids), math.inf))
    counted = train_ids[-MAX_COUNTED:]
    models = _by_order(counted, ids, vocab_size, max_order, should_stop)
    for order, probabilities in enumerate(models, start=1):
        bits = -np.log2(probabilities)
        if bits.mean() < best.bits.mean():
            best = NgramSurprisal(order, bits)
    return best


def _by_order(
    train_ids: AnyIds,
    ids: AnyIds,
    vocab_size: int,
    max_order: int,
    should_stop: Callable[[], bool],
) -> Iterator[NDArray[np.float64]]:
    """The probability of each of `ids` by each model, in one array that is changed in place."""
    probabilities = np.full(len(ids), 1.0 / vocab_size)
    for known in count_contexts(train_ids, ids, vocab_size, max_order, should_stop):
        shorter = probabilities[known.targets]
        weighted = known.gram + known.distinct * shorter
        probabilities[known.targets] = weighted / (known.context + known.distinct)
        yield probabilities
