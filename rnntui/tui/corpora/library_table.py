"""The library as a table: every text with its size, origin and title."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from rnntui.text.library.entries import TextEntry, size_in_words
from rnntui.tui.core.sentences import one_line

CHOSEN = "▸"
_NAME_CELLS = 32


class LibraryTable(DataTable[Text]):
    """Texts to look at and to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "screen.choose",
            "Choose",
            id="corpora.choose",
            tooltip="Choose this text for training, and go back.",
        ),
    ]

    class Highlighted(Message):
        """The cursor moved to a text, or there are no texts (None)."""

        def __init__(self, entry: TextEntry | None) -> None:
            """Hold the text."""
            super().__init__()
            self.entry = entry

    class DoubleClicked(Message):
        """A text was clicked twice."""

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty table."""
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._entries: Sequence[TextEntry] = ()

    def on_mount(self) -> None:
        """Add the columns."""
        self.add_columns(" ", "name", Text("size", justify="right"), "from", "title")

    @property
    def entry(self) -> TextEntry | None:
        """The text under the cursor."""
        row = self.cursor_row
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def show_texts(self, entries: Sequence[TextEntry], chosen: str, cursor: str) -> None:
        """List texts: `chosen` is marked, and the cursor goes to `cursor` or to the first."""
        self.clear()
        self._entries = entries
        for entry in entries:
            name = Text(one_line(entry.name))
            name.truncate(_NAME_CELLS, overflow="ellipsis")
            self.add_row(
                Text(CHOSEN if entry.name == chosen else " "),
                name,
                Text(size_in_words(entry.size_bytes), justify="right"),
                Text(entry.origin, style="dim"),
                Text(one_line(entry.title or entry.about)),
            )
        names = [entry.name for entry in entries]
        self.move_cursor(row=names.index(cursor) if cursor in names else 0)
        self.post_message(self.Highlighted(self.entry))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Post `Highlighted`."""
        event.stop()
        self.post_message(self.Highlighted(self.entry))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Stop Textual's event of a second single click on the same row."""
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """Choose by a double click."""
        if event.chain == 2 and "row" in event.style.meta and event.style.meta["row"] >= 0:
            self.post_message(self.DoubleClicked())
