"""The thread that trains: it pumps the generator of events into a channel."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from rnntui.errors import RnntuiError
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import Command, Inbox, Stop, WeightsOutlet
from rnntui.training.events import Failed, TrainEvent

Events = Callable[[Inbox, WeightsOutlet], Iterator[TrainEvent]]
"""What is pumped: given an inbox and an outlet, the events of a training."""

NICENESS: Final = 5
"""How much the training gives way to the screen, as `nice` counts it."""

log = logging.getLogger(__name__)


class TrainerThread:
    """A training in the background.

    Whatever goes wrong in it ends as a `Failed` event with a sentence, its
    traceback in the log; the thread then ends, and nothing else with it.
    """

    def __init__(self, events: Events, channel: EventChannel, mailbox: WeightsMailbox) -> None:
        """Get ready; nothing runs before `start`."""
        self._events = events
        self.channel = channel
        self.mailbox = mailbox
        self._commands = CommandQueue()
        self._thread = threading.Thread(target=self._pump, name="trainer", daemon=True)

    def start(self) -> None:
        """Begin to train."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Ask the training for something; it answers by events."""
        self._commands.put(command)

    def is_alive(self) -> bool:
        """Whether the training goes on, or waits in a pause."""
        return self._thread.is_alive()

    def stop(self, seconds: float) -> bool:
        """Ask to save and finish, and wait that long at most; whether it has ended."""
        self.send(Stop())
        self.channel.close()
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _pump(self) -> None:
        _give_way()
        last = (0, 0.0)
        try:
            for event in self._events(self._commands, self.mailbox):
                last = (event.step, event.elapsed_s)
                self.channel.put(event)
        except RnntuiError as error:
            self.channel.put(Failed(*last, sentence=str(error)))
        except Exception as error:
            log.exception("The trainer's thread failed")
            sentence = f"The training stopped on an error that should not happen: {error!r}."
            self.channel.put(Failed(*last, sentence=sentence))


def _give_way() -> None:
    """Let the other threads of this process go before this one and those it starts.

    A training keeps every core busy; a key is answered sooner where the screen needn't
    wait for its turn. Only Linux has a niceness for each thread.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            usual = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, usual + NICENESS)
