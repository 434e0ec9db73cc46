"""A row of bars in characters: values over time in one line."""

from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = ".:-=+*#@"


def sparkline(shares: Sequence[float | None], cells: int, in_ascii: bool = False) -> str:
    """Values from 0 to 1 as bars, a space where one is None; in at most `cells` characters.

    Of more values than that, a bar shows the largest of its part.
    """
    bars = _ASCII if in_ascii else _BARS
    count = min(len(shares), cells)
    drawn = []
    for cell in range(count):
        part = shares[cell * len(shares) // count : (cell + 1) * len(shares) // count]
        known = [min(max(share, 0.0), 1.0) for share in part if share is not None]
        drawn.append(bars[round(max(known) * (len(bars) - 1))] if known else " ")
    return "".join(drawn)
