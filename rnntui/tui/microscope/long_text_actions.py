"""What can be done with a long text, by key, mouse and palette: the screen's registry."""

from typing import Final

from rnntui.tui.core.actions import Action


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = True
) -> Action:
    return Action(f"long-text.{name}", key, call, label, tooltip, in_footer)


LONG_TEXT: Final = (
    _action("worst", "f", "worst", "Most wrong", "To the next place where it was most wrong."),
    _action("open", "o", "open", "Open", "Read another text: a file, or a name of the library."),
    _action("own", "w", "own", "Own text", "Read the text that the network learned from."),
    _action("back", "left", "step(-1)", "Step back", "To the character before.", False),
    _action("forward", "right", "step(1)", "Step", "To the next character.", False),
    _action("up", "up", "line(-1)", "Line above", "To the line above.", False),
    _action("down", "down", "line(1)", "Line", "To the next line."),
    _action("page.up", "pageup", "page(-1)", "Page up", "A screenful back.", False),
    _action("page.down", "pagedown", "page(1)", "Page", "A screenful on."),
    _action("first", "home", "end('first')", "First", "To the first character.", False),
    _action("last", "end", "end('last')", "Last", "To the last character.", False),
    _action(
        "export",
        "e",
        "export",
        "Export",
        "Save what is read beside the runs: all bits as numbers (CSV), and the part of the text"
        " that is seen as a picture (SVG).",
    ),
    _action("leave", "escape", "leave", "Back", "Back to the Microscope."),
)
"""The screen's actions, in the order of footer, help and palette."""
