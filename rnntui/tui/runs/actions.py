"""Actions of the Runs screen: its part of the registry."""

from rnntui.tui.core.actions import Action, playground_action


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = False
) -> Action:
    return Action(f"runs.{name}", key, call, label, tooltip, in_footer)


OPEN = _action(
    "open", "enter", "open", "Open", "Load the run's best network into the playground.", True
)
"""Bound by the table, which handles Enter itself."""

_BORDER = "Move the border between table and curves {}; it can also be dragged."

RUNS = (
    _action("back", "escape", "back", "Back", "Back to the playground.", True),
    _action("resume", "t", "resume", "Resume", "Resume the training run.", True),
    _action("replay", "y", "replay", "Replay", "Replay the training run.", True),
    _action("slower", "less_than_sign", "speed(-1)", "Replay slower", "A slower replay."),
    _action("faster", "greater_than_sign", "speed(1)", "Replay faster", "A faster replay."),
    _action("hide", "space", "hide", "Hide", "Hide or show the run's curve.", True),
    _action("pin", "p", "pin", "Pin", "Draw the run on top of the others, or not.", True),
    _action(
        "filter",
        "slash",
        "filter",
        "Filter",
        "Show only runs whose name or text contains this, or matches this regular expression.",
        True,
    ),
    _action("same-text", "c", "same_text", "Same text", "Show only runs of this text, or all."),
    _action("axis", "x", "axis", "Axis", "Draw against steps, seconds or characters.", True),
    _action("kind", "v", "kind", "Validation/training", "Draw validation or training losses."),
    _action("sort", "s", "sort", "Sort", "Sort by the next column."),
    _action("reverse", "S", "reverse", "Reverse", "Reverse the order."),
    _action("export", "e", "export", "Export", "Write the run to a zip file.", True),
    _action("rename", "n", "rename", "Rename", "Rename the run.", True),
    _action("delete", "d,delete", "delete", "Delete", "Delete the run, after a question.", True),
    _action("refresh", "ctrl+r", "look", "Refresh", "Look for new runs now."),
    _action(
        "sweep",
        "w",
        "sweep",
        "Sweep",
        "The trials of the study that the run is of, and how important each setting was.",
    ),
    playground_action("border.up", "runs", label="Smaller table", tooltip=_BORDER.format("up")),
    playground_action("border.down", "runs", label="Larger table", tooltip=_BORDER.format("down")),
    playground_action("border.reset", "runs"),
)
"""The screen's actions, in the order of footer and help."""

GO = Action("study.go", "enter", "go", "Go to run", "Go to the run of the trial, among the runs.")
"""Bound by the table, too, which has Enter itself."""

STUDY = (
    GO,
    Action("study.sort", "s", "sort", "Sort", "Sort by the next column."),
    Action("study.reverse", "S", "reverse", "Reverse", "Reverse the order."),
    Action("study.leave", "escape", "leave", "Back", "Back to the runs."),
)
"""The actions of a study's tables, in the order of footer and help."""
