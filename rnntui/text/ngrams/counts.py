"""Counts n-grams: how often each held-out character follows its context in the training part.

All context lengths come from one sort. The positions of both texts are sorted by the characters
that follow, so equal n-grams are neighbours for every n and their counts are run lengths: exact for
any number of symbols, without hashing or a table of possible n-grams. The steps are NumPy calls
that release the GIL.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.text.vocabulary import AnyIds

Counts = NDArray[np.int32]


class MeasurementStoppedError(Exception):
    """The caller's `should_stop` asked for an early end."""


@dataclass(frozen=True, eq=False)
class ContextCounts:
    """The counts of one order for the S held-out characters whose contexts occur in training.

    `targets` `[S]` are their distinct positions in the held-out text. `gram` `[S]` counts the
    context followed by the character, `context` `[S]` (at least 1) by any character, and `distinct`
    `[S]` the different characters after it.
    """

    targets: NDArray[np.intp]
    gram: Counts
    context: Counts
    distinct: Counts


@dataclass(frozen=True, eq=False)
class _SortedTexts:
    """Both texts, and their P positions sorted by the characters from there on.

    `text` is the training part, ends, the held-out part, ends; `end` is a symbol of neither part.
    `starts` `[P]` point into it, `in_training` `[P]` marks those of the training part,
    `held_out_rows` `[H]` are the rows among the P of the held-out part, and `held_out_starts` `[H]`
    their positions in that part.
    """

    text: AnyIds
    end: int
    starts: Counts
    in_training: NDArray[np.bool_]
    held_out_rows: NDArray[np.intp]
    held_out_starts: Counts


def count_contexts(
    train_ids: AnyIds,
    held_out_ids: AnyIds,
    vocab_size: int,
    max_order: int,
    should_stop: Callable[[], bool],
) -> Iterator[ContextCounts]:
    """Yield the counts of order 1 (no context), 2 (one character), up to `max_order`.

    A context lies within its own text. The texts aren't both empty and have fewer than 2³¹
    characters together; ids are below `vocab_size`. Takes about 40 bytes per character.
    `should_stop` is called before each of `2 · max_order` passes; raises
    `MeasurementStoppedError` when it returns True.
    """
    texts = _sort_texts(train_ids, held_out_ids, vocab_size, max_order, should_stop)
    begins_context = np.zeros(len(texts.starts), dtype=np.bool_)
    begins_context[0] = True  # at order 1 all share the empty context
    for order in range(1, max_order + 1):
        _raise_if(should_stop)
        last = texts.text[order - 1 :][texts.starts]  # [P] the n-gram's last character
        begins_gram = begins_context.copy()
        begins_gram[1:] |= last[1:] != last[:-1]
        yield _count_order(texts, order, last, begins_context, begins_gram)
        begins_context = begins_gram


def _count_order(
    texts: _SortedTexts,
    order: int,
    last: AnyIds,
    begins_context: NDArray[np.bool_],
    begins_gram: NDArray[np.bool_],
) -> ContextCounts:
    gram_rows = np.flatnonzero(begins_gram)  # [G]
    gram_times = _run_sums(texts.in_training, gram_rows)  # [G]
    gram_times[last[gram_rows] == texts.end] = 0  # nothing follows the end of a text

    opens_context = begins_context[gram_rows]  # [G] true for the first n-gram of a context
    context_grams = np.flatnonzero(opens_context)  # [C]
    context_times = _run_sums(gram_times, context_grams)  # [C]
    distinct = _run_sums(gram_times > 0, context_grams)  # [C]

    gram = _run_numbers(begins_gram)[texts.held_out_rows]  # [H]
    context = _run_numbers(opens_context)[gram]  # [H]
    known = (context_times[context] > 0) & (last[texts.held_out_rows] != texts.end)
    gram, context = gram[known], context[known]  # [S]
    return ContextCounts(
        targets=texts.held_out_starts[known] + np.intp(order - 1),
        gram=gram_times[gram],
        context=context_times[context],
        distinct=distinct[context],
    )


def _run_sums(values: NDArray[np.generic], begins: NDArray[np.intp]) -> Counts:
    """Sum each run of `values`; runs begin at the rows `begins` [R], the first of them 0."""
    # np.add.reduceat would do, but it holds the GIL.
    totals: Counts = np.cumsum(values, dtype=np.int32)
    sums: Counts = np.diff(totals[np.append(begins[1:], len(values)) - 1], prepend=np.int32(0))
    return sums


def _run_numbers(begins: NDArray[np.bool_]) -> Counts:
    """Number the runs from 0, row by row."""
    numbers: Counts = np.cumsum(begins, dtype=np.int32)
    numbers -= 1
    return numbers


def _sort_texts(
    train_ids: AnyIds,
    held_out_ids: AnyIds,
    vocab_size: int,
    reach: int,
    should_stop: Callable[[], bool],
) -> _SortedTexts:
    # Enough ends after each text that no n-gram spans both.
    ends = np.full(reach, vocab_size)
    text = np.concatenate(
        (train_ids, ends, held_out_ids, ends),
        dtype=np.min_scalar_type(vocab_size),
        casting="unsafe",
    )
    held_out_begin = len(train_ids) + reach
    held_out_end = held_out_begin + len(held_out_ids)
    starts = np.concatenate(
        (
            np.arange(len(train_ids), dtype=np.int32),
            np.arange(held_out_begin, held_out_end, dtype=np.int32),
        )
    )
    # From the last character to the first: a stable sort refines the one before. On 8 and 16 bits
    # NumPy's is a radix sort, so it is linear.
    for offset in reversed(range(reach)):
        _raise_if(should_stop)
        starts = starts[np.argsort(text[offset:][starts], kind="stable")]
    in_training = starts < held_out_begin
    held_out_rows = np.flatnonzero(~in_training)
    return _SortedTexts(
        text=text,
        end=vocab_size,
        starts=starts,
        in_training=in_training,
        held_out_rows=held_out_rows,
        held_out_starts=starts[held_out_rows] - np.int32(held_out_begin),
    )


def _raise_if(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise MeasurementStoppedError
