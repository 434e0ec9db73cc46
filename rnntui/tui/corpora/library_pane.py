"""The library with a filter, and a hint where it is empty."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from rnntui.text.library.entries import TextEntry
from rnntui.tui.corpora.library_table import LibraryTable
from rnntui.tui.widgets.safe_fields import LiveField

_NO_TEXTS = "There are no texts here. Press a to add a file, v to paste a text, or f to fetch one."
_NONE_FOUND = "No text has this name."
_NONE_OF_YOURS = "Press a to add a text of your own, v to paste one, f to fetch one."


class LibraryPane(Vertical):
    """The texts whose name or title contains the filter's text."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Create an empty library."""
        super().__init__(id=id, classes=classes)
        self._texts: Sequence[TextEntry] = ()
        self._chosen = ""

    def compose(self) -> ComposeResult:
        """The filter above the table."""
        yield LiveField(placeholder="filter (/)", id="filter")
        yield LibraryTable(id="table")
        yield Static(id="hint", markup=False)

    @property
    def _field(self) -> LiveField:
        return self.query_one("#filter", LiveField)

    @property
    def is_filtering(self) -> bool:
        """Whether the filter is set."""
        return bool(self._field.value)

    def show_texts(self, texts: Sequence[TextEntry], chosen: str, cursor: str) -> None:
        """List texts: `chosen` is marked, and the cursor goes to `cursor` or to the first."""
        self._texts, self._chosen = texts, chosen
        self._narrow_down(cursor)

    def edit_filter(self) -> None:
        """Put the cursor into the filter."""
        self._field.focus()

    def clear_filter(self) -> None:
        """Show all texts again."""
        self._field.value = ""

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        entry = self.query_one(LibraryTable).entry
        self._narrow_down(entry.name if entry else self._chosen)

    @on(Input.Submitted, "#filter")
    def _leave_filter(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(LibraryTable).focus()

    @on(LiveField.Left, "#filter")
    def _clear_filter(self, event: LiveField.Left) -> None:
        """Show all texts again."""
        event.stop()
        self.clear_filter()
        self.query_one(LibraryTable).focus()

    def _narrow_down(self, cursor: str) -> None:
        wanted = self._field.value.strip().casefold()
        shown = [
            entry for entry in self._texts if wanted in f"{entry.name}\n{entry.title}".casefold()
        ]
        table = self.query_one(LibraryTable)
        table.show_texts(shown, self._chosen, cursor)
        table.display = bool(shown)
        self.query_one("#hint", Static).update(self._hint(bool(shown)))

    def _hint(self, any_shown: bool) -> str:
        if not self._texts:
            return _NO_TEXTS
        if not any_shown:
            return _NONE_FOUND
        own = any(entry.origin in ("yours", "user") for entry in self._texts)
        return "" if own else _NONE_OF_YOURS
