"""How well a network predicts a text that it was not trained on."""

import numpy as np
import torch
from torch.nn import functional

from rnntui.nets.char_model import CharModel
from rnntui.text.batches import AnyIds
from rnntui.training.measure import Measure

STREAM_CHARACTERS = 512
"""Fewest characters that one of the streams read side by side scores."""

MAX_STREAMS = 64
WARM_UP = 128
"""Characters that a stream reads, unscored, before those that it scores."""

MAX_NUMBERS = 4_000_000
"""Scores, or one-hot inputs, held at once, which bounds the memory for large vocabularies."""


def evaluate(model: CharModel, ids: AnyIds) -> Measure:
    """The mean loss of predicting each character of `ids` from those before it.

    A network on streams reads with carried state: the text is cut into up to
    `MAX_STREAMS` consecutive parts that are read side by side, each after
    `WARM_UP` characters of the part before it, which are not scored. A network
    on windows predicts each character from the `window` before it alone.

    Nothing is dropped and no generator is drawn from. `ids` needs at least two
    characters, or one more than a window.
    """
    with torch.inference_mode():
        if model.config.window:
            return _evaluate_windows(model, ids)
        return _evaluate_streams(model, ids)


def scored_characters(characters: int, window: int) -> int:
    """Predictions that a text of so many characters asks for."""
    return max(0, characters - max(window, 1))


def _evaluate_streams(model: CharModel, ids: AnyIds) -> Measure:
    predictions = len(ids) - 1
    streams = max(1, min(MAX_STREAMS, predictions // STREAM_CHARACTERS))
    length = -(-predictions // streams)
    starts = np.arange(streams)[:, None] * length
    span = max(1, min(256, MAX_NUMBERS // (streams * model.config.vocab_size)))
    state = model.zero_state(streams)
    if streams > 1:
        for offset in range(-WARM_UP, 0, span):
            before = np.maximum(starts + np.arange(offset, min(offset + span, 0)), 0)
            _, state = model.read(_tensor(ids[before], model), state)
        # The first stream begins with the text, so nothing comes before it.
        state = tuple(part.index_fill(1, part.new_zeros(1, dtype=torch.long), 0) for part in state)
    total = 0.0
    for offset in range(0, length, span):
        positions = starts + np.arange(offset, min(offset + span, length))
        scored = torch.from_numpy(positions < np.minimum(starts + length, predictions))
        positions = np.minimum(positions, predictions - 1)
        inputs, targets = _tensor(ids[positions], model), _tensor(ids[positions + 1], model)
        logits, state = model(inputs, state)  # [S, T, V]
        losses = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        total += float(losses[scored.flatten().to(losses.device)].double().sum())
    return Measure(total / predictions, predictions)


def _evaluate_windows(model: CharModel, ids: AnyIds) -> Measure:
    config, window = model.config, model.config.window
    predictions = scored_characters(len(ids), window)
    numbers = max(config.vocab_size, window * max(config.input_size, config.hidden_size))
    span = max(1, min(1024, MAX_NUMBERS // numbers))
    total = 0.0
    for first in range(0, predictions, span):
        starts = np.arange(first, min(first + span, predictions))[:, None]
        cut = _tensor(ids[starts + np.arange(window + 1)], model)
        logits, _ = model(cut[:, :-1], model.zero_state(len(cut)))  # [N, 1, V]
        total += float(functional.cross_entropy(logits[:, 0], cut[:, -1], reduction="sum"))
    return Measure(total / predictions, predictions)


def _tensor(ids: AnyIds, model: CharModel) -> torch.Tensor:
    return torch.from_numpy(ids.astype(np.int64)).to(model.head.weight.device)
