"""Fields of one line for texts that may have several: their line ends are kept, and drawn as ⏎."""

import re
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.geometry import Region

from rnntui.text.escapes import is_begun, unescaped
from rnntui.tui.widgets.safe_fields import Field

LINE_END: Final = re.compile("\r\n?")
"""What terminals send for the line ends of a paste."""


class LinesInput(Field):
    """A field that keeps every line of a paste."""

    def _on_paste(self, event: Paste) -> None:
        """Put all of a paste in, as far as there is room for it."""
        event.prevent_default()
        event.stop()
        text = LINE_END.sub("\n", event.text)
        start, end = sorted(self.selection)
        if self.max_length:
            room = self.max_length - (len(self.value) - (end - start))
            if len(text) > room:
                text = text[:room]
                self.notify(
                    f"There is room for {self.max_length:,} characters; the rest was left out.",
                    severity="warning",
                )
        if text:
            self.replace(text, start, end)
            # Textual itself doesn't follow the cursor in a field that was never filled before.
            self.call_after_refresh(self._show_cursor)

    def _show_cursor(self) -> None:
        place = Region(self._cursor_offset, 0, 1, 1)
        self.scroll_to_region(place, force=True, animate=False)


class PrimeInput(LinesInput):
    r"""The field of a prime: an escape such as `\n` becomes its character as it is typed.

    What is pasted is taken as it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Every terminal sends the first, as a line feed; the others only those that can tell
        # them from Enter.
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "line_end",
            "Line end",
            id="field.line_end",
            tooltip="Put a line end into the text; it is shown as ⏎. A paste keeps its own.",
        ),
    ]

    _escape_start: int | None = None
    """Where a backslash was typed that may begin an escape."""

    async def _on_key(self, event: Key) -> None:
        """Type a character; one that ends an escape replaces it by what it means."""
        if not event.is_printable:
            self._escape_start = None
            return
        await super()._on_key(event)
        stop, start = self.cursor_position, self._escape_start
        if start is None:
            self._escape_start = stop - 1 if event.character == "\\" else None
        elif not is_begun(typed := self.value[start:stop]):
            self._escape_start = None
            if (meaning := unescaped(typed)) != typed:
                self.replace(meaning, start, stop)
            elif event.character == "\\":
                self._escape_start = stop - 1

    def action_line_end(self) -> None:
        """Put a line end where the cursor is."""
        self.replace("\n", *sorted(self.selection))


class SentenceInput(LinesInput):
    """The field of a sentence, which is followed as it is typed: it stays when it is left."""

    def restore(self) -> None:
        """Leave it as it is."""
