"""A value that a training run takes on only some time after it is requested.

The next request starts from the last one, not from the value confirmed meanwhile:
otherwise key presses before the confirmation would be lost.
"""

from typing import Generic, TypeVar

V = TypeVar("V", float, bool)


class RequestedValue(Generic[V]):
    """The last requested value until the training run confirms it; then the confirmed one."""

    def __init__(self, value: V) -> None:
        """Start with a confirmed value and no request."""
        self._confirmed: V = value
        self._requested: V = value
        self.is_waiting = False
        """Whether the last request has yet to be confirmed."""

    @property
    def value(self) -> V:
        """The value that holds, or will once it is confirmed."""
        return self._requested if self.is_waiting else self._confirmed

    def request(self, value: V) -> None:
        """Note a request."""
        self._requested, self.is_waiting = value, True

    def confirm(self, value: V) -> None:
        """Note the run's value; the confirmation of an earlier request ends no wait."""
        self._confirmed = value
        if value == self._requested:
            self.is_waiting = False
