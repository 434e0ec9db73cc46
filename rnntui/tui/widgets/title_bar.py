"""The title bar of a screen: title, note on what the machine is busy with, command palette."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from rnntui.text.cells import printable

_COMMANDS = "[@click=app.command_palette()]≡ commands [b]$keys[/b][/]"


class TitleBar(Horizontal):
    """Title, note, and a link to the command palette."""

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
        """Start with a title after the program's name."""
        super().__init__(id="top")
        self._title = title

    def compose(self) -> ComposeResult:
        """Title to the left, the rest to the right."""
        yield Static(_titled(self._title), classes="title", markup=False)
        yield Static(classes="note", markup=False)
        yield Static(classes="commands")

    def on_mount(self) -> None:
        """Show the current key of the palette."""
        palette = Binding(self.app.COMMAND_PALETTE_BINDING, "command_palette")
        keys = self.app.get_key_display(palette)
        commands = self.query_one(".commands", Static)
        commands.update(Content.from_markup(_COMMANDS, keys=keys))
        commands.tooltip = "All actions available here, searchable."

    def show_title(self, title: str) -> None:
        """Set the title."""
        self.query_one(".title", Static).update(_titled(title))

    def show_note(self, note: str) -> None:
        """Show what the machine is busy with; empty when it is ready."""
        self.query_one(".note", Static).update(note)


def _titled(title: str) -> str:
    return f" rnntui   {printable(title)}".replace("\n", " ")
