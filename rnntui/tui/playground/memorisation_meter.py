"""The line under the stream that says how much of it is memorised: word for word in the text."""

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.lenses.memorisation import FOLLOWED_LENGTH, MEMORISED_LENGTH, MemorisedRuns
from rnntui.text.cells import printable
from rnntui.tui.widgets.candidates import bar, percent

INDEXING = "indexing the text …"
"""The notice for the time until there can be readings."""

_BAR_CELLS = 10
_FEWEST_BAR_CELLS = 3
_EXPLANATION = (
    f"memorised: the part of the output that stands in stretches of {MEMORISED_LENGTH} characters "
    "or more which occur word for word in the text that was trained on. "
    "longest: the longest such stretch so far, of any length."
)


class MemorisationMeter(Static):
    """Memorised share and longest memorised run, or a notice while there is no reading.

    As much of it as fits on one line: first the bar shrinks and goes, then the words.
    """

    DEFAULT_CSS = """
    MemorisationMeter {
        height: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    reading: reactive[MemorisedRuns | None] = reactive(None)
    """What to show; None shows the notice."""

    notice: reactive[str] = reactive(INDEXING)
    """What to say while there is no reading."""

    covered: reactive[float] = reactive(1.0)
    """The part of the learned text that is indexed, 0 to 1. Below 1 figures are at-leasts."""

    def render(self) -> Content:
        """The richest line that fits."""
        if self.reading is None:
            return Content.styled(printable(self.notice), "$text-muted")
        *richer, shortest = _lines(self.reading, at_least=self.covered < 1)
        return next((line for line in richer if line.cell_length <= self.size.width), shortest)

    def watch_reading(self) -> None:
        """Bring the tooltip up to date, as the other figures do."""
        self._explain()

    def watch_covered(self) -> None:
        """Bring the tooltip up to date."""
        self._explain()

    def _explain(self) -> None:
        sentences = [_EXPLANATION]
        if self.reading is not None and self.reading.longest_at is not None:
            sentences.append(
                f"That one begins at character {self.reading.longest_at + 1:,} of the text."
            )
            if self.reading.longest > FOLLOWED_LENGTH:
                sentences.append("It may be longer.")
        if self.covered < 1:
            sentences.append(
                f"Only the first {int(self.covered * 100)}% of the training text is looked at, "
                "so more may be memorised."
            )
        self.tooltip = " ".join(sentences)


def _lines(reading: MemorisedRuns, *, at_least: bool) -> Iterator[Content]:
    """Yield the line, each time with less in it."""
    mark = "≥" if at_least else ""
    share = f"≥{int(reading.share * 100)}%" if at_least else percent(reading.share).strip()
    longest = f"{mark}{reading.longest:,}"
    unit = "character" if reading.longest == 1 else "characters"
    padded = share.rjust(4 + len(mark))
    for cells in range(_BAR_CELLS, _FEWEST_BAR_CELLS - 1, -1):
        yield Content.assemble(
            "memorised ",
            (bar(reading.share, cells), "$text-accent on $foreground 15%"),
            " ",
            (padded, "bold"),
            "  longest ",
            (longest, "bold"),
            f" {unit}",
        )
    for before, between, after in (
        ("memorised ", "  longest ", f" {unit}"),
        ("memorised ", "  longest ", ""),
        ("memorised ", " · ", ""),
        ("", " · ", ""),
    ):
        yield Content.assemble(before, (share, "bold"), between, (longest, "bold"), after)
