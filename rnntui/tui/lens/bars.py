"""A number as a bar in one cell, its size and its sign to be seen without colour.

A bar's length says how large a number is; it stands on the line below it where that is positive
and hangs from the line above where it is negative. Its colour says the sign again.
"""

from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇"

CHOSEN: Final = "$text-accent bold"
"""The colour of the bar that is chosen."""


def bar(value: float, chosen: bool = False) -> tuple[str, str]:
    """A bar for a number of size 1 at most, and its style; none is as long as the cell is high."""
    length = min(round(abs(value) * len(_BARS)), len(_BARS))
    colour = CHOSEN if chosen else "$text-primary" if value >= 0 else "$text-warning"
    if value >= 0 or not length:
        return _BARS[length - 1] if length else " ", colour
    # What the bar leaves of the cell, with the colours of the two exchanged.
    return _BARS[len(_BARS) - length], f"{colour} reverse"
