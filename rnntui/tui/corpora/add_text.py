"""A modal that adds a file or a folder to the library, and checks it as one types.

It closes with the added text; if a text can't be added it stays open with a sentence,
so that nothing has to be retyped.
"""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from rnntui.text.library.additions import Addition, Verdict, check_addition
from rnntui.text.library.entries import AddedText, add_text
from rnntui.tui.core.sentences import error_sentence, on_screen
from rnntui.tui.corpora.path_input import PathInput
from rnntui.tui.widgets.safe_fields import SafeInput


class AddText(ModalScreen[AddedText | None]):
    """Ask for a path, and optionally for a name and an encoding."""

    CSS_PATH = "new_text.tcss"
    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="add.cancel", tooltip="Add nothing."),
    ]

    class _Checked(Message):
        def __init__(self, addition: Addition, verdict: Verdict) -> None:
            super().__init__()
            self.addition, self.verdict = addition, verdict

    class _Ended(Message):
        """Adding has ended, in a thread: with a text, or with an error's sentence."""

        def __init__(self, outcome: AddedText | str) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self) -> None:
        """Create an empty form."""
        super().__init__()
        self._adding = False

    def compose(self) -> ComposeResult:
        """The fields, a sentence, two buttons."""
        with Vertical(id="box") as box:
            box.border_title = "Add a text"
            with Horizontal(classes="row -path"):
                yield Label("path")
                yield PathInput(id="path")
            with Horizontal(classes="row"):
                yield Label("name")
                yield SafeInput(placeholder="the file's name", id="name")
            with Horizontal(classes="row"):
                yield Label("encoding")
                yield SafeInput(placeholder="detected", id="text_encoding")
            yield Static(id="verdict", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Add (Enter)", variant="primary", id="add", compact=True)
                yield Button("Cancel (Esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Check the empty form, which shows what to do."""
        self._check_text(self.addition)

    @property
    def addition(self) -> Addition:
        """The content of the fields."""
        return Addition(
            self.query_one(PathInput).value,
            self.query_one("#name", SafeInput).value.strip(),
            self.query_one("#text_encoding", SafeInput).value.strip(),
        )

    @on(PathInput.Typed)
    @on(Input.Changed)
    def _fields_changed(self) -> None:
        self._check_text(self.addition)

    @work(thread=True, exclusive=True, group="judge")
    def _check_text(self, addition: Addition) -> None:
        self.post_message(self._Checked(addition, check_addition(addition)))

    @on(_Checked)
    def _show_verdict(self, event: _Checked) -> None:
        if event.addition != self.addition or self._adding:
            return  # a newer one will come
        self._say(on_screen(event.verdict.sentence), wrong=event.verdict.wrong)

    def _say(self, sentence: str, wrong: str | None) -> None:
        """Show a sentence; `wrong` is the id of an invalid field."""
        verdict = self.query_one("#verdict", Static)
        verdict.update(Content(sentence))
        verdict.set_class(wrong is not None, "-wrong")
        for field in ("path", "name", "text_encoding"):
            self.query_one(f"#{field}").set_class(field == wrong, "-wrong")

    @on(Input.Submitted)
    @on(Button.Pressed, "#add")
    def _begin(self) -> None:
        """Add in the background, whatever the check said: reading finds out more."""
        addition = self.addition
        if self._adding or not addition.path:
            return
        self._set_adding(True)
        self._say(on_screen(f"Reading {addition.path} ..."), wrong=None)
        self._add(addition)

    @work(thread=True, group="add")
    def _add(self, addition: Addition) -> None:
        outcome: AddedText | str
        try:
            outcome = add_text(
                addition.path, addition.name or None, text_encoding=addition.text_encoding or None
            )
        except Exception as error:  # the thread's outermost edge
            outcome = error_sentence(error)
        self.post_message(self._Ended(outcome))

    @on(_Ended)
    def _finish(self, event: _Ended) -> None:
        if isinstance(event.outcome, AddedText):
            self.dismiss(event.outcome)
            return
        self._set_adding(False)
        self._say(event.outcome, wrong="")

    def _set_adding(self, adding: bool) -> None:
        self._adding = adding
        self.query_one("#add", Button).disabled = adding

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close, but not while a text is being added, so that the result is seen."""
        if not self._adding:
            self.dismiss(None)
