"""The search for a marked stretch's pattern in the network's own text, while that is being read."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.marked_stretch import MarkedStretch, marked_stretch
from rnntui.lenses.matching_stretches import OnOff, on_off, on_off_so_far
from rnntui.lenses.surgery import AnyOperation, operated_weights
from rnntui.runtime.session import Network
from rnntui.text.in_units import require_characters
from rnntui.text.vocabulary import AnyIds

MOST_SEARCHED: Final = 1 << 20
"""Characters of the network's own text that are searched, its first ones."""

TELL_SECONDS: Final = 1.5
"""How often what was found so far is told while the text is being read."""

Wait = Callable[[float], bool]
"""Waits some seconds, less where there is reason to stop; says whether there is."""


@dataclass(frozen=True, eq=False)
class Searched:
    """What was found for a mark in the first `characters` of the text `ids` `[T]`.

    `step` is that of the weights that the text was read with.
    """

    stretch: MarkedStretch
    ids: AnyIds
    characters: int
    step: int


class _Reading:
    """A network's own text, and where units are on in as much of it as is read."""

    def __init__(self, network: Network, operations: tuple[AnyOperation, ...]) -> None:
        require_characters(network.vocabulary, "The Microscope")
        self.network, self.operations = network, operations
        self.weights = network.weights()
        self.config = self.weights.config
        self.operated = operated_weights(self.weights, operations)
        learned, held_out = network.parts()
        self.ids = np.asarray(learned if len(learned) else held_out)[:MOST_SEARCHED]
        if not len(self.ids):
            raise CorpusError("There is no text to search: the network's own is empty.")
        self._chunks = on_off_so_far(
            self.config, self.operated.arrays, self.ids, cells=self.operated.cells
        )
        self.read: OnOff | None = None
        self.seconds = self.ended = self.rests_until = 0.0

    @property
    def is_whole(self) -> bool:
        return self.read is not None and self.read.characters == len(self.ids)

    def is_fresh(self, rest_share: float) -> bool:
        """Whether it need not be read anew: while it goes on, and long after where weights change.

        Weights that stay are fresh for ever.
        """
        rests = time.monotonic() < self.ended + rest_share * self.seconds
        return not self.is_whole or rests or self.network.weights() is self.weights

    def go_on(self) -> float:
        """Read another chunk; the seconds that it took."""
        began = time.perf_counter()
        self.read = next(self._chunks)
        spent = time.perf_counter() - began
        self.seconds += spent
        self.ended = time.monotonic()
        return spent


class CorpusSearch:
    """Keeps where units are on in a network's own text, so that only the first mark waits for it.

    One thread searches at a time; another one waits for its end, and goes on with what it read.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._lock = threading.Lock()
        self._reading: _Reading | None = None

    def search(
        self,
        network: Network,
        operations: tuple[AnyOperation, ...],
        ids: AnyIds,
        mark: tuple[int, int],
        rest_share: float,
        wait: Wait,
    ) -> Iterator[Searched]:
        """Yield what is found for a mark in the text `ids`, again while the corpus is being read.

        The corpus is read anew with newer weights once `rest_share` times as long has passed as
        reading it took. While a training run changes the weights, reading rests `rest_share`
        times as long as it takes, too.

        Raises `CorpusError` where the network's own text is gone, and
        `MeasurementStoppedError` soon after `wait` returns True.
        """
        with self._lock:
            reading = self._reading
            if (
                reading is None
                or reading.network is not network
                or reading.operations != operations
                or not reading.is_fresh(rest_share)
            ):
                self._reading = reading = _Reading(network, operations)

            def should_stop() -> bool:
                return wait(0.0)

            of = reading.operated
            text = on_off(of.config, of.arrays, ids, should_stop=should_stop, cells=of.cells)
            told = -TELL_SECONDS
            while True:
                if reading.read is not None and (
                    reading.is_whole or time.monotonic() - told >= TELL_SECONDS
                ):
                    stretch = marked_stretch(text, *mark, reading.read, should_stop=should_stop)
                    characters = reading.read.characters
                    yield Searched(stretch, reading.ids, characters, reading.weights.step)
                    told = time.monotonic()
                if reading.is_whole:
                    return
                # Another search may have been ended in its rest, which this one takes over.
                if wait(max(reading.rests_until - time.monotonic(), 0.0)):
                    return
                spent = reading.go_on()
                if network.weights() is not reading.weights:
                    reading.rests_until = time.monotonic() + rest_share * spent
