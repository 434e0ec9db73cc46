"""What stands between Textual and the terminal: characters that not every terminal takes alike."""

import os

from textual.driver import Driver

from rnntui.chart_characters import characters_for, on_the_console
from rnntui.text.widths import with_cursor_placed


def cursor_placing(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, but putting the cursor right after each character of disputed width.

    Whatever is on the screen passes here, whichever widget drew it, so one
    vowel sign in the name of a run moves no border in any terminal. On the Linux
    console, whose fonts have few characters, borders and bars are of those it has.
    """
    has_few = characters_for("auto", os.environ) != "braille"

    class PlacingDriver(driver_class):  # type: ignore[misc, valid-type]
        """A driver whose lines end where they were laid out to end."""

        def write(self, data: str) -> None:
            """Write, with the cursor put where it belongs."""
            super().write(with_cursor_placed(on_the_console(data) if has_few else data))

    return PlacingDriver
