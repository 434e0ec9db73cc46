"""The way of events from the trainer's thread to a reader that looks at its own pace."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from rnntui.training.events import Step, TrainEvent

CAPACITY = 20_000
"""Events that may wait; beyond it the training waits for the reader."""


class EventChannel:
    """Events in order, taken all at once.

    Steps wait to be polled; any other event calls `wake` at once, in the
    thread that sends it, until the channel is closed.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """Start empty and open."""
        self._wake = wake
        self._events: deque[TrainEvent] = deque()
        self._space = threading.Condition()
        self._closed = False

    def put(self, event: TrainEvent) -> None:
        """Add an event; waits while the channel is full, unless it is closed."""
        with self._space:
            self._space.wait_for(lambda: self._closed or len(self._events) < CAPACITY)
            self._events.append(event)
            # A reader that closed may be gone, or be waiting for the sender's end.
            wake = not self._closed and not isinstance(event, Step)
        if wake:
            self._wake()

    def drain(self) -> Sequence[TrainEvent]:
        """All events that wait, oldest first."""
        with self._space:
            events = tuple(self._events)
            self._events.clear()
            self._space.notify_all()
        return events

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._space:
            self._closed = True
            self._space.notify_all()
