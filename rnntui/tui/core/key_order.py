"""Keys and pastes that arrive together are handled one after the other.

Textual sends a key to the focused widget as it arrives, while the event of the key
before it may still be on its way from widget to widget. Over a slow connection `p`
and a prime arrive in one packet: the prime's letters acted as keys.
"""

from collections import deque
from typing import Generic

from textual import events
from textual.app import App, ReturnType
from textual.message import Message
from textual.timer import Timer

LONGEST_WAIT = 1.0
"""Seconds that a key waits for the one before it, which may be lost with its widget."""


class KeyHandled(Message):
    """Follows a key through the same widgets, and reaches the app once the key is handled."""

    def __init__(self, number: int) -> None:
        """Follow the key with this number."""
        super().__init__()
        self.number = number


class OrderedKeysApp(App[ReturnType], Generic[ReturnType]):
    """An app that sends a key on only once the one before it has been handled."""

    def __init__(self) -> None:
        """Start with no key pending."""
        super().__init__()
        self._sent = self._handled = 0
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._patience: Timer | None = None

    @property
    def takes_keys(self) -> bool:
        """Whether keys are sent on as they arrive; until then they wait for `send_waiting`."""
        return True

    async def send_waiting(self) -> None:
        """Send the first of the keys that wait, which the others follow."""
        if self._waiting and self._sent == self._handled:
            await self._send(self._waiting.popleft())

    async def on_event(self, event: events.Event) -> None:
        """Send an event on; a key or a paste not before its turn."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._sent > self._handled or not self.takes_keys:
            self._waiting.append(event)
        else:
            await self._send(event)

    async def _send(self, event: events.Key | events.Paste) -> None:
        target = self.focused or self.screen
        self._sent += 1
        handled = KeyHandled(self._sent)
        self._patience = self.set_timer(LONGEST_WAIT, lambda: self.post_message(handled))
        await super().on_event(event)
        target.post_message(handled)

    def on_key_handled(self, message: KeyHandled) -> None:
        """Send the next key after the callbacks that the last one scheduled, such as `focus()`."""
        self.call_later(self._send_next, message.number)

    async def _send_next(self, handled: int) -> None:
        if handled <= self._handled:
            return
        self._handled = handled
        if self._patience is not None:
            self._patience.stop()
        await self.send_waiting()
