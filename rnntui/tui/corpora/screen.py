"""The library of texts: view, add and remove texts, choose one to train on.

The screen closes with the name of the chosen text, or with None. It reads, adds and
removes in threads, which post their results as messages.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static, Tabs
from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import CorpusError, RnntuiError
from rnntui.text.library.entries import (
    AddedText,
    TextEntry,
    check_removable,
    list_texts,
    remove_text,
)
from rnntui.text.library.fetching.events import Fetched
from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.core.sentences import error_sentence, on_screen, one_line
from rnntui.tui.corpora.actions import CORPORA
from rnntui.tui.corpora.add_text import AddText
from rnntui.tui.corpora.fetch_text import FetchText
from rnntui.tui.corpora.library_pane import LibraryPane
from rnntui.tui.corpora.library_table import LibraryTable
from rnntui.tui.corpora.paste_text import PasteText
from rnntui.tui.corpora.text_report import TextReport, figures_in_words, read_report
from rnntui.tui.corpora.vocabulary_table import VocabularyTable
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.widgets.stream.text import StreamText
from rnntui.tui.widgets.title_bar import TitleBar

REST_S: Final = 0.1
"""Seconds that the cursor rests on a text before the text is read."""

_PANES: Final = {"library": "#table", "beginning": "#text", "figures": "#vocabulary"}
"""The panes, and the widget to focus in each."""


TABS: Final = tuple(
    PaneTab(name, label, find_action(f"corpora.{name}", CORPORA))
    for name, label in {
        "library": "Texts",
        "beginning": "Beginning",
        "figures": "Figures",
    }.items()
)
"""The tabs shown where there is little room."""


class CorporaScreen(Screen[str | None]):
    """Every text of the library with its beginning, its figures and its vocabulary."""

    CSS_PATH = "corpora.tcss"
    AUTO_FOCUS = "#table"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in CORPORA]
    actions: ClassVar[Sequence[Action]] = CORPORA

    class _Read(Message):
        """A text was read, in a thread."""

        def __init__(self, report: TextReport) -> None:
            super().__init__()
            self.report = report

    class _NotRead(Message):
        """A text couldn't be read."""

        def __init__(self, entry: TextEntry, error: Exception) -> None:
            super().__init__()
            self.entry, self.error = entry, error

    class _Removed(Message):
        """A text was removed."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class _NotRemoved(Message):
        """A text couldn't be removed."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(self, chosen: str) -> None:
        """Show the library; `chosen` is the current text for training."""
        super().__init__()
        self._chosen = chosen
        self._texts: tuple[TextEntry, ...] = ()
        self._highlighted: TextEntry | None = None
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """The library above the figures, beside the beginning; tabs where there is little room."""
        yield TitleBar("corpora")
        yield PaneTabs(TABS)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield LibraryPane(id="library", classes="pane")
                with Vertical(id="figures", classes="pane"):
                    yield Static(id="summary", markup=False)
                    yield VocabularyTable(id="vocabulary")
            with Vertical(id="beginning", classes="pane"):
                yield StreamText(id="text")
        yield KeyBar()

    def on_mount(self) -> None:
        """Set the panes' titles and list the texts."""
        self.query_one("#library").border_title = "Texts"
        self.query_one("#beginning").border_title = "Beginning"
        self.query_one("#figures").border_title = "Figures"
        self.query_one(StreamText).coloured = False
        self._list(self._chosen)

    # The list.

    def _list(self, cursor: str) -> None:
        """Update the list, with the cursor on the text `cursor` if it exists."""
        self._texts = list_texts()
        self.query_one(LibraryPane).show_texts(self._texts, self._chosen, cursor)

    # Looking at a text.

    @on(LibraryTable.Highlighted)
    def _look(self, event: LibraryTable.Highlighted) -> None:
        """Read the text under the cursor once the cursor rests."""
        entry = event.entry
        if entry == self._highlighted:
            return
        self._highlighted = entry
        if self._rest is not None:
            self._rest.stop()
        if entry is None:
            self._show_sentence("")
        else:
            self._rest = self.set_timer(REST_S, lambda: self._begin_to_read(entry))

    def _begin_to_read(self, entry: TextEntry) -> None:
        self._show_sentence(f"Reading {one_line(entry.name)} ...")
        self._read(entry)

    @work(thread=True, exclusive=True, group="read")
    def _read(self, entry: TextEntry) -> None:
        worker = get_current_worker()
        try:
            report = read_report(entry)
        except Exception as error:  # the thread's outermost edge
            self.post_message(self._NotRead(entry, error))
            return
        if not worker.is_cancelled:
            self.post_message(self._Read(report))

    @on(_Read)
    def _show_report(self, event: _Read) -> None:
        report = event.report
        if report.entry != self._highlighted:
            return
        beginning = report.beginning
        text = self._show_text(beginning)
        if more := report.figures.characters - len(beginning):
            end = f"\n({more:,} more characters)"
            text.append(end, [None] * len(end))
        self.query_one("#summary", Static).update(figures_in_words(report))
        corpus = report.corpus
        self.query_one(VocabularyTable).show(corpus.vocabulary.symbols, corpus.counts)
        if report.entry.size_bytes is None:  # it was built just now
            self._list(report.entry.name)

    @on(_NotRead)
    def _show_not_read(self, event: _NotRead) -> None:
        sentence = error_sentence(event.error)
        if event.entry == self._highlighted:
            self._show_sentence(sentence)
        if not isinstance(event.error, RnntuiError):
            self._show_failure(sentence)

    def _show_sentence(self, sentence: str) -> None:
        """Show a sentence in place of a text and its figures."""
        self._show_text(sentence)
        self.query_one("#summary", Static).update(Content(sentence))
        self.query_one(VocabularyTable).show((), ())

    def _show_text(self, beginning: str) -> StreamText:
        """Show a text from its beginning."""
        text = self.query_one(StreamText)
        text.clear()
        text.follow = False
        text.append(beginning, [1.0] * len(beginning))
        return text

    # Changes to the library.

    def action_add(self) -> None:
        """Ask for a path."""
        self.app.push_screen(AddText(), self._text_added)

    def _text_added(self, added: AddedText | None) -> None:
        if added is None:
            return
        for notice in added.notices:
            self._toast(on_screen(notice), "warning")
        self._text_pasted(added.entry)

    def action_paste(self) -> None:
        """Ask for a text."""
        self.app.push_screen(PasteText(), self._text_pasted)

    def _text_pasted(self, entry: TextEntry | None) -> None:
        if entry is not None:
            self._toast(f"Added {one_line(entry.name)}.")
            self.query_one(LibraryPane).clear_filter()
            self._list(entry.name)

    def action_fetch(self) -> None:
        """Ask what to fetch from the network, and fetch it."""
        self.app.push_screen(FetchText(), self._text_fetched)

    def _text_fetched(self, outcome: tuple[Fetched, tuple[str, ...]] | None) -> None:
        if outcome is None:
            return
        fetched, notices = outcome
        for notice in notices:
            self._toast(on_screen(notice), "warning")
        name = one_line(fetched.name)
        if fetched.labelled:
            self._toast(f"Added {name}; its reviews are for the Classify screen.")
            return
        self._toast(f"Added {name}.")
        self.query_one(LibraryPane).clear_filter()
        self._list(fetched.name)

    def action_remove(self) -> None:
        """Delete the text under the cursor, after a question."""
        entry = self.query_one(LibraryTable).entry
        if entry is None:
            return
        try:
            check_removable(entry)
        except CorpusError as error:
            self._toast(on_screen(str(error)), "warning")
            return
        sentence = f"Delete {one_line(str(entry.path))}? This can't be undone."
        question = Question("Remove a text", sentence, "Remove", "Keep")

        def remove(yes: bool | None) -> None:
            if yes:
                self._remove(entry.name)

        self.app.push_screen(question, remove)

    @work(thread=True, group="remove")
    def _remove(self, name: str) -> None:
        try:
            remove_text(name)
        except Exception as error:  # the thread's outermost edge
            self.post_message(self._NotRemoved(error))
            return
        self.post_message(self._Removed(name))

    @on(_Removed)
    def _text_removed(self, event: _Removed) -> None:
        """Move the cursor to the text after the removed one."""
        names = [entry.name for entry in self._texts]
        at = names.index(event.name) if event.name in names else 0
        following = [*names[at + 1 :], *reversed(names[:at])]
        self._toast(f"Removed {one_line(event.name)}.")
        self._list(following[0] if following else "")

    @on(_NotRemoved)
    def _show_not_removed(self, event: _NotRemoved) -> None:
        sentence = error_sentence(event.error)
        if isinstance(event.error, RnntuiError):
            self._toast(sentence, "error")
        else:
            self._show_failure(sentence)

    def _show_failure(self, sentence: str) -> None:
        self.app.push_screen(Failure(sentence, str(places.state_dir() / "rnntui.log")))

    # Navigation.

    @on(LibraryTable.DoubleClicked)
    def action_choose(self) -> None:
        """Close with the text under the cursor."""
        entry = self.query_one(LibraryTable).entry
        if entry is not None:
            self.dismiss(entry.name)

    def action_back(self) -> None:
        """Clear the filter, or else close with nothing chosen."""
        library = self.query_one(LibraryPane)
        if library.is_filtering:
            library.clear_filter()
            self.query_one(LibraryTable).focus()
        else:
            self.dismiss(None)

    def action_filter(self) -> None:
        """Put the cursor into the filter."""
        self.action_pane("library")
        self.query_one(LibraryPane).edit_filter()

    def action_pane(self, pane: str) -> None:
        """Go to a pane."""
        self.query_one(PaneTabs).turn_to(pane)
        self.query_one(_PANES[pane]).focus()

    @on(Tabs.TabActivated)
    def _show_pane(self) -> None:
        """Show the pane of the active tab, where only one is shown."""
        shown = self.query_one(PaneTabs).shown
        for pane in _PANES:
            self.query_one(f"#{pane}").set_class(pane == shown, "-active")
        self.query_one("#left").set_class(shown != "beginning", "-active")

    def _toast(self, sentence: str, severity: SeverityLevel = "information") -> None:
        self.notify(sentence, severity=severity, markup=False)
