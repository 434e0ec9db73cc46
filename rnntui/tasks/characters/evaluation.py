"""Evaluation: the mean loss of a network on a text."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch.nn import functional

from rnntui.nets.char_model import CharModel
from rnntui.text.vocabulary import AnyIds
from rnntui.training.measure import Measure, ReportProgress, no_report

STREAM_CHARACTERS = 512
"""Minimum characters scored by each of the streams read in parallel."""

MAX_STREAMS = 64
WARM_UP = 128
"""Characters that a stream reads first, without scoring them."""

MAX_NUMBERS = 4_000_000
"""Maximum logits, or one-hot inputs, at once: bounds the memory for large vocabularies."""


Losses = Iterator[tuple[int, float]]
"""For each chunk of predictions, their number and the sum of their losses."""


def evaluate(
    model: CharModel, ids: AnyIds, report: ReportProgress = no_report, workers: int = 1
) -> Measure:
    """The mean loss of predicting each character of `ids` from those before it.

    A network on streams reads with carried state: the text is cut into up to
    `MAX_STREAMS` consecutive parts that are read in parallel, each after
    `WARM_UP` characters of the part before it, which are not scored. A network
    on windows predicts each character from the `window` characters before it.

    Without dropout and random numbers. `ids` needs at least two characters, or one more than a
    window. Several `workers` divide the work among as many CPU threads, and the sum's last
    digits differ; torch's own threads synchronise at every time step, which takes longer than
    a small step.
    """
    window = model.config.window
    predictions = scored_characters(len(ids), window)
    parts = (_window_losses if window else _stream_losses)(model, ids, predictions, workers)
    total = _sum(parts[0], report) if len(parts) == 1 else _sum_side_by_side(parts, report)
    return Measure(total / predictions, predictions)


def scored_characters(characters: int, window: int) -> int:
    """Number of predictions for a text of that length."""
    return max(0, characters - max(window, 1))


def _stream_losses(
    model: CharModel, ids: AnyIds, predictions: int, workers: int
) -> Sequence[Losses]:
    streams = max(1, min(MAX_STREAMS, predictions // STREAM_CHARACTERS))
    length = -(-predictions // streams)
    span = max(1, min(256, MAX_NUMBERS // (streams * model.config.vocab_size)))
    starts = np.arange(streams) * length
    parts = np.array_split(starts, min(workers, streams))
    return [_of_streams(model, ids, part, length, span, streams > 1) for part in parts]


def _of_streams(
    model: CharModel, ids: AnyIds, begins: AnyIds, length: int, span: int, warm_up: bool
) -> Losses:
    """The losses of the streams at `starts`, each `length` long, in chunks."""
    predictions, starts = len(ids) - 1, begins[:, None]
    state = model.zero_state(len(starts))
    if warm_up:
        for offset in range(-WARM_UP, 0, span):
            before = np.maximum(starts + np.arange(offset, min(offset + span, 0)), 0)
            _, state = model.read(_tensor(ids[before], model), state)
        if not begins[0]:
            # The first stream starts with the text: there is nothing to warm up on.
            first = state[0].new_zeros(1, dtype=torch.long)
            state = tuple(part.index_fill(1, first, 0) for part in state)
    for offset in range(0, length, span):
        positions = starts + np.arange(offset, min(offset + span, length))
        scored = torch.from_numpy(positions < np.minimum(starts + length, predictions))
        positions = np.minimum(positions, predictions - 1)
        inputs, targets = _tensor(ids[positions], model), _tensor(ids[positions + 1], model)
        logits, state = model(inputs, state)  # [S, T, V]
        losses = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        total = float(losses[scored.flatten().to(losses.device)].double().sum())
        yield int(scored.sum()), total


def _window_losses(
    model: CharModel, ids: AnyIds, predictions: int, workers: int
) -> Sequence[Losses]:
    config, window = model.config, model.config.window
    numbers = max(config.vocab_size, window * max(config.input_size, config.hidden_size))
    span = max(1, min(1024, MAX_NUMBERS // numbers))
    firsts = np.arange(0, predictions, span)
    parts = np.array_split(firsts, min(workers, len(firsts)))
    return [_of_windows(model, ids, part.tolist(), span, predictions) for part in parts]


def _of_windows(
    model: CharModel, ids: AnyIds, firsts: Sequence[int], span: int, predictions: int
) -> Losses:
    """The losses of up to `span` predictions from each of `starts`."""
    window = model.config.window
    for first in firsts:
        starts = np.arange(first, min(first + span, predictions))[:, None]
        cut = _tensor(ids[starts + np.arange(window + 1)], model)
        logits, _ = model(cut[:, :-1], model.zero_state(len(cut)))  # [N, 1, V]
        total = float(functional.cross_entropy(logits[:, 0], cut[:, -1], reduction="sum"))
        yield len(cut), total


def _sum(
    losses: Losses, report: ReportProgress, is_over: Callable[[], bool] = lambda: False
) -> float:
    """Sum the losses, unless cancelled."""
    total = 0.0
    with torch.inference_mode():
        for count, loss in losses:
            total += loss
            report(count)
            if is_over():
                break
    return total


def _sum_side_by_side(parts: Sequence[Losses], report: ReportProgress) -> float:
    """The same for several parts, each in a thread of its own."""
    over, threads = threading.Event(), torch.get_num_threads()

    def alone(part: Losses) -> float:
        torch.set_num_threads(1)
        return _sum(part, report, over.is_set)

    with ThreadPoolExecutor(len(parts)) as pool:
        sums = [pool.submit(alone, part) for part in parts]
        try:
            return sum(each.result() for each in sums)
        finally:
            # Also on an interrupt, so that no thread is waited for.
            over.set()
            torch.set_num_threads(threads)


def _tensor(ids: AnyIds, model: CharModel) -> torch.Tensor:
    return torch.from_numpy(ids.astype(np.int64)).to(model.head.weight.device)
