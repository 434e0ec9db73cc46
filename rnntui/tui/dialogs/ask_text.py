"""A modal that asks for one line of text."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from rnntui.text.cells import printable
from rnntui.tui.widgets.safe_fields import SafeInput


class AskText(ModalScreen[str | None]):
    """Ask for a text; Enter returns it, Escape returns None."""

    CSS_PATH = "ask_text.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="ask.cancel", tooltip="Change nothing."),
    ]

    def __init__(self, title: str, sentence: str, value: str, yes: str) -> None:
        """Ask `sentence`, with the initial text `value`; `yes` is the button's label."""
        super().__init__()
        self._title, self._sentence, self._value, self._yes = title, sentence, value, yes

    def compose(self) -> ComposeResult:
        """The sentence, the input, two buttons."""
        with Vertical(id="box") as box:
            box.border_title = self._title
            yield Static(Content(printable(self._sentence)), id="sentence")
            yield SafeInput(self._value, id="text")
            with Horizontal(id="buttons"):
                yield Button(f"{self._yes} (Enter)", variant="primary", id="yes", compact=True)
                yield Button("Cancel (Esc)", id="no", compact=True)

    def on_input_submitted(self) -> None:
        """Return the text by key."""
        self._submit()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the text, or None, by mouse."""
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Return None."""
        self.dismiss(None)

    def _submit(self) -> None:
        text = self.query_one(Input).value.strip()
        if text:
            self.dismiss(text)
