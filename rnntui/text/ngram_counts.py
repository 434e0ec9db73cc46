"""Counts, for each held-out character, how often training saw it after what stands before it.

All lengths of context come from one sort. The positions of both texts are
sorted by the characters that follow them, so equal n-grams are neighbours at
every n, and their counts are the lengths of runs: exact for any number of
symbols, with no hashing and no table of possible n-grams.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer[Any]]
Counts = NDArray[np.int32]


class MeasurementStoppedError(Exception):
    """The caller's `should_stop` asked for an early end."""


@dataclass(frozen=True, eq=False)
class ContextCounts:
    """What training knows of the held-out characters whose contexts it saw followed.

    For S such characters: `targets` [S] their places in the held-out text;
    `gram` [S] how often training has the context and then this character;
    `context` [S], at least 1, how often it has the context and then any
    character; `distinct` [S] how many different characters these were.
    """

    targets: NDArray[np.intp]
    gram: Counts
    context: Counts
    distinct: Counts


def count_contexts(
    train_ids: Ids,
    held_out_ids: Ids,
    vocab_size: int,
    max_order: int,
    should_stop: Callable[[], bool],
) -> Iterator[ContextCounts]:
    """Yield the counts of order 1 (no context), 2 (one character), up to `max_order`.

    A context never reaches over the beginning of its own text. Texts are at
    least 1 character long and ids below `vocab_size`. Memory is about 30 bytes
    per character of both texts. `should_stop` is read before each of
    `2 · max_order` passes; raises MeasurementStoppedError when it says so.
    """
    end = vocab_size
    text = _joined(train_ids, held_out_ids, end, max_order)
    held_out_begin = len(train_ids) + max_order
    starts = _sorted_starts(text, len(train_ids), held_out_begin, max_order, should_stop)
    held_out_rows = np.flatnonzero(starts >= held_out_begin)
    held_out_starts = starts[held_out_rows] - held_out_begin
    in_training = (starts < held_out_begin).astype(np.int32)

    begins_context = np.zeros(len(starts), dtype=np.bool_)
    begins_context[0] = True  # at order 1 all share the empty context
    for order in range(1, max_order + 1):
        _raise_if(should_stop)
        last = text[starts + (order - 1)]
        begins_gram = begins_context.copy()
        begins_gram[1:] |= last[1:] != last[:-1]
        gram_rows = np.flatnonzero(begins_gram)  # [G]
        times = np.add.reduceat(in_training, gram_rows)  # [G]
        times[last[gram_rows] == end] = 0  # a context that ends its text isn't followed
        begins_group = begins_context[gram_rows]
        groups = np.flatnonzero(begins_group)  # [C], the first gram of each context
        context_times = np.add.reduceat(times, groups)  # [C]
        distinct = np.add.reduceat((times > 0).astype(np.int32), groups)  # [C]

        gram = (np.cumsum(begins_gram, dtype=np.int32) - 1)[held_out_rows]
        context = (np.cumsum(begins_group, dtype=np.int32) - 1)[gram]
        known = (context_times[context] > 0) & (last[held_out_rows] != end)
        gram, context = gram[known], context[known]
        yield ContextCounts(
            targets=held_out_starts[known] + (order - 1),
            gram=times[gram],
            context=context_times[context],
            distinct=distinct[context],
        )
        begins_context = begins_gram


def _joined(train_ids: Ids, held_out_ids: Ids, end: int, reach: int) -> Ids:
    # So many ends after each text that what is read from one never reaches the next.
    kind = np.min_scalar_type(end)
    ends = np.full(reach, end, dtype=kind)
    return np.concatenate((train_ids, ends, held_out_ids, ends), dtype=kind, casting="unsafe")


def _sorted_starts(
    text: Ids, train_length: int, held_out_begin: int, reach: int, should_stop: Callable[[], bool]
) -> NDArray[np.intp]:
    """Sort the positions of both texts by the `reach` characters from there on.

    Least significant character first; NumPy's stable sort of 8 and 16-bit
    numbers is a radix sort, so each pass is linear.
    """
    held_out_end = len(text) - reach
    starts = np.concatenate((np.arange(train_length), np.arange(held_out_begin, held_out_end)))
    for offset in reversed(range(reach)):
        _raise_if(should_stop)
        starts = starts[np.argsort(text[starts + offset], kind="stable")]
    return starts


def _raise_if(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise MeasurementStoppedError
