"""Queue of commands from a screen to its training run."""

import queue
from collections.abc import Sequence

from rnntui.training.commands import Command


class CommandQueue:
    """An `Inbox` that any thread may put commands into."""

    def __init__(self) -> None:
        """Start empty."""
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()

    def put(self, command: Command) -> None:
        """Add a command; it is obeyed between two steps."""
        self._commands.put(command)

    @property
    def is_empty(self) -> bool:
        """Whether no command is waiting."""
        return self._commands.empty()

    def drain(self) -> Sequence[Command]:
        """Return all waiting commands, without blocking."""
        taken: list[Command] = []
        while not self._commands.empty():
            taken.append(self._commands.get())
        return taken

    def wait(self) -> Sequence[Command]:
        """Return all waiting commands, blocking until there is one."""
        return [self._commands.get(), *self.drain()]
