"""The confusion matrix of a classifier as a table of counts."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from rnntui.runtime.classifier_session import ClassifierScore
from rnntui.tui.core.sentences import one_line

_LONGEST_NAME, _SHORTEST_NAME = 12, 4


class ConfusionTable(Static):
    """Accuracy and confusion matrix of each measured part.

    Class names are shortened to fit the width; if that is not enough, the table scrolls
    sideways.
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty table."""
        super().__init__(id=id)
        self._scores: Sequence[ClassifierScore] = ()

    def show(self, scores: Sequence[ClassifierScore]) -> None:
        """Show these scores, or none."""
        self._scores = scores
        self.lay_out()

    def lay_out(self) -> None:
        """Draw the tables for the current width."""
        room = self.container_size.width
        self.update(Content("\n\n").join([_fitted(score, room) for score in self._scores]))


def _fitted(score: ClassifierScore, room: int) -> Content:
    """The table with the longest names for which it is at most `room` cells wide."""
    for longest in range(_LONGEST_NAME, _SHORTEST_NAME, -1):
        table = _table(score, longest)
        if max(line.cell_length for line in table.split("\n")) <= room:
            return table
    return _table(score, _SHORTEST_NAME)


def _table(score: ClassifierScore, longest_name: int) -> Content:
    texts = "text" if score.texts == 1 else "texts"
    head = Content.assemble(
        (f"{score.part}: {score.accuracy:.1%} accuracy", "bold"),
        (f"\n{score.texts:,} {texts}, loss {score.loss:.3f}", "$text-muted"),
    )
    names = [
        Content(one_line(name)).truncate(longest_name, ellipsis=True) for name in score.classes
    ]
    first = max(cell_len("is"), *(name.cell_length for name in names)) + 2
    widths = [
        max(name.cell_length, *(len(f"{row[column]:,}") for row in score.confusion)) + 2
        for column, name in enumerate(names)
    ]
    taken = Content.styled(" " * first + "  taken for", "$text-muted")
    titles = Content.styled("is".ljust(first), "$text-muted")
    for name, width in zip(names, widths, strict=True):
        titles += Content(" " * (width - name.cell_length)) + name
    rows = []
    for number, (name, counts) in enumerate(zip(names, score.confusion, strict=True)):
        row = name.pad_right(first - name.cell_length)
        for column, (count, width) in enumerate(zip(counts, widths, strict=True)):
            # Right answers are on the diagonal, in bold; zero is a dot.
            style = "bold $text-success" if column == number else "$text-error"
            cell = f"{count:,}" if count else "·"
            row += Content.styled(cell.rjust(width), style if count else "$text-muted")
        share = f"{counts[number] / sum(counts):.0%}" if sum(counts) else ""
        rows.append(row + Content.styled(share.rjust(6), "$text-muted"))
    return Content("\n").join(
        [head, taken, titles + Content.styled(" right", "$text-muted"), *rows]
    )
