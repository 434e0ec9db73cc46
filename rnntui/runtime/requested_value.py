"""A value that a training takes on later than it is asked to.

What is asked for next starts from what was asked last, not from what the training has
come to meanwhile: otherwise presses of a key that come before its answer are lost.
"""

from typing import Generic, TypeVar

V = TypeVar("V", float, bool)


class RequestedValue(Generic[V]):
    """What was asked last, until the training says that it is so; then what the training says."""

    def __init__(self, told: V) -> None:
        """Begin with what holds, nothing having been asked."""
        self._told: V = told
        self._asked: V = told
        self.is_waiting = False
        """Whether the training has yet to come to what was asked last."""

    @property
    def value(self) -> V:
        """What holds, or will once the training has come to it."""
        return self._asked if self.is_waiting else self._told

    def ask(self, value: V) -> None:
        """Note that a value was asked for."""
        self._asked, self.is_waiting = value, True

    def tell(self, value: V) -> None:
        """Note what the training says it is; an answer to an earlier question ends no wait."""
        self._told = value
        if value == self._asked:
            self.is_waiting = False
