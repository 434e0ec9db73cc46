"""A confusion matrix as a table."""

from collections.abc import Sequence

from rnntui.cli.output.tables import print_table


def print_confusion(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> None:
    """Print a row per true class, a column per predicted class, and the recall.

    On standard output.
    """
    columns = ("text is \\ taken for", *(f">{name}" for name in classes), ">right")
    rows = []
    for number, (name, counts) in enumerate(zip(classes, confusion, strict=True)):
        share = f"{counts[number] / sum(counts):.1%}" if sum(counts) else ""
        rows.append((name, *(f"{count:,}" for count in counts), share))
    print_table(columns, rows)
