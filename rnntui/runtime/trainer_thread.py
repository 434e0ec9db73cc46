"""The training thread: it pumps the generator of events into a channel."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, Generic, TypeVar

from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import Command, Inbox, Stop, WeightsOutlet
from rnntui.training.events import Failed, TrainEvent

Events = Callable[[Inbox, WeightsOutlet], Iterator[TrainEvent]]
"""Yields the events of a training run, given its inbox and outlet."""

NICENESS: Final = 5
"""Niceness of the trainer, and of what reads long beside it, relative to the screen."""

log = logging.getLogger(__name__)


E = TypeVar("E")


class EventThread(Generic[E]):
    """What yields events of training, in the background.

    An error in it becomes an event, its traceback goes to the log, and only this thread ends.
    """

    def __init__(
        self,
        events: Callable[[Inbox], Iterator[E]],
        channel: EventChannel[E],
        failed: Callable[[E | None, str], E],
    ) -> None:
        """Prepare; nothing runs before `start`.

        `failed` makes the event of an error from the last event, if any, and a sentence.
        """
        self._events = events
        self._failed = failed
        self.channel = channel
        self._commands = CommandQueue()
        self._thread = threading.Thread(target=self._pump, name="trainer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Send a command to the training run; it answers by events."""
        self._commands.put(command)

    def is_alive(self) -> bool:
        """Whether the training run is in progress or paused."""
        return self._thread.is_alive()

    def stop(self, seconds: float) -> bool:
        """Send `Stop` and wait at most `seconds` for the end; whether it has ended."""
        self.send(Stop())
        self.channel.close()
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _pump(self) -> None:
        give_way()
        last: E | None = None
        try:
            for event in self._events(self._commands):
                last = event
                self.channel.put(event)
        except RnntuiError as error:
            self.channel.put(self._failed(last, str(error)))
        except Exception as error:
            log.exception("The trainer's thread failed")
            sentence = f"The training run stopped on an unexpected error: {error!r}."
            self.channel.put(self._failed(last, sentence))


class TrainerThread(EventThread[TrainEvent]):
    """A training run in the background, which publishes its weights in `mailbox`."""

    def __init__(
        self, events: Events, channel: EventChannel[TrainEvent], mailbox: WeightsMailbox
    ) -> None:
        """Prepare; nothing runs before `start`."""
        super().__init__(lambda inbox: events(inbox, mailbox), channel, _failed_after)
        self.mailbox = mailbox


def _failed_after(last: TrainEvent | None, sentence: str) -> Failed:
    return Failed(last.step, last.elapsed_s, sentence) if last else Failed(0, 0.0, sentence)


def give_way() -> None:
    """Lower the priority of this thread and those it starts.

    What computes all the time keeps every core busy; keys are answered sooner where the screen
    needn't wait for its turn. Only Linux has a niceness for each thread.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            usual = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, usual + NICENESS)
