"""The sentence pane: a typed sentence and the classifier's prediction, word by word."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from rnntui.runtime.classifier_session import Prediction, TrainedClassifier
from rnntui.tui.classify.class_bars import ClassBars
from rnntui.tui.classify.word_trail import TokenEffect, WordTrail
from rnntui.tui.core.sentences import one_line
from rnntui.tui.widgets.lines_input import SentenceInput

LONGEST: Final = 2_000
"""Most characters of a sentence."""

_NOTHING_YET = (
    "No classifier yet: press t. The reviews that ship with rnntui are learned in a few"
    " seconds; then type a sentence here and watch the bars move."
)


class SentencePane(Vertical):
    """An input, a bar for each class, and the probability after each word."""

    def __init__(self) -> None:
        """Create a pane without a classifier."""
        super().__init__(id="sentence-pane", classes="pane")
        self._by_characters = False

    def compose(self) -> ComposeResult:
        """The input above the prediction."""
        field = SentenceInput(placeholder="type a sentence (p)", id="sentence")
        field.max_length = LONGEST
        field.select_on_focus = False  # it is continued more often than retyped
        yield field
        with VerticalScroll(id="answer", can_focus=False):
            yield ClassBars(id="bars")
            yield Static(_NOTHING_YET, id="caption", markup=False)
            yield WordTrail(id="trail")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "Sentence"
        self.query_one(ClassBars).display = False

    @property
    def field(self) -> Input:
        """The input for the sentence."""
        return self.query_one("#sentence", Input)

    def show_classifier(self, classifier: TrainedClassifier) -> None:
        """Show the classifier's name and step."""
        self._by_characters = classifier.units == "characters"
        self.border_subtitle = Content(
            f"{one_line(classifier.about.name)}, step {classifier.step:,}"
        )

    def show(self, answer: Prediction) -> None:
        """Show a prediction in bars and trail."""
        bars = self.query_one(ClassBars)
        bars.display = True
        bars.show(answer.probabilities)
        place, (name, probability) = max(enumerate(answer.probabilities), key=lambda one: one[1][1])
        self.border_title = Content.assemble(
            "Sentence   ", (f"{one_line(name)} {probability:.0%}", "$text-accent")
        )
        reading = answer.reading
        marks = []
        before = answer.before[place]
        for token, is_known, after in zip(
            reading.tokens, reading.known, reading.probabilities[:, place].tolist(), strict=True
        ):
            marks.append(TokenEffect(token, is_known, after, after - before))
            before = after
        self.query_one(WordTrail).show(marks, close=self._by_characters)
        token = "character" if self._by_characters else "word"
        self.query_one("#caption", Static).update(Content(_caption(answer, name, token)))


def _caption(answer: Prediction, likeliest: str, token: str) -> str:
    tokens, known = answer.reading.tokens, answer.reading.known
    if not tokens:
        return "Nothing typed yet: this is what it expects of any text."
    if not any(known):
        return "The network knows none of these words, so its answer means little."
    unknown = "" if all(known) else " (unknown ones in brackets)"
    return f"'{one_line(likeliest)}' after each {token}{unknown}:"
