"""The field with the text that a lens's network reads."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from rnntui.tui.lens.traced_text import LONGEST
from rnntui.tui.widgets.lines_input import PrimeInput


class TextRow(Horizontal):
    """The text behind its label; what is submitted goes to the screen as `Input.Submitted`."""

    DEFAULT_CSS = """
    TextRow {
        height: 1;
        padding: 0 1;
        Label { width: 7; color: $text-muted; }
        Input { width: 1fr; }
    }
    """

    def __init__(self, text: str) -> None:
        """A row for a text."""
        super().__init__(id="text-row")
        self._text = text

    def compose(self) -> ComposeResult:
        """The label and the field."""
        yield Label("text")
        field = PrimeInput(self._text, placeholder="what the network reads (p)", id="text")
        field.max_length = LONGEST
        yield field

    def show(self, text: str) -> None:
        """Show another text."""
        with self.prevent(Input.Changed):
            self.query_one(Input).value = text

    def edit(self) -> None:
        """Put the cursor into the text."""
        self.screen.set_focus(self.query_one(Input))
