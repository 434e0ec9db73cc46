"""What can be done on the Classify screen, by key, mouse and palette: its part of the registry."""

from collections.abc import Sequence
from typing import Final

from rnntui.tui.core.actions import Action, playground_action
from rnntui.tui.core.links import Link, LinkPair


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = False
) -> Action:
    return Action(f"classify.{name}", key, call, label, tooltip, in_footer)


_BORDER = "Move the border between {}; it can be dragged, too."

CLASSIFY: Final = (
    playground_action(
        "train",
        "classify",
        tooltip="Train a classifier on the chosen texts; again to pause and to go on.",
    ),
    playground_action("step", "classify"),
    playground_action("stop", "classify", tooltip="Save and end the training."),
    playground_action("new", "classify"),
    _action("sentence", "p,i", "sentence", "Sentence", "Type a sentence to be classified.", True),
    _action("clear", "delete", "clear_sentence", "Clear", "Begin another sentence."),
    _action("measure", "v", "measure", "Measure", "Count right and wrong answers.", True),
    _action("texts", "c", "texts", "Texts", "Name the labelled texts to learn from.", True),
    _action("open", "o", "open", "Open", "Open the classifier of a run.", True),
    playground_action("tab.setup", "classify"),
    playground_action("tab.overview", "classify", tooltip="Chart, figures and sentence at once."),
    playground_action("tab.loss", "classify"),
    _action("tab.sentence-pane", "7", "tab('sentence-pane')", "Go to sentence", "To the sentence."),
    _action("tab.results", "8", "tab('results')", "Go to results", "To right and wrong answers."),
    playground_action("save", "classify", in_footer=False),
    playground_action("best", "classify"),
    playground_action("rate.down", "classify", tooltip="Halve the learning rate."),
    playground_action("rate.up", "classify", tooltip="Double the learning rate."),
    playground_action("scale", "classify"),
    playground_action("smoothing", "classify"),
    playground_action("recent", "classify"),
    playground_action(
        "command",
        "classify",
        tooltip="Copy the command line that trains the same classifier without the screen.",
    ),
    playground_action("border.left", "classify"),
    playground_action("border.right", "classify"),
    playground_action("border.up", "classify"),
    playground_action("border.down", "classify"),
    playground_action("border.reset", "classify"),
    _action(
        "back", "escape,x", "back", "Back", "Back to the playground; a training goes on.", True
    ),
)
"""The screen's actions, in the order of footer, help and palette."""

LINKS: Final[Sequence[Link]] = (
    "classify.train",
    "classify.step",
    "classify.save",
    "classify.best",
    "classify.stop",
    LinkPair("classify.rate.down", "learning rate", "classify.rate.up"),
    "classify.new",
)
"""What can be clicked in the lower border of the loss pane, the most wanted first."""

CHART_LINKS: Final[Sequence[Link]] = (
    "classify.scale",
    "classify.smoothing",
    "classify.recent",
)
"""What can be clicked in its upper border."""
