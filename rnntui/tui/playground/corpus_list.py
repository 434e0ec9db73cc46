"""The list of texts with their sizes, and the beginning of the highlighted one.

Texts are identified by reference, as two may have the same name.
"""

import codecs
from collections.abc import Sequence

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rnntui.errors import CorpusError
from rnntui.text.cells import printable
from rnntui.text.encodings import detect_encoding
from rnntui.text.library.entries import TextEntry, size_in_words
from rnntui.tui.core.sentences import shown_path

NAME_CELLS, SIZE_CELLS = 23, 10

PREVIEW_BYTES = 4096
"""Bytes of a file read for its beginning."""


class CorpusList(Vertical):
    """Texts to choose from."""

    class Chosen(Message):
        """A text was highlighted."""

        def __init__(self, entry: TextEntry) -> None:
            """Hold the text."""
            super().__init__()
            self.entry = entry

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty list."""
        super().__init__(id=id)
        self._entries: dict[str, TextEntry] = {}

    def compose(self) -> ComposeResult:
        """The list above the beginning of the text."""
        yield OptionList(id="texts")
        yield Static(id="preview", markup=False)

    def show_texts(self, entries: Sequence[TextEntry], chosen: str) -> None:
        """List texts, with the one whose reference is `chosen` highlighted.

        Unchanged entries stay in place.
        """
        before, self._entries = self._entries, {entry.reference: entry for entry in entries}
        options = self.query_one("#texts", OptionList)
        if list(before) == list(self._entries):
            for reference, entry in self._entries.items():
                if entry != before[reference]:
                    options.replace_option_prompt(reference, self._line(entry))
        else:
            options.set_options(
                Option(self._line(entry), id=reference)
                for reference, entry in self._entries.items()
            )
        if chosen in self._entries:
            options.highlighted = options.get_option_index(chosen)
            self._show_beginning(self._entries[chosen])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the beginning of the text, and post `Chosen`."""
        event.stop()
        entry = self._entries.get(event.option_id or "")
        if entry is not None:
            self._show_beginning(entry)
            self.post_message(self.Chosen(entry))

    def _show_beginning(self, entry: TextEntry) -> None:
        self.query_one("#preview", Static).update(Content(beginning(entry)))

    def _line(self, entry: TextEntry) -> Content:
        name, size = (
            set_cell_size(printable(entry.name), NAME_CELLS),
            "gone" if entry.is_gone else size_in_words(entry.size_bytes),
        )
        return Content.assemble(" ", name, (size.rjust(SIZE_CELLS), "dim"))


def beginning(entry: TextEntry) -> str:
    """The first lines of a text, safe to show; a sentence if it can't be read."""
    title = f"{entry.title}: {entry.about}\n\n" if entry.about else ""
    if entry.origin == "path":
        title = f"{shown_path(entry.path)}\n\n"
    try:
        if entry.path.is_dir():
            return f"{title}(a folder of texts)"
        with entry.path.open("rb") as file:
            start = file.read(PREVIEW_BYTES)
    except OSError:
        return title + _why_unread(entry)
    return printable(title + _decoded(start).removeprefix("\ufeff").replace("\r\n", "\n"))


def _decoded(start: bytes) -> str:
    """The whole characters of `start`, in the likeliest encoding if it isn't UTF-8."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        pass
    try:
        encoding = detect_encoding((start,), "it").encoding
    except CorpusError:
        encoding = "utf-8"
    return codecs.getincrementaldecoder(encoding)("replace").decode(start)


def _why_unread(entry: TextEntry) -> str:
    if entry.origin == "built":
        return "(created at first use)"
    if entry.about:
        return f"({entry.about})"
    return "(no longer exists)" if entry.is_gone else "(can't be read)"
