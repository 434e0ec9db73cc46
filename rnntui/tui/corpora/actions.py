"""Actions of the Corpora screen: its part of the registry."""

from rnntui.tui.core.actions import Action


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = True
) -> Action:
    return Action(f"corpora.{name}", key, call, label, tooltip, in_footer)


CORPORA = (
    _action("choose", "enter", "choose", "Choose", "Choose this text for training, and go back."),
    _action("add", "a", "add", "Add", "Add a file or a folder to the library."),
    _action("paste", "v", "paste", "Paste", "Add a text that you paste or type."),
    _action("fetch", "f", "fetch", "Fetch", "Fetch a text from the network."),
    _action(
        "remove", "d,delete", "remove", "Remove", "Delete a text of your own, after a question."
    ),
    _action("back", "escape", "back", "Back", "Go back without choosing."),
    _action("filter", "slash", "filter", "Filter", "Show only some of the texts."),
    *(
        _action(
            pane, str(number), f"pane('{pane}')", pane.title(), f"Go to the pane {pane}.", False
        )
        for number, pane in enumerate(("library", "beginning", "figures"), 1)
    ),
    _action(
        "table",
        "down",
        "pane('library')",
        "To the texts",
        "Go from the filter to the texts.",
        False,
    ),
)
"""The screen's actions, in the order of footer and help."""
