"""Two streams from the same seed, of a network and of the network after surgery, step by step.

Once they differ, each has a history of its own, and their predictions tell little of the operation.
So the operated network also reads what the untouched one generates: what that costs it is what the
operation costs.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rnntui.lenses.surgery import AnyOperation, operated_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.generators import CANDIDATES
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.text.vocabulary import Vocabulary


class Pair(NamedTuple):
    """The characters of both streams at one place.

    `share` is the probability that the operated network gives the untouched character after the
    untouched text.
    """

    untouched: Character
    operated: Character
    share: float

    @property
    def extra_bits(self) -> float:
        """Bits that the untouched character costs the operated network more than the untouched."""
        # A float's smallest number stands for a probability that has rounded to 0.
        share = max(self.share, sys.float_info.min)
        return math.log2(self.untouched.probability / share)


class OperatedStreams(Iterator[Pair]):
    """Both streams, endlessly, each as it would be alone; with the newest weights at each place.

    They are computed in NumPy, so that without operations they are equal to the last digit.
    """

    def __init__(
        self,
        weights: Callable[[], NetworkWeights],
        vocabulary: Vocabulary,
        operations: Sequence[AnyOperation],
        spec: SamplingSpec,
        prime: str,
        seed: int,
    ) -> None:
        """Read the prime. Raises what `CharacterStream` does, and `ConfigError` as `operated`."""
        self._latest, self._operations = weights, operations
        self._weights = weights()
        self._changed = operated_weights(self._weights, operations)

        def stream(of: Callable[[], NetworkWeights], candidates: int) -> CharacterStream:
            return CharacterStream(of, vocabulary, lambda: spec, prime, seed, "numpy", candidates)

        self._untouched = stream(lambda: self._weights, CANDIDATES)
        self._operated = stream(lambda: self._changed, CANDIDATES)
        # Whatever the untouched network generates is among its candidates.
        self._reading = stream(lambda: self._changed, len(vocabulary))

    def __next__(self) -> Pair:
        """Generate one character of each. Raises `DivergedError`."""
        latest = self._latest()
        if latest is not self._weights:
            self._weights = latest
            self._changed = operated_weights(latest, self._operations)
        reading = self._reading.predict()
        untouched = next(self._untouched)
        self._reading.put(untouched.unit)
        share = dict(reading.candidates)[untouched.unit]
        return Pair(untouched, next(self._operated), share)

    def predicted(self) -> tuple[tuple[str, float, float], ...]:
        """The likeliest symbols after the untouched text, as the untouched network has it.

        Each with its probability in the untouched network, and in the operated one.
        """
        after = dict(self._reading.predict().candidates)
        before = self._untouched.predict().candidates
        return tuple((symbol, share, after[symbol]) for symbol, share in before)


def mean_extra_bits(pairs: Sequence[Pair]) -> float:
    """Bits a character that the operation costs, over all places; 0 for none."""
    return math.fsum(pair.extra_bits for pair in pairs) / len(pairs) if pairs else 0.0
