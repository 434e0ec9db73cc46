"""What can be done on the Microscope, by key, mouse and palette: its part of the registry."""

from typing import Final

from rnntui.tui.core.actions import Action


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = True
) -> Action:
    return Action(f"microscope.{name}", key, call, label, tooltip, in_footer)


def _lens(number: int, name: str, label: str, tooltip: str) -> Action:
    return _action(f"lens.{name}", str(number), f"lens('{name}')", label, tooltip, False)


MICROSCOPE: Final = (
    _lens(1, "strips", "Strips", "Every gate and state, over the text and over the units."),
    _lens(2, "unit", "Neuron", "The text under one unit's values, and what units track in it."),
    _lens(3, "influence", "Influence", "How much each character acts on the next prediction."),
    _lens(4, "surprise", "Surprise", "What each character cost the network, in bits."),
    _lens(5, "map", "Map", "The vectors of all symbols in the plane."),
    _lens(6, "surgery", "Surgery", "What the network generates with and without what was cut."),
    _action(
        "operate",
        "x",
        "operate",
        "Cut/hold",
        "Cut the chosen unit out, or hold the chosen gate low, then high; again to undo it.",
        False,
    ),
    _action("untouched", "X", "undo_operations", "Undo all", "Undo all operations.", False),
    _action("best", "f", "best_unit", "Best unit", "To the best unit for the next feature.", False),
    _action("back", "left", "step(-1)", "Step back", "To the character before.", False),
    _action("forward", "right", "step(1)", "Step", "To the next character."),
    _action("first", "home", "step_to('first')", "First", "To the first character.", False),
    _action("last", "end", "step_to('last')", "Last", "To the last character.", False),
    _action("row.up", "up", "row(-1)", "Row above", "To the gate or state above.", False),
    _action("row.down", "down", "row(1)", "Row", "To the gate or state below."),
    _action("unit.down", "comma", "unit(-1)", "Unit before", "To the unit before.", False),
    _action("unit.up", "full_stop", "unit(1)", "Unit", "To the next unit."),
    _action(
        "view",
        "v",
        "view",
        "Time/units",
        "Show one unit over the whole text, or all units at one character; a large terminal shows"
        " both.",
    ),
    _action("text", "p,i", "edit_text", "Text", "Type another text for the network to read."),
    _action(
        "hello",
        "o",
        "hello",
        "hello",
        "Look into the network of three units that spells hello, whose every number can be"
        " followed with pencil and paper; again to come back.",
    ),
    _action(
        "export",
        "e",
        "export",
        "Export",
        "Save what the lens shows beside the runs: as a picture (SVG) and as numbers (CSV).",
    ),
    _action("leave", "escape,m", "leave", "Back", "Back to the playground."),
)
"""The screen's actions, in the order of footer, help and palette."""
