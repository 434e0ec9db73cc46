"""The way of commands from a reader of events to the training that sends them."""

import queue
from collections.abc import Sequence

from rnntui.training.commands import Command


class CommandQueue:
    """An `Inbox` that any thread may put commands into."""

    def __init__(self) -> None:
        """Start empty."""
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()

    def put(self, command: Command) -> None:
        """Ask for something; it is heard between two steps."""
        self._commands.put(command)

    def drain(self) -> Sequence[Command]:
        """All that have come, at once; none is a fast answer."""
        taken: list[Command] = []
        while not self._commands.empty():
            taken.append(self._commands.get())
        return taken

    def wait(self) -> Sequence[Command]:
        """All that have come, waiting until there is one."""
        return [self._commands.get(), *self.drain()]
