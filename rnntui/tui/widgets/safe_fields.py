"""Fields to type and paste into that draw control characters instead of obeying them.

What they hold stays as it was typed; only what goes to the terminal is changed.
"""

import re
from typing import ClassVar, Final

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.widgets import Input, TextArea

from rnntui.text.cells import visible

EDITED: Final = 20_000
"""Most characters that a `PasteArea` lets edit: what a text area wraps again in no time."""

SHOWN: Final = 5_000
"""Characters shown of a longer text."""

# A text area takes these for line ends and would give them back as such.
_ODD_LINE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


def one_for_one(text: str) -> str:
    """Return `text` with one printable character for each that isn't, the tab left as it is."""
    return "".join(
        drawn.text[0] if char != "\t" and (drawn := visible(char)).is_stand_in else char
        for char in text
    )


class StandIns(Highlighter):
    """Draws stand-ins in an `Input`."""

    def highlight(self, text: Text) -> None:
        """Change the characters in place; there are as many as before."""
        text.plain = one_for_one(text.plain).replace("\t", "⇥")


class SafeInput(Input):
    """An input whose value may hold anything, such as the name of a file."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        """Make an empty one-line field."""
        super().__init__(placeholder=placeholder, id=id, compact=True, highlighter=StandIns())


class PasteArea(TextArea):
    """A text area that takes pastes of any size.

    A text that is too long to be edited, or that holds line ends which a text
    area would change, is kept as it is: its beginning is shown and can't be
    edited, and further pastes are put behind it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "clear", "Clear", id="paste.clear", tooltip="Begin again with no text."),
    ]

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        """Make an empty area."""
        super().__init__(placeholder=placeholder, id=id, show_line_numbers=False)
        self._kept: list[str] = []

    @property
    def content(self) -> str:
        """All that was typed and pasted."""
        return "".join(self._kept) if self._kept else self.text

    @property
    def is_edited(self) -> bool:
        """Whether the text can be edited, and all of it is shown."""
        return not self._kept

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is drawn."""
        return Text(one_for_one(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: Paste) -> None:
        """Keep what is too much to be edited; leave the rest to the text area."""
        short = len(self.text) + len(event.text) <= EDITED
        if self.is_edited and short and not _ODD_LINE_ENDS.search(event.text):
            return
        event.prevent_default()
        pieces = [*self._kept, event.text] if self._kept else [self.text, event.text]
        self._kept = pieces
        self.read_only = True
        # Loading also tells of the change, which those who count need for every paste.
        self.load_text("".join(pieces)[:SHOWN])

    def action_clear(self) -> None:
        """Forget everything."""
        self._kept = []
        self.read_only = False
        self.load_text("")
