"""What can be done on the Classify screen, by key, mouse and palette: its part of the registry."""

from collections.abc import Sequence
from typing import Final

from rnntui.tui.core.actions import Action, also
from rnntui.tui.core.links import Pair, Place


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = False
) -> Action:
    return Action(f"classify.{name}", key, call, label, tooltip, in_footer)


_BORDER = "Move the border between {}; it can be dragged, too."

CLASSIFY: Final = (
    also(
        "train",
        "classify",
        tooltip="Train a classifier on the chosen texts; again to pause and to go on.",
    ),
    also("step", "classify"),
    also("stop", "classify", tooltip="Save and end the training."),
    also("new", "classify"),
    _action("sentence", "p,i", "sentence", "Sentence", "Type a sentence to be classified.", True),
    _action("clear", "delete", "clear_sentence", "Clear", "Begin another sentence."),
    _action("measure", "v", "measure", "Measure", "Count right and wrong answers.", True),
    _action("texts", "c", "texts", "Texts", "Name the labelled texts to learn from.", True),
    _action("open", "o", "open", "Open", "Open the classifier of a run.", True),
    also("tab.setup", "classify"),
    also("tab.overview", "classify", tooltip="Chart, figures and sentence at once."),
    also("tab.loss", "classify"),
    _action("tab.sentence-pane", "7", "tab('sentence-pane')", "Go to sentence", "To the sentence."),
    _action("tab.results", "8", "tab('results')", "Go to results", "To right and wrong answers."),
    also("save", "classify", in_footer=False),
    also("best", "classify"),
    also("rate.down", "classify", tooltip="Halve the learning rate."),
    also("rate.up", "classify", tooltip="Double the learning rate."),
    also("scale", "classify"),
    also("smoothing", "classify"),
    also("recent", "classify"),
    also(
        "command",
        "classify",
        tooltip="Copy the command line that trains the same classifier without the screen.",
    ),
    also("border.left", "classify"),
    also("border.right", "classify"),
    also("border.up", "classify"),
    also("border.down", "classify"),
    also("border.reset", "classify"),
    _action(
        "back", "escape,x", "back", "Back", "Back to the playground; a training goes on.", True
    ),
)
"""The screen's actions, in the order of footer, help and palette."""

PLACES: Final[Sequence[Place]] = (
    "classify.train",
    "classify.step",
    "classify.save",
    "classify.best",
    "classify.stop",
    Pair("classify.rate.down", "learning rate", "classify.rate.up"),
    "classify.new",
)
"""What can be clicked in the lower border of the loss pane, the most wanted first."""

CHART_PLACES: Final[Sequence[Place]] = (
    "classify.scale",
    "classify.smoothing",
    "classify.recent",
)
"""What can be clicked in its upper border."""
