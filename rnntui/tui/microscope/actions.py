"""What can be done on the Microscope, by key, mouse and palette: its part of the registry."""

from typing import Final

from rnntui.tui.lens.actions import LENS, microscope_action
from rnntui.tui.lens.kept_scrubber import SCRUB

MICROSCOPE: Final = (
    *LENS,
    *SCRUB,
    microscope_action(
        "text", "p,i", "edit_text", "Text", "Type another text for the network to read."
    ),
    microscope_action(
        "hello",
        "o",
        "hello",
        "hello",
        "Look into the network of three units that spells hello, whose every number can be"
        " followed with pencil and paper; again to come back.",
    ),
    microscope_action(
        "long",
        "w",
        "long_text",
        "Long text",
        "The surprise of a whole text of up to 1 MB: the network's own, or a file.",
    ),
    microscope_action(
        "export",
        "e",
        "export",
        "Export",
        "Save what the lens shows beside the runs: as a picture (SVG) and as numbers (CSV).",
    ),
    microscope_action(
        "command",
        "y",
        "copy_command",
        "Copy as command",
        "Copy the command line that sees the same; of surgery, the one that generates the same.",
        False,
    ),
    microscope_action("leave", "escape,m", "leave", "Back", "Back to the playground."),
)
"""The screen's actions, in the order of footer, help and palette."""
