"""One-line fields for texts of several lines, with line ends drawn as ⏎."""

import re
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.geometry import Region

from rnntui.text.escapes import is_begun, unescaped
from rnntui.tui.widgets.safe_fields import Field

LINE_END: Final = re.compile("\r\n?")
"""Line ends of a paste as terminals send them."""


class LinesInput(Field):
    """A field that keeps every line of a paste."""

    def _on_paste(self, event: Paste) -> None:
        """Insert a paste, as far as there is room."""
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
            # Textual doesn't scroll to the cursor in a field that was empty until now.
            self.call_after_refresh(self._show_cursor)

    def _show_cursor(self) -> None:
        place = Region(self._cursor_offset, 0, 1, 1)
        self.scroll_to_region(place, force=True, animate=False)


class PrimeInput(LinesInput):
    r"""The field of a prime: an escape such as `\n` becomes its character as it is typed.

    Pasted text is inserted unchanged.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Every terminal sends the first, as a line feed; the others only those that
        # distinguish them from Enter.
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "line_end",
            "Line end",
            id="field.line_end",
            tooltip="Insert a line end, shown as ⏎. Pasted line ends are kept.",
        ),
    ]

    _escape_start: int | None = None
    """Position of a typed backslash that may begin an escape."""

    async def _on_key(self, event: Key) -> None:
        """Type a character; one that completes an escape replaces it by its meaning."""
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
        """Insert a line end at the cursor."""
        self.replace("\n", *sorted(self.selection))


class SentenceInput(LinesInput):
    """The field of a sentence, which takes effect as it is typed: Escape keeps the text."""

    def restore(self) -> None:
        """Keep the text."""
