"""A side of the duel: the output of one mode, its mean probability and its variety."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from rnntui.runtime.duel_thread import GRAM, RECENT, RecentOutput
from rnntui.sampling.modes import Mode
from rnntui.sampling.stream import Character, drawn_after, hybrid_equals_argmax
from rnntui.text.unit_kinds import Units
from rnntui.text.vocabulary import Vocabulary
from rnntui.tui.duel.export import KEPT, Side
from rnntui.tui.widgets.candidates import CandidateBars, percent
from rnntui.tui.widgets.stream.text import StreamText

EXPLANATIONS: Final[dict[Mode, tuple[str, ...]]] = {
    "argmax": ("always the likeliest",),
    "random": ("sampled by probability",),
    "hybrid": ("sampled after a space, likeliest otherwise", "random only after spaces"),
}
"""What a mode does, the longest form first; the shortest fits into a terminal of 80 columns."""

HYBRID: Final[Mapping[Units, tuple[str, ...]]] = {
    "words": ("sampled after a line end, likeliest otherwise", "random only after lines"),
    "subwords": ("sampled where a word begins, likeliest otherwise", "random at word starts"),
}
"""What `hybrid` does with units that have no spaces between them."""


def explanations(mode: Mode, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a mode does with a vocabulary, the longest form first."""
    if mode != "hybrid":
        return EXPLANATIONS[mode]
    if hybrid_equals_argmax(vocabulary):
        return (f"no {drawn_after(vocabulary)}: equals argmax",)
    return HYBRID.get(vocabulary.units, EXPLANATIONS[mode])


class DuelColumn(Vertical):
    """One side of the duel: its text, the candidates for its next character, its measures."""

    def __init__(self, mode: Mode, vocabulary: Vocabulary) -> None:
        """Show the output of `mode` over this vocabulary."""
        super().__init__(id=mode)
        self.border_title = mode
        self.mode, self._recent = mode, RecentOutput()
        self._text, self._probabilities = "", list[float]()
        self._never_draws = mode == "hybrid" and hybrid_equals_argmax(vocabulary)
        self._explanations = explanations(mode, vocabulary)
        self.tooltip = (
            f"Over the last {RECENT:,} characters: average confidence is their mean probability,"
            f" varied the share of distinct sequences of {GRAM} characters, which is small in a"
            " loop."
        )

    def compose(self) -> ComposeResult:
        """Explanation of the mode, text, measures, candidates."""
        note = "explanation -note" if self._never_draws else "explanation"
        yield Static(classes=note, markup=False)
        text = StreamText()
        text.underlining = False  # nothing is compared with the learned text here
        yield text
        # Not in the border, where every change would redraw the whole column.
        yield Static(classes="measures", markup=False)
        yield CandidateBars()

    @property
    def stream(self) -> StreamText:
        """The text."""
        return self.query_one(StreamText)

    def begin(self, prime: str) -> None:
        """Begin a new text, after `prime`."""
        self._recent = RecentOutput()
        self._text, self._probabilities = "", []
        self.stream.clear()
        if prime:
            self.stream.append(prime, [None] * len(prime))
        self.query_one(CandidateBars).update_candidates(())
        self.show_measures()

    def show(self, characters: Sequence[Character]) -> None:
        """Add the newest output, in one go."""
        text = "".join(character.symbol for character in characters)
        probabilities = [one.probability for one in characters for _ in one.symbol]
        self.stream.append(text, probabilities)
        room = KEPT - len(self._text)
        self._text += text[:room]
        self._probabilities += probabilities[:room]
        last = characters[-1]
        self.query_one(CandidateBars).update_candidates(last.candidates, last.unit)
        self._recent.add(characters)

    @property
    def beginning(self) -> Side:
        """What was generated at first, with the measures as they are now."""
        words = measures(self._recent, 1_000)
        return Side(self.mode, self._text, tuple(self._probabilities), words)

    def on_resize(self) -> None:
        """Show as much as fits."""
        text = _longest_that_fits(self._explanations, self.size.width)
        self.query_one(".explanation", Static).update(text, layout=False)
        self.show_measures()

    def show_measures(self) -> None:
        """Update the measures."""
        text = measures(self._recent, self.size.width)
        self.query_one(".measures", Static).update(text, layout=False)


def measures(recent: RecentOutput, cells: int) -> str:
    """The measures of a text in the longest form that fits into `cells` cells."""
    mean, share = recent.mean_probability, recent.distinct_share
    sure = "–" if mean is None else f"{mean:.2f}"
    varied = "–" if share is None else percent(share).strip()
    forms = (
        f"average confidence {sure} · varied {varied} ({GRAM}-grams)",
        f"average confidence {sure} · varied {varied}",
        f"confidence {sure} · varied {varied}",
        f"conf. {sure} · varied {varied}",
    )
    return _longest_that_fits(forms, cells)


def _longest_that_fits(forms: Sequence[str], cells: int) -> str:
    """The first of the forms, which get shorter, that fits into `cells` cells; or the last."""
    return next((form for form in forms if len(form) <= cells), forms[-1])
