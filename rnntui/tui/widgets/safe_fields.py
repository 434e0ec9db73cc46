"""Input fields that draw control characters instead of sending them to the terminal.

The value stays as typed; only its display is changed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Final

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import MouseDown, Paste
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, TextArea

from rnntui.text.cells import visible
from rnntui.text.widths import cell_width

EDITED: Final = 20_000
"""Most characters that a `PasteArea` can edit: a text area rewraps them quickly."""

SHOWN: Final = 5_000
"""Characters shown of a longer text."""

# A text area treats these as line ends and would return them as such.
_ODD_LINE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


def one_for_one(text: str) -> str:
    """Return `text` with a stand-in for each unprintable character but the tab."""
    return "".join(
        drawn.text[0] if char != "\t" and (drawn := visible(char)).is_stand_in else char
        for char in text
    )


def on_one_line(text: str) -> str:
    """Return `one_for_one(text)` with signs for tabs and line ends."""
    return "⏎".join(map(one_for_one, text.split("\n"))).replace("\t", "⇥")


class StandIns(Highlighter):
    """Draws stand-ins in an `Input`."""

    def highlight(self, text: Text) -> None:
        """Replace characters in place; their number stays the same."""
        text.plain = on_one_line(text.plain)


@dataclass(frozen=True)
class _Drawn:
    """A value as drawn, with the first cell of each character and the end."""

    value: str
    line: str
    stops: Sequence[int]

    @classmethod
    def of(cls, value: str) -> "_Drawn":
        line = on_one_line(value)
        return cls(value, line, tuple(accumulate(map(cell_width, line), initial=0)))


class SafeInput(Input):
    """An input whose value may contain anything, such as a file name, and have any length.

    Textual measures the value itself, where control characters have no width, and draws
    all of it for the few visible characters; here the drawn text is measured.
    """

    _drawn = _Drawn("", "", (0,))

    def __init__(
        self, value: str | None = None, *, placeholder: str = "", id: str | None = None
    ) -> None:
        """Create a one-line field."""
        super().__init__(
            value, placeholder=placeholder, id=id, compact=True, highlighter=StandIns()
        )

    def _measured(self) -> _Drawn:
        if self._drawn.value != self.value:
            self._drawn = _Drawn.of(self.value)
        return self._drawn

    @property
    def content_width(self) -> int:
        """The width of the value and of a cursor after it."""
        return self._measured().stops[-1] + 1 if self.value else super().content_width

    def _position_to_cell(self, position: int) -> int:
        return self._measured().stops[position]

    def _cell_offset_to_index(self, offset: int) -> int:
        cell = offset + round(self.scroll_offset.x)
        return max(min(bisect_right(self._measured().stops, cell) - 1, len(self.value)), 0)

    def render_line(self, y: int) -> Strip:
        """Draw the visible characters, with selection and cursor."""
        if y or not self.value or self._suggestion:
            return super().render_line(y)
        drawn, width = self._measured(), self.scrollable_content_region.width + 1
        left = round(self.scroll_offset.x)
        first = max(bisect_right(drawn.stops, left) - 1, 0)
        last = bisect_left(drawn.stops, left + width)
        shown = Text(drawn.line[first:last], no_wrap=True, overflow="ignore", end="")
        if self.has_focus:
            self._stylize(shown, first)
        options = self.app.console_options.update_width(max(shown.cell_len, 1))
        strip = Strip(self.app.console.render(shown, options))
        start = left - drawn.stops[first]
        strip = strip.crop(start, start + width).extend_cell_length(width)
        return strip.apply_style(self.rich_style)

    def _stylize(self, shown: Text, first: int) -> None:
        """Style selection and cursor in `shown`, the text from character `first` on."""
        if not self.selection.is_empty:
            start, end = (max(place - first, 0) for place in sorted(self.selection))
            shown.stylize_before(self.get_component_rich_style("input--selection"), start, end)
        if self._cursor_visible and self.cursor_position >= first:
            if self.cursor_at_end:
                shown.pad_right(1)
            cursor = self.cursor_position - first
            shown.stylize(self.get_component_rich_style("input--cursor"), cursor, cursor + 1)


class Field(SafeInput):
    """A field on a screen with letter keys: the footer shows how to leave it.

    Escape restores the previous text, so that keys pressed by mistake do no harm.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", id="field.keep", tooltip="Keep the text."),
        Binding(
            "escape",
            "leave",
            "Leave the field",
            id="field.leave",
            tooltip="Restore the text and leave; letters are keys again.",
        ),
    ]

    class Left(Message):
        """The field was left by Escape, and has lost the focus."""

        def __init__(self, field: "Field") -> None:
            """Hold the field."""
            super().__init__()
            self.field = field

        @property
        def control(self) -> "Field":
            """The field."""
            return self.field

    _kept = ""

    def on_focus(self) -> None:
        """Remember the text."""
        self._kept = self.value

    def on_input_submitted(self) -> None:
        """Remember the typed text."""
        self._kept = self.value

    def restore(self) -> None:
        """Restore the remembered text."""
        self.value = self._kept

    def action_leave(self) -> None:
        """Leave the field; letters are keys again."""
        self.restore()
        self.screen.set_focus(None)
        self.post_message(self.Left(self))


class LiveField(Field):
    """A field whose text takes effect as it is typed: Escape keeps it."""

    def restore(self) -> None:
        """Keep the text."""


class NumberField(Field):
    """A short field that is retyped more often than edited.

    A click into it selects the text, so that typing replaces it; a second click places
    the cursor.
    """

    _is_fresh = False

    def on_focus(self) -> None:
        """Select the text."""
        super().on_focus()
        self._is_fresh = True

    def on_key(self) -> None:
        """Let clicks place the cursor from now on."""
        self._is_fresh = False

    def on_mouse_down(self, event: MouseDown) -> None:
        """Keep the selection at the first click."""
        if self._is_fresh:
            self._is_fresh = False
            event.prevent_default()


class PasteArea(TextArea):
    """A text area that accepts pastes of any size.

    A text too long for editing, or with line ends that a text area would change, is kept
    unchanged: its beginning is shown read-only, and further pastes are appended.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "clear", "Clear", id="paste.clear", tooltip="Clear the text."),
    ]

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        """Create an empty area."""
        super().__init__(placeholder=placeholder, id=id, show_line_numbers=False)
        self._kept: list[str] = []

    @property
    def content(self) -> str:
        """The whole text."""
        return "".join(self._kept) if self._kept else self.text

    @property
    def is_edited(self) -> bool:
        """Whether the whole text is shown and can be edited."""
        return not self._kept

    def get_line(self, line_index: int) -> Text:
        """Return a line as drawn."""
        return Text(one_for_one(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: Paste) -> None:
        """Keep a text too large for editing; leave others to the text area."""
        short = len(self.text) + len(event.text) <= EDITED
        if self.is_edited and short and not _ODD_LINE_ENDS.search(event.text):
            return
        event.prevent_default()
        pieces = [*self._kept, event.text] if self._kept else [self.text, event.text]
        self._kept = pieces
        self.read_only = True
        # Loading also posts `Changed`, which is needed after every paste.
        self.load_text("".join(pieces)[:SHOWN])

    def action_clear(self) -> None:
        """Clear the text."""
        self._kept = []
        self.read_only = False
        self.load_text("")
