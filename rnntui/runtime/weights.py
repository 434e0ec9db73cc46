"""Hands weights from a training run to a sampler; only the latest copy is kept."""

import threading
import time

from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.nets.numpy_network import NetworkWeights

REFRESH_SECONDS = 0.5
"""Least age of a copy before a newer one is made."""

FIRST_WEIGHTS_SECONDS = 120.0
"""How long a stream waits for a training run that has just begun (torch must be loaded)."""


class WeightsMailbox:
    """A `WeightsOutlet` whose latest copy any thread may read.

    A copy is made only once the one before it was read, so that an unwatched training
    run makes none.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Start with no weights."""
        self._clock = clock
        self._arrived = threading.Condition()
        self._latest: NetworkWeights | None = None
        self._was_read = True
        self._made_at = 0.0

    def wanted(self) -> bool:
        """Whether the latest copy has been read and is no longer fresh."""
        return self._was_read and self._clock() - self._made_at >= REFRESH_SECONDS

    def publish(self, weights: NetworkWeights) -> None:
        """Replace the latest copy."""
        with self._arrived:
            self._latest, self._was_read, self._made_at = weights, False, self._clock()
            self._arrived.notify_all()

    def latest(self) -> NetworkWeights | None:
        """The latest copy, or None before the first."""
        self._was_read = True
        return self._latest

    def wait_for_first(self, seconds: float) -> NetworkWeights | None:
        """The latest copy, waiting at most `seconds` for the first one."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._latest is not None, seconds)
        return self.latest()


def latest_weights(mailbox: WeightsMailbox) -> NetworkWeights:
    """The latest copy, waiting for the first. Raises `RnntuiError` where it doesn't come."""
    weights = mailbox.latest() or mailbox.wait_for_first(FIRST_WEIGHTS_SECONDS)
    if weights is None:
        raise RnntuiError("The training run has no weights yet; try again once it has begun.")
    return weights
