"""The duel: one thread that goes on from one prime in all three modes, a round at a time.

A round is one character of each mode. The streams of a duel follow the same
weights and settings and have the same seed, but share nothing else, so each is
what a single stream of its mode would be.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import fsum
from typing import Final, get_args

from rnntui.runtime.generator_thread import CAPACITY, PacedThread
from rnntui.runtime.session import Network, Spec
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.sampling.stream import Character, CharacterStreams, all_of

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
"""The sides of a duel, in the order in which a round has them."""

RECENT: Final = 1000
"""Characters that a measure looks back on."""

GRAM: Final = 8
"""Characters that count as a repetition when they come again."""

Round = tuple[Character, ...]
"""A character of each of `MODES`."""

OpenDuel = Callable[[Network, Spec, str, int], Iterator[Round]]
"""Makes the rounds from a network, what says how to sample, a prime and a seed."""


def open_duel(network: Network, spec: Spec, prime: str, seed: int) -> Iterator[Round]:
    """Real rounds, endlessly; waits for the network's first weights.

    Weights and specification are asked for once a round, so that all sides of it
    have the same; the specification's own mode counts for nothing. Raises what
    `CharacterStream` does.
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
    """Rounds in the background, at a pace of so many a second."""

    def __init__(
        self,
        rounds: Callable[[], Iterator[Round]],
        failed: Callable[[str], None],
        pace: float = 0.0,
    ) -> None:
        """Get ready; `rounds` is made, and `failed` is told a sentence, in the thread."""
        # No more characters wait than for a single stream, as they take as long to show.
        super().__init__(rounds, failed, pace, CAPACITY // len(MODES))


class RecentOutput:
    """How sure and how varied the last `RECENT` characters of a stream are.

    Costs the same for each character however long the stream is: the grams
    among the last characters are counted, one coming in and one going out.
    """

    def __init__(self) -> None:
        """Start with no text."""
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
        """Mean probability of the characters, 0 to 1; None while there are none."""
        if not self._probabilities:
            return None
        return fsum(self._probabilities) / len(self._probabilities)

    @property
    def distinct_share(self) -> float | None:
        """Distinct grams as a share of all, 0 to 1; None while there are none.

        1 where no sequence of `GRAM` characters comes twice, near 0 in a loop
        (distinct-n, Li et al. 2016, of characters).
        """
        if not self._grams:
            return None
        return len(self._counts) / len(self._grams)
