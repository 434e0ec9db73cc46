"""A modal that fetches a text from the network: one of the catalogue, or an address.

It closes with what was fetched; a failure or an interruption leaves it open with a sentence,
and fetching the same again goes on with what has come. The network is a thread's business.
"""

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, DataTable, Input, Label, ProgressBar, Static

from rnntui.errors import RnntuiError
from rnntui.text.library.catalogue import Wanted, catalogue
from rnntui.text.library.entries import list_texts, size_in_words
from rnntui.text.library.fetching.events import (
    Adding,
    Connecting,
    Downloading,
    Fetched,
    FetchEvent,
    Noticed,
    Retrying,
    Unpacking,
    Verifying,
)
from rnntui.text.library.fetching.interruption import InterruptedFetchError, Interruption
from rnntui.text.library.fetching.wanted import present, wanted_text
from rnntui.tui.core.sentences import error_sentence, on_screen, one_line
from rnntui.tui.widgets.safe_fields import SafeInput

_STOPPED = "Stopped; fetching it again goes on with what has come."


class FetchText(ModalScreen[tuple[Fetched, tuple[str, ...]] | None]):
    """Ask what to fetch and fetch it; closes with the text and sentences about how it went."""

    CSS_PATH = "fetch_text.tcss"
    AUTO_FOCUS = "#catalogue"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "cancel", "Cancel", id="fetch.cancel", tooltip="Stop fetching, or go back."
        ),
    ]

    class _Told(Message):
        """Something happened to the fetch, in its thread."""

        def __init__(self, event: FetchEvent) -> None:
            super().__init__()
            self.event = event

    class _Failed(Message):
        """The fetch has ended without a text, for a reason in a sentence."""

        def __init__(self, sentence: str, wrong: bool) -> None:
            super().__init__()
            self.sentence, self.wrong = sentence, wrong

    def __init__(self) -> None:
        """Create an empty form."""
        super().__init__()
        self._interruption: Interruption | None = None
        self._notices: list[str] = []

    def compose(self) -> ComposeResult:
        """The catalogue, the fields, a sentence, a bar, two buttons."""
        with Vertical(id="box") as box:
            box.border_title = "Fetch a text"
            yield DataTable[Text](id="catalogue", cursor_type="row", cell_padding=1)
            with Horizontal(classes="row"):
                yield Label("address")
                yield SafeInput(placeholder="https://... of any other text", id="address")
            with Horizontal(classes="row"):
                yield Label("name")
                yield SafeInput(placeholder="the text's own", id="name")
            yield Static(id="verdict", markup=False)
            yield ProgressBar(id="bar")
            with Horizontal(id="buttons"):
                yield Button("Fetch (Enter)", variant="primary", id="fetch", compact=True)
                yield Button("Cancel (Esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        """List the catalogue."""
        table = self.query_one("#catalogue", DataTable)
        table.add_columns("name", Text("size", justify="right"), "", "title")
        entries = list_texts()
        for text in catalogue():
            table.add_row(*_row(text, present(text, entries)))
        self.query_one("#bar").display = False

    def on_unmount(self) -> None:
        """End a transfer that nobody looks at any more, as when the program is left."""
        if self._interruption is not None:
            self._interruption.wish()

    @property
    def is_fetching(self) -> bool:
        """Whether a fetch is on its way."""
        return self._interruption is not None

    @on(DataTable.RowHighlighted)
    def _describe(self, event: DataTable.RowHighlighted) -> None:
        """Say what the text under the cursor is, unless a fetch has something to say."""
        event.stop()
        if not self.is_fetching:
            self._say(_described(catalogue()[event.cursor_row]))

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        """Fetch the text under the cursor, whatever stands in the address."""
        event.stop()
        self._begin(catalogue()[event.cursor_row].name)

    @on(Input.Submitted)
    @on(Button.Pressed, "#fetch")
    def _typed(self) -> None:
        """Fetch what the address says, or else the text under the cursor."""
        address = self.query_one("#address", SafeInput).value.strip()
        row = self.query_one("#catalogue", DataTable).cursor_row
        self._begin(address or catalogue()[row].name)

    def _begin(self, reference: str) -> None:
        if self.is_fetching:
            return
        name = self.query_one("#name", SafeInput).value.strip()
        try:
            wanted = wanted_text(reference, name or None)
        except RnntuiError as error:
            self._say(error_sentence(error), wrong=True)
            return
        self._notices.clear()
        self._interruption = Interruption()
        self._set_fetching(True)
        self._say(f"Looking for {one_line(wanted.name)} ...")
        self._fetch(wanted, self._interruption)

    @work(thread=True, group="fetch")
    def _fetch(self, wanted: Wanted, interruption: Interruption) -> None:
        # Requests takes a while to import, and nobody needs it before.
        from rnntui.text.library.fetching.connection import Limits
        from rnntui.text.library.fetching.fetch import fetch

        try:
            for event in fetch(wanted, Limits(), interruption):
                self.post_message(self._Told(event))
        except InterruptedFetchError:
            self.post_message(self._Failed(_STOPPED, wrong=False))
        except Exception as error:  # the thread's outermost edge
            self.post_message(self._Failed(error_sentence(error), wrong=True))

    @on(_Told)
    def _show_event(self, message: _Told) -> None:
        bar = self.query_one("#bar", ProgressBar)
        match message.event:
            case Connecting(address=address):
                self._say(f"Fetching {one_line(address)}")
            case Downloading(received=done, total=total):
                bar.update(total=total, progress=done)
                of = f" of {size_in_words(total)}" if total else ""
                self._say(f"{size_in_words(done)}{of} fetched")
            case Retrying(sentence=sentence):
                self._say(on_screen(sentence))
            case Verifying():
                self._say("Computing the SHA-256 ...")
            case Unpacking(unpacked=done, total=total):
                bar.update(total=total, progress=done)
                self._say(f"{size_in_words(done)} unpacked")
            case Adding():
                self._say("Adding it to the library ...")
            case Noticed(sentence=sentence):
                self._notices.append(sentence)
                self._say(on_screen(sentence))
            case Fetched() as fetched:
                self._interruption = None
                self.dismiss((fetched, tuple(self._notices)))

    @on(_Failed)
    def _show_failure(self, message: _Failed) -> None:
        self._interruption = None
        self._set_fetching(False)
        self._say(message.sentence, wrong=message.wrong)

    def _say(self, sentence: str, wrong: bool = False) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.update(Content(sentence))
        verdict.set_class(wrong, "-wrong")

    def _set_fetching(self, fetching: bool) -> None:
        bar = self.query_one("#bar", ProgressBar)
        bar.update(total=None, progress=0)
        bar.display = fetching
        self.query_one("#fetch", Button).disabled = fetching

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Stop the fetch, or close where there is none."""
        if self._interruption is None:
            self.dismiss(None)
            return
        self._interruption.wish()
        self._say("Stopping ...")


def _described(text: Wanted) -> str:
    unsure = "" if text.sha256 else " No SHA-256 of it is published to verify it by."
    return f"{text.about[:1].upper()}{text.about[1:]}. Licence: {text.licence}.{unsure}"


def _row(text: Wanted, is_here: bool) -> Iterable[Text]:
    size = "" if text.size_bytes is None else size_in_words(text.size_bytes)
    return (
        Text(text.name),
        Text(size, justify="right"),
        Text("here" if is_here else "", style="dim"),
        Text(text.title),
    )
