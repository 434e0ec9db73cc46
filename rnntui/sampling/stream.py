"""The character stream: an endless iterator that writes with a network, one character at a time.

It holds the hidden state and one character, so its memory does not grow with
what it has written. Settings and weights are asked for before every character:
a switch of mode, or newer weights, act on the very next one.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnntui.errors import SamplingError
from rnntui.sampling.choice import SamplingSpec, best, choose, probabilities
from rnntui.sampling.fast_step import FastNetwork, FastState, Weights
from rnntui.text.vocabulary import Vocabulary

CANDIDATES = 5
"""How many of the likeliest characters come with each that was written."""


@dataclass(frozen=True)
class Character:
    """A written character and how likely it was.

    `probability` and `candidates` (best first) are the network's own at the
    temperature in force, before `top_k` and `top_p`; so a character that
    `argmax` took shows how sure the network was. `step` is the training step
    of the weights that wrote it.
    """

    symbol: str
    probability: float
    candidates: tuple[tuple[str, float], ...]
    step: int


def start_of_text(vocabulary: Vocabulary) -> str:
    """What a stream reads first when it is given no prime.

    A line end if the corpus has one, so that writing begins as a line does;
    else a space; else the commonest character.
    """
    for symbol in ("\n", " "):
        if symbol in vocabulary:
            return symbol
    return vocabulary.symbols[0]


def hybrid_equals_argmax(vocabulary: Vocabulary) -> bool:
    """Whether `hybrid` never draws, there being no space in the corpus."""
    return " " not in vocabulary


class CharacterStream(Iterator[Character]):
    """Text from a network, endlessly.

    A network trained on streams carries its state on; one trained on windows
    reads the last `window` characters anew from zero state for each, as it was
    trained, a shorter beginning being padded in front with the start symbol.

    The same seed, weights, prime and specification give the same text. One
    number is drawn for every character whatever the mode, so a change of mode
    and back again leaves the later draws where they were.
    """

    def __init__(
        self,
        weights: Callable[[], Weights],
        vocabulary: Vocabulary,
        spec: Callable[[], SamplingSpec],
        prime: str,
        seed: int,
    ) -> None:
        """Read the prime, or `start_of_text` where it is empty.

        Raises `CorpusError` for characters outside the vocabulary; see
        `substitute_unknown`.
        """
        self._weights = weights
        self._spec = spec
        self._vocabulary = vocabulary
        self._generator = np.random.default_rng(seed)
        self._current = weights()
        self._network = FastNetwork(self._current)
        start = vocabulary.index(start_of_text(vocabulary))
        ids = [int(index) for index in vocabulary.encode(prime)] or [start]
        self._previous = ids[-1]
        self._space = vocabulary.index(" ") if " " in vocabulary else None
        window = self._network.config.window
        if window:
            self._recent: deque[int] | None = deque([start] * window + ids, maxlen=window)
        else:
            self._recent = None
            self._state = self._network.zero_state(1)
            for index in ids[:-1]:
                self._state = self._network.read(np.array([index]), self._state)

    def __next__(self) -> Character:
        """Write one character.

        Raises `SamplingError` where the network's numbers have grown out of
        all bounds, as a ReLU network's may.
        """
        self._follow_weights()
        spec = self._spec()
        state = self._read_on() if self._recent is None else self._read_window(self._recent)
        scores = self._network.scores(state)[0]
        if not np.isfinite(scores).all():
            raise SamplingError(
                "The network's state has grown beyond all numbers, so it can't go on writing;"
                " begin a new text, or train with a lower learning rate."
            )
        probs = probabilities(scores, spec.temperature)
        noise = float(self._generator.random())
        after_space = self._space is not None and self._previous == self._space
        chosen = choose(probs, spec, after_space, noise)
        self._previous = chosen
        if self._recent is not None:
            self._recent.append(chosen)
        symbols = self._vocabulary.symbols
        candidates = tuple((symbols[index], p) for index, p in best(probs, CANDIDATES))
        return Character(symbols[chosen], float(probs[chosen]), candidates, self._network.step)

    def _follow_weights(self) -> None:
        latest = self._weights()
        if latest is not self._current:
            self._current = latest
            self._network = FastNetwork(latest)

    def _read_on(self) -> FastState:
        # The last character is read only now, so that it is read with the newest weights.
        self._state = self._network.read(np.array([self._previous]), self._state)
        return self._state

    def _read_window(self, recent: deque[int]) -> FastState:
        state = self._network.zero_state(1)
        for index in recent:
            state = self._network.read(np.array([index]), state)
        return state
