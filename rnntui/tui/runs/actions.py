"""What can be done on the screen of runs, by key and by button: its part of the registry."""

from rnntui.tui.core.actions import Action, playground_action


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = False
) -> Action:
    return Action(f"runs.{name}", key, call, label, tooltip, in_footer)


OPEN = _action(
    "open", "enter", "open", "Open", "Load the run's best network into the playground.", True
)
"""Bound by the table, which would take Enter for itself."""

_BORDER = "Move the border between table and curves {}; it can be dragged, too."

RUNS = (
    _action("back", "escape", "back", "Back", "Back to the playground.", True),
    _action("resume", "t", "resume", "Resume", "Go on with the run's training.", True),
    _action("replay", "y", "replay", "Replay", "Show the training again.", True),
    _action("slower", "less_than_sign", "speed(-1)", "Replay slower", "A slower replay."),
    _action("faster", "greater_than_sign", "speed(1)", "Replay faster", "A faster replay."),
    _action("hide", "space", "hide", "Hide", "Hide the run's curve, or show it again.", True),
    _action("pin", "p", "pin", "Pin", "Put the run on top of the others, or not.", True),
    _action(
        "filter",
        "slash",
        "filter",
        "Filter",
        "Show only the runs whose name or text has this, or matches this regular expression.",
        True,
    ),
    _action("same-text", "c", "same_text", "Same text", "Show only runs of this text, or all."),
    _action("axis", "x", "axis", "Axis", "Draw against steps, seconds, characters.", True),
    _action("kind", "v", "kind", "Validation/training", "Draw validation or training losses."),
    _action("sort", "s", "sort", "Sort", "Sort by the next column."),
    _action("reverse", "S", "reverse", "Reverse", "Sort the other way round."),
    _action("export", "e", "export", "Export", "Write the run to a zip file.", True),
    _action("rename", "n", "rename", "Rename", "Give the run another name.", True),
    _action("delete", "d,delete", "delete", "Delete", "Delete the run, after a question.", True),
    _action("refresh", "ctrl+r", "look", "Refresh", "Look for new runs now."),
    playground_action("border.up", "runs", label="Smaller table", tooltip=_BORDER.format("up")),
    playground_action("border.down", "runs", label="Larger table", tooltip=_BORDER.format("down")),
    playground_action("border.reset", "runs"),
)
"""The screen's actions, in the order of footer and help."""
