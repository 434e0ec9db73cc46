"""The help: all keys that act now, and the terms on the screen explained."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input, Static

from rnntui.tui.core.key_groups import KeyGroup, KeyRow, key_groups, types_letters
from rnntui.tui.help.page import COLOURS, SECTIONS
from rnntui.tui.widgets.stream.text import StreamText

KEY_CELLS, LABEL_CELLS = (9, 14), (14, 18)
"""Least and most cells of keys and labels; longer ones are wrapped."""

_TYPING = (
    "A text field has the focus: letters are typed into it. Leave it (Escape) to see all keys."
)


class KeyTable(Static):
    """Keys, labels and sentences in three columns, aligned with the tables above and below."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "keys--key",
        "keys--label",
        "keys--sentence",
        "keys--off",
    }

    def __init__(self, rows: Sequence[KeyRow], widths: tuple[int, int]) -> None:
        """Show `rows`; `widths` are the cells of the first two columns."""
        super().__init__(markup=False)
        self._rows = self._kept = tuple(rows)
        self._widths = widths

    def filter_rows(self, words: list[str]) -> bool:
        """Show only the rows that contain `words`; returns whether there are any."""
        self._kept = tuple(row for row in self._rows if row.matches(words))
        self._draw()
        return bool(self._kept)

    def notify_style_update(self) -> None:
        """Redraw in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=self._widths[0], justify="right")
        table.add_column(width=self._widths[1])
        table.add_column(ratio=1)
        key, label, sentence, off = (
            self.get_component_rich_style(f"keys--{part}")
            for part in ("key", "label", "sentence", "off")
        )
        for row in self._kept:
            if row.is_enabled:
                cells = Text(row.keys, key), Text(row.label, label), Text(row.sentence, sentence)
            else:
                not_now = f"{row.sentence} (Not now.)".strip()
                cells = Text(row.keys, off), Text(row.label, off), Text(not_now, off)
            table.add_row(*cells)
        self.update(table)


class Help(ModalScreen[None]):
    """Keys in groups, then explanations; searchable."""

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "#scroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q,question_mark,f1",
            "close",
            "Close",
            id="help.close",
            tooltip="Close the help.",
        ),
        Binding("slash", "search", "Search", id="help.search", tooltip="Search the help."),
    ]

    def __init__(self, groups: Sequence[KeyGroup], note: str = "") -> None:
        """Show `groups`, with a note above them."""
        super().__init__()
        self._groups = groups
        self._note = note

    @classmethod
    def about(cls, screen: Screen[object]) -> "Help":
        """Create the help for a screen as it is now, before anything is pushed over it."""
        return cls(key_groups(screen), _TYPING if types_letters(screen) else "")

    def compose(self) -> ComposeResult:
        """The search field above keys and page."""
        # Measured on our own rows, so that Textual's few long ones don't take room from sentences.
        rows = [row for group in self._groups for row in group.rows if row.sentence]
        widths = (
            _fitting((len(row.keys) for row in rows), KEY_CELLS),
            _fitting((len(row.label) for row in rows), LABEL_CELLS),
        )
        with Vertical(id="box") as box:
            box.border_title = "Help"
            yield Input(placeholder="search (/)", id="search", compact=True)
            with VerticalScroll(id="scroll"):
                if self._note:
                    yield Static(self._note, id="note", markup=False)
                for group in self._groups:
                    with Vertical(classes="keys"):
                        yield Static(group.title, classes="title", markup=False)
                        yield KeyTable(group.rows, widths)
                for section in SECTIONS:
                    with Vertical(classes="section"):
                        yield Static(section.title, classes="title", markup=False)
                        yield Static(section.text, classes="text", markup=False)
                        if section is COLOURS:
                            yield Static(id="legend")
                yield Static("Nothing found.", id="nothing", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Close (Escape)", variant="primary", id="close", compact=True)
        yield StreamText(id="looks")  # never shown; the legend takes its styles from it

    def on_mount(self) -> None:
        """Show everything."""
        self._filter([])
        self.call_after_refresh(self._show_legend)

    def _show_legend(self) -> None:
        self.query_one("#legend", Static).update(self.query_one(StreamText).legend())

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        """Show only what contains all the words typed."""
        self._filter(event.value.lower().split())

    def _filter(self, words: list[str]) -> None:
        anything = False
        for table in self.query(KeyTable):
            kept = table.filter_rows(words)
            anything |= kept
            assert table.parent is not None
            table.parent.set_class(not kept, "-hidden")
        for block, section in zip(self.query(".section"), SECTIONS, strict=True):
            kept = section.matches(words)
            anything |= kept
            block.set_class(not kept, "-hidden")
        self.query_one("#nothing").display = not anything
        self.query_one("#scroll").scroll_home(animate=False)

    @on(Input.Submitted)
    def action_read(self) -> None:
        """Let keys scroll again."""
        self.query_one("#scroll").focus()

    def action_search(self) -> None:
        """Put the cursor into the search."""
        self.query_one("#search").focus()

    @on(Button.Pressed)
    def close_by_mouse(self) -> None:
        """Leave the help."""
        self.dismiss()

    def action_close(self) -> None:
        """Leave the search first, then the help."""
        search = self.query_one("#search", Input)
        if search.has_focus:
            search.clear()
            self.action_read()
        else:
            self.dismiss()


def _fitting(lengths: Iterable[int], bounds: tuple[int, int]) -> int:
    """The width of a column for labels of these lengths."""
    least, most = bounds
    return min(max((least, *lengths)), most)
