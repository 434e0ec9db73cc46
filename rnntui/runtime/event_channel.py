"""Channel of events from a trainer's thread to a reader that polls at its own pace."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rnntui.training.events import Step

CAPACITY = 20_000
"""Events that may wait; beyond it the trainer waits for the reader."""


E = TypeVar("E")


def is_step(event: object) -> bool:
    """Whether an event is a training run's step."""
    return isinstance(event, Step)


class EventChannel(Generic[E]):
    """Events in order, drained all at once.

    Steps wait to be polled; any other event calls `wake` at once, in the sender's
    thread, until the channel is closed.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        is_step: Callable[[E], bool] = is_step,
    ) -> None:
        """Start empty and open."""
        self._wake = wake
        self._is_step = is_step
        self._events: deque[E] = deque()
        self._space = threading.Condition()
        self._closed = False

    def put(self, event: E) -> None:
        """Add an event; waits while the channel is full, unless it is closed."""
        with self._space:
            self._space.wait_for(lambda: self._closed or len(self._events) < CAPACITY)
            self._events.append(event)
            # A reader that closed may be gone, or be waiting for the sender to end.
            wake = not self._closed and not self._is_step(event)
        if wake:
            self._wake()

    def drain(self) -> Sequence[E]:
        """Return all waiting events, oldest first."""
        with self._space:
            events = tuple(self._events)
            self._events.clear()
            self._space.notify_all()
        return events

    def close(self) -> None:
        """Release a waiting sender; nobody waits from now on."""
        with self._space:
            self._closed = True
            self._space.notify_all()
