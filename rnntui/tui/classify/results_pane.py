"""The results pane: accuracy and confusion matrix of a classifier."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import ScrollableContainer, Vertical
from textual.widgets import Static

from rnntui.runtime.classifier_session import ClassifierScore
from rnntui.tui.classify.confusion_table import ConfusionTable

_HINT = (
    "Accuracy and confusion matrix on texts that the network did not learn from"
    " appear here after training. Press v to measure the classifier now."
)


class ResultsPane(Vertical):
    """Accuracy and confusion matrix."""

    def __init__(self) -> None:
        """Create a pane without results."""
        super().__init__(id="results", classes="pane")

    def compose(self) -> ComposeResult:
        """A sentence above the tables."""
        yield Static(_HINT, id="results-note", markup=False)
        with ScrollableContainer(id="tables", can_focus=False):
            yield ConfusionTable(id="confusion")

    def on_mount(self) -> None:
        """Set the pane's title."""
        self.border_title = "Right and wrong"

    def on_resize(self) -> None:
        """Fit the tables to the new width."""
        self.call_after_refresh(self.query_one(ConfusionTable).lay_out)

    def show(self, scores: Sequence[ClassifierScore]) -> None:
        """Show these scores; without any, explain how to get them."""
        self.say("" if scores else _HINT)
        self.query_one(ConfusionTable).show(scores)

    def say(self, words: str) -> None:
        """Show a sentence above the tables, or none."""
        note = self.query_one("#results-note", Static)
        note.update(words)
        note.display = bool(words)
