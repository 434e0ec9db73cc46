"""A stream of characters in the background that can be steered while it is paused.

In a pause the thread predicts the next character, again and again, as settings and weights may
change meanwhile; a person takes the prediction, or one of its candidates in its place.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Final, Protocol, runtime_checkable

from rnntui.runtime.generating.generator_thread import PacedThread
from rnntui.sampling.stream import Character

CHOICES: Final = 9
"""Candidates to choose from: as many as there are digits to choose them by."""

WAIT_SECONDS: Final = 0.05
"""How long the end of a pause may go unnoticed."""

WAITS_PER_PREDICTION: Final = 5
"""Waits after which the prediction of a paused stream is made anew."""


@runtime_checkable
class SteerableStream(Iterator[Character], Protocol):
    """A stream that can predict its next character, and be given another one in its place."""

    def predict(self) -> Character:
        """The character that would come next, without generating it."""

    def put(self, symbol: str) -> str:
        """Go on as if this character were the next one, without drawing a number for it.

        Returns its text.
        """


class SteeredThread(PacedThread[Character]):
    """A stream in the background; one that is not steerable is only paused."""

    def __init__(
        self,
        stream: Callable[[], Iterator[Character]],
        failed: Callable[[str], None],
        predicted: Callable[[], None],
        pace: float = 0.0,
    ) -> None:
        """Prepare; `predicted` is called in the thread at each new prediction."""
        super().__init__(stream, failed, pace)
        self._predicted = predicted
        self._requests: queue.SimpleQueue[Character | None] = queue.SimpleQueue()
        # Held where a request is made, so that no prediction from before it is taken for a new one.
        self._lock = threading.Lock()
        self.prediction: Character | None = None
        """The next character of a paused stream; None while it isn't known."""

    def choose(self, symbol: str) -> None:
        """Continue with a candidate of the prediction; nothing without such a one."""
        with self._lock:
            prediction = self.prediction
            if prediction is not None and symbol in dict(prediction.candidates):
                self.prediction = None
                self._requests.put(prediction.replaced_by(symbol))

    def step(self) -> None:
        """Pause, after one more character if it is paused already."""
        if self.paused:
            with self._lock:
                self.prediction = None
                self._requests.put(None)
        self.paused = True

    def _goes_on(self, stream: Iterator[Character]) -> bool:
        """Do what is asked for in a pause, until it ends; False once stopped."""
        if not isinstance(stream, SteerableStream):
            return super()._goes_on(stream)
        waits = 0
        while not self._stopped.is_set():
            try:
                request = self._requests.get(timeout=WAIT_SECONDS if waits else 0.0)
            except queue.Empty:
                if not self.paused:
                    self.prediction = None
                    return True
                if waits % WAITS_PER_PREDICTION == 0:
                    self._predict(stream)
                waits += 1
            else:
                self._obey(stream, request)
                waits = 0
        return False

    def _predict(self, stream: SteerableStream) -> None:
        predicted = stream.predict()
        with self._lock:
            if not self._requests.empty() or predicted == self.prediction:
                return
            self.prediction = predicted
        self._predicted()

    def _obey(self, stream: SteerableStream, chosen: Character | None) -> None:
        """Append what was chosen, or the next character."""
        self._put(next(stream) if chosen is None else chosen.shown_as(stream.put(chosen.unit)))
