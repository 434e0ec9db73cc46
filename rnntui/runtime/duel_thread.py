"""The duel: one thread that continues one prime in all three modes, a round at a time.

A round is one character of each mode. The streams of a duel have the same weights,
settings and seed, but share nothing else, so each equals a single stream of its mode.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import fsum
from typing import Final, get_args

from rnntui.runtime.generating.generator_thread import CAPACITY, PacedThread
from rnntui.runtime.session import CurrentSpec, Network
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.sampling.stream import Character, CharacterStreams, all_of

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
"""The sides of a duel, in the order of a round."""

RECENT: Final = 1000
"""Window of the measures, in characters."""

GRAM: Final = 8
"""Length of the character n-grams whose repetition is measured."""

Round = tuple[Character, ...]
"""A character of each of `MODES`."""

OpenDuel = Callable[[Network, CurrentSpec, str, int], Iterator[Round]]
"""Opens rounds from a network, the current sampling specification, a prime and a seed."""


def open_duel(network: Network, spec: CurrentSpec, prime: str, seed: int) -> Iterator[Round]:
    """Sample real rounds, endlessly; waits for the network's first weights.

    Weights and specification are read once a round, so that all its sides have the
    same; the specification's own mode is ignored. Raises what `CharacterStream` does.
    """
    weights, settings = network.weights(), spec()

    def in_mode(mode: Mode) -> Callable[[], SamplingSpec]:
        return lambda: replace(settings, mode=mode)

    streams = CharacterStreams(
        lambda: weights,
        network.vocabulary,
        [in_mode(mode) for mode in MODES],
        prime,
        [seed] * len(MODES),
    )
    while True:
        weights, settings = network.weights(), spec()
        yield all_of(next(streams))


class DuelThread(PacedThread[Round]):
    """Rounds in the background, at `pace` rounds a second."""

    def __init__(
        self,
        rounds: Callable[[], Iterator[Round]],
        failed: Callable[[str], None],
        pace: float = 0.0,
    ) -> None:
        """Prepare; `rounds`, and `failed` with a sentence, are called in the thread."""
        # As many characters wait as for a single stream, since they take as long to show.
        super().__init__(rounds, failed, pace, CAPACITY // len(MODES))


class RecentOutput:
    """Mean probability and variety of the last `RECENT` characters of a stream.

    O(1) per character: the n-grams of the window are counted, one entering and one
    leaving.
    """

    def __init__(self) -> None:
        """Start with an empty window."""
        self._probabilities: deque[float] = deque(maxlen=RECENT)
        self._end: deque[str] = deque(maxlen=GRAM)
        self._grams: deque[tuple[str, ...]] = deque()
        self._counts: Counter[tuple[str, ...]] = Counter()

    def add(self, characters: Iterable[Character]) -> None:
        """Add the newest characters."""
        for character in characters:
            self._probabilities.append(character.probability)
            self._end.append(character.symbol)
            if len(self._end) == GRAM:
                self._count(tuple(self._end))

    def _count(self, gram: tuple[str, ...]) -> None:
        self._grams.append(gram)
        self._counts[gram] += 1
        if len(self._grams) > RECENT - GRAM + 1:
            oldest = self._grams.popleft()
            self._counts[oldest] -= 1
            if not self._counts[oldest]:
                del self._counts[oldest]

    @property
    def mean_probability(self) -> float | None:
        """Mean probability of the characters, 0 to 1; None for an empty window."""
        if not self._probabilities:
            return None
        return fsum(self._probabilities) / len(self._probabilities)

    @property
    def distinct_share(self) -> float | None:
        """Distinct n-grams as a share of all, 0 to 1; None while there are none.

        1 where no sequence of `GRAM` characters occurs twice, near 0 in a loop
        (distinct-n, Li et al. 2016, of characters).
        """
        if not self._grams:
            return None
        return len(self._counts) / len(self._grams)
