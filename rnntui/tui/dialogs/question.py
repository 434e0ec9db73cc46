"""Modals: a yes-or-no question, and an error message."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from rnntui.text.cells import printable


class Question(ModalScreen[bool]):
    """A question; `y` or Enter answer yes, `n` or Escape no."""

    CSS_PATH = "question.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes", id="question.yes", tooltip="Yes"),
        Binding("n,escape", "answer(False)", "No", id="question.no", tooltip="No"),
    ]

    def __init__(self, title: str, sentence: str, yes: str, no: str) -> None:
        """Ask `sentence`; `yes` and `no` label the buttons with what each answer does."""
        super().__init__()
        self._title, self._sentence, self._yes, self._no = title, sentence, yes, no

    def compose(self) -> ComposeResult:
        """The sentence above two buttons."""
        with Vertical(id="box") as box:
            box.border_title = self._title
            yield Static(Content(printable(self._sentence)), id="sentence")
            with Horizontal(id="buttons"):
                yield Button(f"{self._yes} (y)", variant="primary", id="yes", compact=True)
                yield Button(f"{self._no} (n)", id="no", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by mouse."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)


class Failure(ModalScreen[None]):
    """An error message, with the path of the log."""

    CSS_PATH = "question.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,space", "close", "Close", id="failure.close", tooltip="Close"),
    ]

    def __init__(self, sentence: str, log: str) -> None:
        """Show `sentence`; `log` is the path of the log file."""
        super().__init__()
        self._sentence, self._log = sentence, log

    def compose(self) -> ComposeResult:
        """The sentence, where the log is, and a button."""
        with Vertical(id="box", classes="-failure") as box:
            box.border_title = "Error"
            yield Static(Content(printable(self._sentence)), id="sentence")
            yield Static(Content(printable(f"Details are in {self._log}")), id="note")
            with Horizontal(id="buttons"):
                yield Button("Close (Enter)", variant="primary", compact=True)

    def on_button_pressed(self) -> None:
        """Close by mouse."""
        self.dismiss()

    def action_close(self) -> None:
        """Close by key."""
        self.dismiss()
