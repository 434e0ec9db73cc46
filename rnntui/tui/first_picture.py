"""The screen shown while the playground is being loaded: its panes, still empty.

It needs only Textual, so it appears at once.
"""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from rnntui.tui.widgets.title_bar import TitleBar


class FirstPicture(Screen[None]):
    """The frames of the playground's panes."""

    # Here, not in a file: Textual reads no stylesheet for its default screen.
    DEFAULT_CSS = """
    FirstPicture {
        .frame {
            height: 1fr;
            border: round $foreground 30%;
            border-title-color: $foreground;
            border-title-style: bold;
        }

        #left { width: 38; }
        #left > .frame:first-child { height: 45%; min-height: 8; }

        &.-narrow {
            #left { width: 1fr; layout: horizontal; }
            #left > .frame, #left > .frame:first-child { width: 1fr; height: 1fr; }
            #right { display: none; }
        }
    }
    """

    def compose(self) -> ComposeResult:
        """Frames with the playground's titles."""
        yield TitleBar()
        with Horizontal():
            with Vertical(id="left"):
                yield _frame("Texts")
                yield _frame("Network and training")
            with Vertical(id="right"):
                yield _frame("Loss")
                yield _frame("Output")


def _frame(title: str) -> Static:
    frame = Static(classes="frame")
    frame.border_title = title
    return frame
