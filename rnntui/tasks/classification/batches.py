"""Batches of labelled texts, cut and padded to one length.

Needs no torch. A batch's texts are a function of seed, epoch and number alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.text.labelled.batches import (
    EncodedTexts,
    Indices,
    bucketed_batches,
    padded,
    shuffled_batches,
)
from rnntui.text.vocabulary import Ids

MAX_EVALUATED_NUMBERS = 2**24
"""Maximum activations, gates included, held by an evaluation at once: bounds its memory."""


@dataclass(frozen=True, eq=False)
class Examples:
    """N encoded texts and their class numbers, `labels` `[N]`."""

    texts: EncodedTexts
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TextBatch:
    """B texts: `ids` `[B, T]`, their `lengths` `[B]` without padding behind, `labels` `[B]`."""

    ids: Ids
    lengths: Ids
    labels: NDArray[np.int64]


def read_lengths(texts: EncodedTexts, config: ClassifyConfig) -> Ids:
    """Number of positions of each text that the network reads, `[N]`, padding in front included."""
    if config.padding == "front":
        return np.full(len(texts), config.max_length, dtype=np.int64)
    return np.minimum(texts.lengths, config.max_length) if config.max_length else texts.lengths


def text_batch(examples: Examples, indices: Indices, config: ClassifyConfig) -> TextBatch:
    """The examples `indices` as a batch, cut and padded as configured, to the longest at most."""
    lengths = read_lengths(examples.texts, config)[indices]
    longest = int(lengths.max())
    ids = padded(examples.texts, indices, longest, config.padding, config.keep)
    return TextBatch(ids, lengths, examples.labels[indices])


class TextBatches:
    """The training texts in batches, shuffled in each epoch.

    With padding behind, texts of similar length are batched together. The last batch of an
    epoch may be smaller.
    """

    def __init__(self, examples: Examples, indices: Indices, config: ClassifyConfig) -> None:
        """Batch the examples `indices` as configured."""
        self._examples, self._indices, self._config = examples, indices, config
        self._epoch = -1
        self._cuts: tuple[Indices, ...] = ()
        self.batches_per_epoch = -(-len(indices) // config.batch_size)

    def batch(self, epoch: int, number: int) -> TextBatch:
        """Batch `number` of epoch `epoch`, both from 0."""
        if epoch != self._epoch:
            self._epoch, self._cuts = epoch, self._cut(epoch)
        return text_batch(self._examples, self._cuts[number], self._config)

    def _cut(self, epoch: int) -> tuple[Indices, ...]:
        config = self._config
        if config.padding == "front":
            return shuffled_batches(self._indices, config.batch_size, config.seed, epoch)
        lengths = read_lengths(self._examples.texts, config)
        return bucketed_batches(lengths, self._indices, config.batch_size, config.seed, epoch)


def batches_to_measure(
    examples: Examples, indices: Indices, config: ClassifyConfig
) -> Iterator[TextBatch]:
    """The examples `indices`, each once, sorted by length, in batches of bounded size."""
    lengths = read_lengths(examples.texts, config)
    by_length = indices[np.argsort(lengths[indices], kind="stable")]
    # An LSTM's four gates, its input and its states.
    width = config.embedding_size if config.input_encoding == "embedding" else 1
    numbers = 8 * max(config.hidden_size, width)
    start = 0
    while start < len(by_length):
        # As many as fit at the first one's length, then as many of these as fit at the last's.
        most = max(1, MAX_EVALUATED_NUMBERS // (numbers * int(lengths[by_length[start]])))
        chosen = by_length[start : start + most]
        fit = MAX_EVALUATED_NUMBERS // (numbers * int(lengths[chosen[-1]]))
        chosen = chosen[: max(1, fit)]
        yield text_batch(examples, chosen, config)
        start += len(chosen)
