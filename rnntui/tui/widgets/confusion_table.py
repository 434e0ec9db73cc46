"""Which classes a classifier takes for which, as a table of counts."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from rnntui.runtime.classifying_session import Score
from rnntui.tui.sentences import one_line

_LONGEST_NAME = 12


class ConfusionTable(Static):
    """Accuracy and confusion matrix of each part that was measured."""

    def show(self, scores: Sequence[Score]) -> None:
        """Show these measures, or none."""
        self.update(Content("\n\n").join([_table(score) for score in scores]))


def _table(score: Score) -> Content:
    texts = "text" if score.texts == 1 else "texts"
    head = Content.assemble(
        (f"{score.part}: {score.accuracy:.1%} right", "bold"),
        (f"\n{score.texts:,} {texts}, loss {score.loss:.3f}", "$text-muted"),
    )
    names = [
        Content(one_line(name)).truncate(_LONGEST_NAME, ellipsis=True) for name in score.classes
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
            # What is right stands on the diagonal, in bold; nothing is a dot.
            style = "bold $text-success" if column == number else "$text-error"
            cell = f"{count:,}" if count else "·"
            row += Content.styled(cell.rjust(width), style if count else "$text-muted")
        share = f"{counts[number] / sum(counts):.0%}" if sum(counts) else ""
        rows.append(row + Content.styled(share.rjust(6), "$text-muted"))
    return Content("\n").join(
        [head, taken, titles + Content.styled(" right", "$text-muted"), *rows]
    )
