"""What stands between Textual and the terminal: characters whose width terminals dispute."""

from textual.driver import Driver

from rnntui.text.widths import placed


def placing(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, but putting the cursor right after each character of disputed width.

    Whatever is on the screen passes here, whichever widget drew it, so one
    vowel sign in the name of a run moves no border in any terminal.
    """

    class PlacingDriver(driver_class):  # type: ignore[misc, valid-type]
        """A driver whose lines end where they were laid out to end."""

        def write(self, data: str) -> None:
            """Write, with the cursor put where it belongs."""
            super().write(placed(data))

    return PlacingDriver
