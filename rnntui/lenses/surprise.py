"""Surprise: how unexpected each character of a text is to a network, in bits.

The surprisal of a character is -log2 of the probability that it had given those before it
(Shannon 1951, on letters of English); its mean is the network's bits per character.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.activations import Precision, activation_chunks
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.arrays import Array, Arrays
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.config import ModelConfig
from rnntui.text.ngrams.baselines import NgramSurprisal, best_ngram, never
from rnntui.text.vocabulary import AnyIds

AVERAGED = 50
"""Characters of the running average in tables and pictures."""

_MEAN_DIGITS = 3
"""Decimals of a stretch's bits that count; those behind depend on the machine."""


@dataclass(frozen=True)
class Stretch:
    """Part of a text, from `start` up to `stop`, and the mean of its surprisal in bits."""

    start: int
    stop: int
    bits: float


@dataclass(frozen=True, eq=False)
class Surprise:
    """The surprisal of N characters: `bits` `[N]`, of the text's characters from `start` on.

    The first characters of a text are not predicted: one of them, or a whole window. `ngram` is
    the surprisal of the same N characters to an n-gram model, where one was asked for.
    """

    start: int
    bits: Floats
    ngram: NgramSurprisal | None = None

    @property
    def bits_per_char(self) -> float:
        """The mean surprisal."""
        return float(self.bits.mean())

    def running_average(self, width: int) -> Floats:
        """The mean of each character's and the `width - 1` surprisals before it, `[N]`.

        The first characters have fewer before them.
        """
        return running_average(self.bits, width)

    def worst_stretches(self, count: int, length: int) -> list[Stretch]:
        """The `count` stretches of `length` characters with the highest mean, the worst first.

        No two overlap, so there may be fewer; places are those in the text. Of stretches whose
        means are equal but for rounding, as where a text repeats itself, the first comes first.
        """
        length = min(length, len(self.bits))
        means = running_average(self.bits, length)[length - 1 :]
        ranked = np.round(means, _MEAN_DIGITS)
        found: list[Stretch] = []
        while len(found) < count and np.isfinite(ranked.max()):
            at = int(ranked.argmax())
            start = self.start + at
            found.append(Stretch(start, start + length, float(means[at])))
            ranked[max(0, at - length + 1) : at + length] = -np.inf
        return found


def surprise(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    learned: AnyIds | None = None,
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> Surprise:
    """The surprisal of a text's characters, read from the zero state.

    With `learned`, the training text, also that of the best n-gram model counted on it.

    As `surprisal_chunks`, whose chunks are joined.
    """
    parts = list(surprisal_chunks(config, arrays, ids, precision, should_stop, cells))
    bits, start = np.concatenate(parts), _first(config)
    ngram = None
    if learned is not None and len(learned):
        known = best_ngram(learned, np.asarray(ids), config.vocab_size, should_stop=should_stop)
        ngram = NgramSurprisal(known.order, known.bits[start:])
    return Surprise(start, bits, ngram)


def surprisal_chunks(
    config: ModelConfig,
    arrays: Arrays,
    ids: AnyIds,
    precision: Precision = np.float64,
    should_stop: Callable[[], bool] = never,
    cells: Sequence[RecurrentCell] | None = None,
) -> Iterator[Floats]:
    """Yield the surprisal in bits chunk by chunk, so that a text of any length takes little memory.

    `arrays`, `precision`, `should_stop` and `cells` are as in `activation_chunks`. A network on
    windows predicts from whole windows only.

    Raises `CorpusError` for a text with nothing to predict.
    """
    start = _first(config)
    if len(ids) <= start:
        raise CorpusError(
            f"Surprise needs a text of at least {start + 1} characters: {start} to read, one to"
            " predict."
        )
    ids = np.asarray(ids)
    chunks = activation_chunks(
        config, arrays, ids[:-1], precision=precision, should_stop=should_stop, cells=cells
    )
    for chunk in chunks:
        targets = ids[chunk.start + 1 : chunk.start + 1 + len(chunk.ids)]
        bits = surprisal(chunk.scores, targets)[max(0, start - 1 - chunk.start) :]
        if len(bits):
            yield bits


def surprisal(scores: Array, targets: AnyIds) -> Floats:
    """The surprisal in bits `[T]` of the ids `targets` `[T]`, from logits `[T, V]`."""
    shifted = np.asarray(scores, np.float64)
    shifted = shifted - shifted.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(targets)), targets]
    return np.asarray((np.log(np.exp(shifted).sum(axis=1)) - chosen) / np.log(2))


def running_average(values: Floats, width: int) -> Floats:
    """The mean of each value and the `width - 1` before it, `[N]`; of fewer at the start."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    stops = np.arange(1, len(values) + 1)
    starts = np.maximum(stops - width, 0)
    return np.asarray((sums[stops] - sums[starts]) / (stops - starts))


def _first(config: ModelConfig) -> int:
    """The place of the first character that is predicted."""
    return max(config.window, 1)
