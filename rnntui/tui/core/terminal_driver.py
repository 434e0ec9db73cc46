"""Output filter between Textual and the terminal, for characters of disputed width."""

import os

from textual.driver import Driver

from rnntui.chart_characters import characters_for, on_the_console
from rnntui.text.widths import with_cursor_placed


def cursor_placing(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, but with the cursor corrected after each character of disputed width.

    All output passes here, whichever widget drew it, so a vowel sign in the name of a
    run moves no border in any terminal. On the Linux console, whose fonts have few
    characters, borders and bars use those it has.
    """
    has_few = characters_for("auto", os.environ) != "braille"

    class PlacingDriver(driver_class):  # type: ignore[misc, valid-type]
        """A driver whose lines are as wide as they were laid out."""

        def write(self, data: str) -> None:
            """Write, with cursor corrections inserted."""
            super().write(with_cursor_placed(on_the_console(data) if has_few else data))

    return PlacingDriver
