"""What can be done with a lens, by key, mouse and palette: part of each screen's registry."""

from typing import Final

from rnntui.tui.core.actions import Action


def microscope_action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = True
) -> Action:
    """An action whose binding is named `microscope.` and `name`, on whatever screen it is."""
    return Action(f"microscope.{name}", key, call, label, tooltip, in_footer)


def _lens(number: int, name: str, label: str, tooltip: str) -> Action:
    call = f"lens('{name}')"
    return microscope_action(f"lens.{name}", str(number), call, label, tooltip, False)


LENS: Final = (
    _lens(1, "strips", "Strips", "Every gate and state, over the text and over the units."),
    _lens(
        2,
        "unit",
        "Neuron",
        "The text under one unit's values, and what units track in it; after every step that the"
        " run has kept, too, as a curve.",
    ),
    _lens(3, "influence", "Influence", "How much each character acts on the next prediction."),
    _lens(4, "surprise", "Surprise", "What each character cost the network, in bits."),
    _lens(5, "map", "Map", "The vectors of all symbols in the plane."),
    _lens(6, "surgery", "Surgery", "What the network generates with and without what was cut."),
    _lens(7, "gradients", "Flow", "How far the loss at the end reaches back, beside other cells."),
    microscope_action(
        "operate",
        "x",
        "operate",
        "Cut/hold",
        "Cut the chosen unit out, or hold the chosen gate low, then high; again to undo it.",
        False,
    ),
    microscope_action(
        "freeze",
        "z",
        "freeze",
        "Freeze",
        "Freeze the chosen state of the chosen unit at its value here; again to undo it.",
        False,
    ),
    microscope_action(
        "nudge.down", "minus", "nudge('down')", "Nudge down", "Nudge the chosen state down.", False
    ),
    microscope_action(
        "nudge.up", "plus", "nudge('up')", "Nudge up", "Nudge the chosen state up.", False
    ),
    microscope_action(
        "untouched", "X", "undo_operations", "Undo all", "Undo all operations.", False
    ),
    microscope_action(
        "best", "f", "best_unit", "Best unit", "To the best unit for the next feature.", False
    ),
    microscope_action(
        "mark",
        "k",
        "mark",
        "Mark",
        "Begin to mark a stretch of the text here, and end it; then clear it. Its units are named,"
        " and other places like it found.",
    ),
    microscope_action(
        "mark.back", "shift+left", "extend(-1)", "Mark back", "Mark the character before.", False
    ),
    microscope_action(
        "mark.forward", "shift+right", "extend(1)", "Mark on", "Mark the next character.", False
    ),
    microscope_action(
        "mark.next",
        "j",
        "next_place",
        "Next like it",
        "To the next place of the network's own text like the marked stretch.",
        False,
    ),
    microscope_action(
        "pattern",
        "slash",
        "pattern",
        "Regex",
        "Measure what units track of a regular expression's matches.",
    ),
    microscope_action("back", "left", "step(-1)", "Step back", "To the character before.", False),
    microscope_action("forward", "right", "step(1)", "Step", "To the next character."),
    microscope_action(
        "first", "home", "step_to('first')", "First", "To the first character.", False
    ),
    microscope_action("last", "end", "step_to('last')", "Last", "To the last character.", False),
    microscope_action("row.up", "up", "row(-1)", "Row above", "To the gate or state above.", False),
    microscope_action("row.down", "down", "row(1)", "Row", "To the gate or state below."),
    microscope_action(
        "unit.down", "comma", "unit(-1)", "Unit before", "To the unit before.", False
    ),
    microscope_action("unit.up", "full_stop", "unit(1)", "Unit", "To the next unit."),
    microscope_action(
        "view",
        "v",
        "view",
        "Time/units",
        "Show one unit over the whole text, or all units at one character; a large terminal shows"
        " both.",
    ),
)
"""The actions of a lens, in the order of footer, help and palette."""
