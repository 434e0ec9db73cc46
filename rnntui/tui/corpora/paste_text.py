"""A modal that saves a pasted or typed text in the library under a name."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static, TextArea

from rnntui.errors import CorpusError
from rnntui.text.library.entries import TextEntry, add_pasted, free_name
from rnntui.tui.core.sentences import error_sentence, on_screen
from rnntui.tui.widgets.safe_fields import PasteArea, SafeInput


class PasteText(ModalScreen[TextEntry | None]):
    """Ask for a text and a name; closes with the saved text."""

    CSS_PATH = "new_text.tcss"
    AUTO_FOCUS = "#pasted"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Save", id="paste.keep", tooltip="Save the text in the library."),
        Binding("escape", "cancel", "Cancel", id="paste.cancel", tooltip="Save nothing."),
    ]

    class _NameChecked(Message):
        def __init__(self, name: str, problem: str) -> None:
            super().__init__()
            self.name, self.problem = name, problem

    class _Ended(Message):
        """Saving has ended, in a thread: with a text, or with an error's sentence."""

        def __init__(self, outcome: TextEntry | str) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self) -> None:
        """Create an empty form."""
        super().__init__()
        self._keeping = False

    def compose(self) -> ComposeResult:
        """The text, its name, two sentences, three buttons."""
        with Vertical(id="box", classes="-paste") as box:
            box.border_title = "Paste a text"
            yield PasteArea(placeholder="Paste or type a text here.", id="pasted")
            yield Static(id="length", markup=False)
            with Horizontal(classes="row"):
                yield Label("name")
                yield SafeInput(placeholder="a name for the text", id="name")
            yield Static(id="verdict", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Save (ctrl+s)", variant="primary", id="keep", compact=True)
                yield Button("Clear (ctrl+l)", id="clear", compact=True)
                yield Button("Cancel (Esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show that there is no text yet."""
        self._count()

    @property
    def _wanted_name(self) -> str:
        return self.query_one("#name", SafeInput).value.strip()

    @on(TextArea.Changed)
    def _count(self) -> None:
        """Show the length of the text."""
        area = self.query_one(PasteArea)
        sentence = f"{len(area.content):,} characters"
        if not area.is_edited:
            sentence += ", saved unchanged; only the beginning is shown"
        self.query_one("#length", Static).update(Content(sentence))

    @on(Input.Changed, "#name")
    def _name_changed(self) -> None:
        self._check_name(self._wanted_name)

    @work(thread=True, exclusive=True, group="judge")
    def _check_name(self, name: str) -> None:
        problem = ""
        try:
            if name:
                free_name(name)
        except CorpusError as error:
            problem = on_screen(str(error))
        self.post_message(self._NameChecked(name, problem))

    @on(_NameChecked)
    def _show_name_checked(self, event: _NameChecked) -> None:
        if event.name == self._wanted_name:
            self._say(event.problem)
            self.query_one("#name").set_class(bool(event.problem), "-wrong")

    def _say(self, problem: str) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.update(Content(problem))
        verdict.set_class(bool(problem), "-wrong")

    @on(Input.Submitted, "#name")
    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        """Save the text in the background."""
        name = self._wanted_name
        if self._keeping:
            return
        if not name:
            self._say("The text needs a name.")
            self.query_one("#name").focus()
            return
        self._set_keeping(True)
        self._keep(name, self.query_one(PasteArea).content)

    @work(thread=True, group="keep")
    def _keep(self, name: str, text: str) -> None:
        outcome: TextEntry | str
        try:
            outcome = add_pasted(name, text)
        except Exception as error:  # the thread's outermost edge
            outcome = error_sentence(error)
        self.post_message(self._Ended(outcome))

    @on(_Ended)
    def _finish(self, event: _Ended) -> None:
        if isinstance(event.outcome, TextEntry):
            self.dismiss(event.outcome)
            return
        self._set_keeping(False)
        self._say(event.outcome)

    def _set_keeping(self, keeping: bool) -> None:
        self._keeping = keeping
        self.query_one("#keep", Button).disabled = keeping

    @on(Button.Pressed, "#clear")
    def _clear(self) -> None:
        area = self.query_one(PasteArea)
        area.action_clear()
        area.focus()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close, but not while the text is being saved, so that the result is seen."""
        if not self._keeping:
            self.dismiss(None)
