"""What can be done in a race, by key, mouse and palette: its part of the registry."""

from typing import Final

from rnntui.tui.core.actions import Action, playground_action


def _action(
    name: str,
    key: str,
    call: str,
    label: str,
    tooltip: str,
    in_footer: bool = True,
    in_short: str = "",
) -> Action:
    return Action(f"race.{name}", key, call, label, tooltip, in_footer, in_short=in_short)


OPEN: Final = _action(
    "open",
    "enter",
    "screen.open_lane",
    "Open the lane",
    "Leave the race with the best network of the lane under the cursor, which t then resumes.",
    in_short="Open",
)
"""Bound by the table, which handles Enter itself."""

RACE: Final = (
    _action(
        "pause",
        "t",
        "pause",
        "Pause/continue",
        "Pause all lanes, or let them go on; also a race that was ended with k.",
        in_short="Pause",
    ),
    _action("step", "n", "step", "Step", "Let every lane take one step, then pause."),
    _action(
        "stop", "k", "stop", "End and save", "Save all lanes and end the race.", in_short="End"
    ),
    _action(
        "axis",
        "x",
        "axis",
        "Axis",
        "Draw against steps, seconds of own computing, characters read, or parameters.",
    ),
    _action("kind", "v", "kind", "Validation/training", "Draw validation or training losses."),
    _action(
        "export",
        "e",
        "export",
        "Export",
        "Save the chart beside the runs: as a picture (SVG) and as numbers (CSV).",
    ),
    _action(
        "generate",
        "g",
        "generate",
        "Samples",
        "Let all lanes generate side by side from one prime and seed, or stop that.",
    ),
    playground_action("temperature.down", "race"),
    playground_action("temperature.up", "race"),
    playground_action("pace", "race"),
    playground_action("scale", "race"),
    playground_action("smoothing", "race"),
    playground_action("recent", "race"),
    _action(
        "tab.curves",
        "4",
        "tab('curves')",
        "Go to the curves",
        "To the chart; in a small terminal it takes the samples' place.",
        in_footer=False,
    ),
    _action(
        "tab.samples",
        "5",
        "tab('samples')",
        "Go to the samples",
        "To what the lanes generate; in a small terminal it takes the chart's place.",
        in_footer=False,
    ),
    _action("leave", "escape", "leave", "Back", "Save all lanes, end the race and go back."),
)
"""The screen's actions, in the order of footer, help and palette."""
