"""Actions of the Classify screen: its part of the registry."""

from collections.abc import Sequence
from typing import Final

from rnntui.tui.core.actions import Action, playground_action
from rnntui.tui.core.links import Link, LinkPair


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = False
) -> Action:
    return Action(f"classify.{name}", key, call, label, tooltip, in_footer)


_BORDER = "Move the border between {}; it can also be dragged."

CLASSIFY: Final = (
    playground_action(
        "train",
        "classify",
        tooltip="Train a classifier on the chosen texts; again to pause and to continue.",
    ),
    playground_action("step", "classify"),
    playground_action("stop", "classify", tooltip="Save and end the training run."),
    playground_action("new", "classify"),
    _action("sentence", "p,i", "sentence", "Sentence", "Type a sentence to be classified.", True),
    _action("clear", "delete", "clear_sentence", "Clear", "Clear the sentence."),
    _action("measure", "v", "measure", "Measure", "Measure accuracy and confusion matrix.", True),
    _action("texts", "c", "texts", "Texts", "Choose the labelled texts to train on.", True),
    _action("open", "o", "open", "Open", "Open the classifier of a run.", True),
    playground_action("tab.setup", "classify"),
    playground_action("tab.overview", "classify", tooltip="Chart, figures and sentence together."),
    playground_action("tab.loss", "classify"),
    _action("tab.sentence-pane", "7", "tab('sentence-pane')", "Go to sentence", "To the sentence."),
    _action(
        "tab.results", "8", "tab('results')", "Go to results", "To accuracy and confusion matrix."
    ),
    playground_action("save", "classify", in_footer=False),
    playground_action("best", "classify"),
    playground_action("rate.down", "classify", tooltip="Halve the learning rate."),
    playground_action("rate.up", "classify", tooltip="Double the learning rate."),
    playground_action("scale", "classify"),
    playground_action("smoothing", "classify"),
    playground_action("recent", "classify"),
    playground_action("chart", "classify"),
    playground_action(
        "command",
        "classify",
        tooltip="Copy a command line that trains the same classifier without a screen.",
    ),
    playground_action("border.left", "classify"),
    playground_action("border.right", "classify"),
    playground_action("border.up", "classify"),
    playground_action("border.down", "classify"),
    playground_action("border.reset", "classify"),
    _action(
        "back",
        "escape,x",
        "back",
        "Back",
        "Back to the playground; a training run continues.",
        True,
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
"""Links in the lower border of the loss pane, the most important first."""

CHART_LINKS: Final[Sequence[Link]] = (
    "classify.scale",
    "classify.smoothing",
    "classify.recent",
    "classify.chart",
)
"""Links in its upper border."""
