"""What a screen shows, saved beside the runs: its numbers as a table, and a picture of them."""

from typing import Any

from textual.screen import Screen

from rnntui import places
from rnntui.errors import reason
from rnntui.text.cells import printable
from rnntui.tui.core.new_files import write_new
from rnntui.tui.core.sentences import shown_path


def save_table_and_picture(
    screen: Screen[Any], what: str, stem: str, table: str, picture: str
) -> None:
    """Save a CSV and an SVG text to new files whose names begin with `stem`; a toast says where.

    `what` begins the sentence that says why it can't be saved, such as "The chart".
    """
    folder = places.checkpoints_dir().parent
    try:
        numbers = write_new(folder, stem, ".csv", table)
        drawn = write_new(folder, stem, ".svg", picture)
    except OSError as error:
        sentence = f"{what} can't be saved in {shown_path(folder)}: {reason(error)}."
        screen.notify(printable(sentence), severity="error", markup=False)
        return
    sentence = f"Saved as {shown_path(numbers)} and {drawn.name}."
    screen.notify(printable(sentence), markup=False)
