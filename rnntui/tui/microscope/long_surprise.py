"""The surprise of a long text, found chunk by chunk beside a screen and a training run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.surprise import Stretch, Surprise, surprisal_chunks
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.text.corpus import load_corpus
from rnntui.text.in_units import require_characters
from rnntui.text.ngrams.baselines import NgramSurprisal, best_ngram
from rnntui.text.vocabulary import AnyIds

MOST_READ: Final = 1 << 20
"""Characters of a text that are read, its first ones."""

STRETCH: Final = 20
"""Characters of the stretches that are ranked."""

RANKED: Final = 20

Wait = Callable[[float], bool]
"""Waits some seconds, less where there is reason to stop; says whether there is."""


@dataclass(frozen=True, eq=False)
class LongSurprise:
    """The surprisal of the characters of `ids` `[T]`, as far as it is known.

    `bits` `[T]` is in bits, 0 for the `first` characters, which nothing predicts, and from `read`
    on. `worst` are the stretches with the highest mean so far. `ngram` has the bits `[T]` of the
    best n-gram model once they are there. `step` is that of the weights, and `left_out` the
    number of characters that the network doesn't know.
    """

    ids: AnyIds
    left_out: int
    step: int
    first: int
    read: int
    bits: Floats
    worst: tuple[Stretch, ...] = ()
    ngram: NgramSurprisal | None = None

    @property
    def bits_per_char(self) -> float:
        """The mean surprisal of what is read; NaN before anything is predicted."""
        known = self.bits[self.first : self.read]
        return float(known.mean()) if len(known) else float("nan")


def text_to_read(network: Network, reference: str) -> tuple[AnyIds, int]:
    """The ids of a library text or file, or of the network's own text for an empty reference.

    Characters that the network doesn't know are left out; their number is the second value.
    Raises `CorpusError` for a text that is missing or has too few characters.
    """
    require_characters(network.vocabulary, "The Microscope")
    if not reference:
        ids = np.concatenate([np.asarray(part) for part in network.parts()])[:MOST_READ]
        return _enough(network, ids), 0
    corpus = load_corpus(reference, normalisation=network.normalisation)
    table = network.vocabulary.translation_from(corpus.vocabulary)
    found = table[np.asarray(corpus.ids[:MOST_READ])]
    ids = found[found >= 0]
    return _enough(network, ids), len(found) - len(ids)


def _enough(network: Network, ids: AnyIds) -> AnyIds:
    least = max(network.weights().config.window, 1) + 1
    if len(ids) < least:
        raise CorpusError(
            f"There is too little to read: surprise needs {least} characters that the network"
            " knows."
        )
    return ids


def long_surprise(
    network: Network, ids: AnyIds, left_out: int, rest_share: float, wait: Wait
) -> Iterator[LongSurprise]:
    """Read a text; yield what is known after each chunk, and at last the best n-gram model beside.

    The worst stretches are ranked at the end; `ranked` does so earlier.
    While a training run changes the weights, reading rests `rest_share` times as long as it
    takes. Ends soon after `wait` returns True, with `MeasurementStoppedError` where it counts.
    """
    weights = network.weights()
    config = weights.config
    first = max(config.window, 1)
    found = LongSurprise(ids, left_out, weights.step, first, first, np.zeros(len(ids)))
    began = time.perf_counter()
    for bits in surprisal_chunks(config, weights.arrays, ids, np.float32):
        spent = time.perf_counter() - began
        found.bits[found.read : found.read + len(bits)] = bits
        found = replace(found, read=found.read + len(bits))
        yield found
        if wait(_rest(network, weights, rest_share, spent)):
            return
        began = time.perf_counter()
    found = ranked(found)
    yield found
    learned, _ = network.parts()
    if not len(learned):
        return
    last = [time.perf_counter()]

    def should_stop() -> bool:
        spent = time.perf_counter() - last[0]
        stop = wait(_rest(network, weights, rest_share, spent))
        last[0] = time.perf_counter()
        return stop

    ngram = best_ngram(learned, ids, config.vocab_size, should_stop=should_stop)
    yield replace(found, ngram=ngram)


def ranked(found: LongSurprise) -> LongSurprise:
    """The same with the stretches where the network was most wrong so far."""
    known = found.bits[found.first : found.read]
    if not len(known):
        return found
    worst = Surprise(found.first, known).worst_stretches(RANKED, STRETCH)
    return replace(found, worst=tuple(worst))


def _rest(network: Network, weights: NetworkWeights, share: float, spent: float) -> float:
    """How long to rest after some seconds of work: not at all where nothing trains."""
    return share * spent if network.weights() is not weights else 0.0
