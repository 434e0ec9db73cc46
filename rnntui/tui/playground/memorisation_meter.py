"""The line under the stream: how much of it occurs word for word in the training text."""

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.lenses.memorisation import FOLLOWED_LENGTH, MEMORISED_LENGTH, MemorisedRuns
from rnntui.text.cells import printable
from rnntui.tui.widgets.candidates import bar, percent

INDEXING = "indexing the text …"
"""The notice until there are readings."""

_BAR_CELLS = 10
_FEWEST_BAR_CELLS = 3
_EXPLANATION = (
    f"memorised: the share of the output in stretches of {MEMORISED_LENGTH} characters or more "
    "that occur word for word in the training text. "
    "longest: the longest such stretch so far, of any length."
)


class MemorisationMeter(Static):
    """Memorised share and longest memorised stretch, or a notice while there is no reading.

    Fitted to one line: first the bar shrinks and goes, then the words.
    """

    DEFAULT_CSS = """
    MemorisationMeter {
        height: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    reading: reactive[MemorisedRuns | None] = reactive(None)
    """The reading; None shows the notice."""

    notice: reactive[str] = reactive(INDEXING)
    """The text while there is no reading."""

    covered: reactive[float] = reactive(1.0)
    """The indexed share of the training text, 0 to 1. Below 1, figures are lower bounds."""

    def render(self) -> Content:
        """The fullest line that fits."""
        if self.reading is None:
            return Content.styled(printable(self.notice), "$text-muted")
        *richer, shortest = _lines(self.reading, at_least=self.covered < 1)
        return next((line for line in richer if line.cell_length <= self.size.width), shortest)

    def watch_reading(self) -> None:
        """Update the tooltip."""
        self._explain()

    def watch_covered(self) -> None:
        """Update the tooltip."""
        self._explain()

    def _explain(self) -> None:
        sentences = [_EXPLANATION]
        if self.reading is not None and self.reading.longest_at is not None:
            sentences.append(f"It begins at character {self.reading.longest_at + 1:,} of the text.")
            if self.reading.longest > FOLLOWED_LENGTH:
                sentences.append("It may be longer.")
        if self.covered < 1:
            sentences.append(
                f"Only the first {int(self.covered * 100)}% of the training text is searched, "
                "so more may be memorised."
            )
        self.tooltip = " ".join(sentences)


def _lines(reading: MemorisedRuns, *, at_least: bool) -> Iterator[Content]:
    """Yield the line in ever shorter forms."""
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
