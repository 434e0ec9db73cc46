"""The pane with what a classifier got right and wrong."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import ScrollableContainer, Vertical
from textual.widgets import Static

from rnntui.runtime.classifier_session import ClassifierScore
from rnntui.tui.classify.confusion_table import ConfusionTable

_HINT = (
    "Accuracy and confusion matrix on texts that the network did not learn from"
    " stand here when a training is over. v measures the classifier now."
)


class ResultsPane(Vertical):
    """Accuracy and confusion matrix."""

    def __init__(self) -> None:
        """Make a pane without results."""
        super().__init__(id="results", classes="pane")

    def compose(self) -> ComposeResult:
        """A line of words above the tables."""
        yield Static(_HINT, id="results-note", markup=False)
        with ScrollableContainer(id="tables", can_focus=False):
            yield ConfusionTable(id="confusion")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "Right and wrong"

    def on_resize(self) -> None:
        """Fit the tables to the room that there is now."""
        self.call_after_refresh(self.query_one(ConfusionTable).lay_out)

    def show(self, scores: Sequence[ClassifierScore]) -> None:
        """Show these measures; without any, say how to come by some."""
        self.say("" if scores else _HINT)
        self.query_one(ConfusionTable).show(scores)

    def say(self, words: str) -> None:
        """Show a sentence above the tables, or none."""
        note = self.query_one("#results-note", Static)
        note.update(words)
        note.display = bool(words)
