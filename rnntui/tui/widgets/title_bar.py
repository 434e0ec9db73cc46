"""The line at the top of a screen: where one is, what the machine is busy with, the way to all."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from rnntui.text.cells import printable

_COMMANDS = "[@click=app.command_palette()]≡ commands [b]$keys[/b][/]"


class TitleBar(Horizontal):
    """Title, note, and a place to click that opens the list of everything that can be done."""

    DEFAULT_CSS = """
    TitleBar {
        height: 1;
        background: $panel;
        color: $foreground;

        & > .title { width: 1fr; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .note { width: auto; color: $text-muted; }
        & > .commands { width: auto; link-style: none; padding: 0 1 0 2; }
    }
    """

    def __init__(self, title: str = "") -> None:
        """Begin with a title behind the program's name."""
        super().__init__(id="top")
        self._title = title

    def compose(self) -> ComposeResult:
        """Title to the left, the rest to the right."""
        yield Static(_titled(self._title), classes="title", markup=False)
        yield Static(classes="note", markup=False)
        yield Static(classes="commands")

    def on_mount(self) -> None:
        """Name the key of the palette as it is now."""
        palette = Binding(self.app.COMMAND_PALETTE_BINDING, "command_palette")
        keys = self.app.get_key_display(palette)
        commands = self.query_one(".commands", Static)
        commands.update(Content.from_markup(_COMMANDS, keys=keys))
        commands.tooltip = "All that can be done here, to choose from or to search."

    def show_title(self, title: str) -> None:
        """Say where one is."""
        self.query_one(".title", Static).update(_titled(title))

    def show_note(self, note: str) -> None:
        """Say what the machine is busy with; empty when it is ready."""
        self.query_one(".note", Static).update(note)


def _titled(title: str) -> str:
    return f" rnntui   {printable(title)}".replace("\n", " ")
