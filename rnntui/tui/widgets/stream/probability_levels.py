"""The levels in which a character's probability is shown.

A trained network is sure of most characters, so the levels are narrow where few
characters fall, and show at a glance where it was unsure.
"""

import math
from bisect import bisect_right
from typing import Final

FLOORS: Final = (0.0, 0.05, 0.2, 0.5, 0.9)
"""Least probability of each level, the most surprising first."""

PRIME: Final = len(FLOORS)
"""The level of a character that was not sampled: a prime, a notice."""

PLAIN: Final = PRIME + 1
"""The level of any sampled character where probabilities are not shown."""


def level_of(probability: float) -> int:
    """The level of a probability, 0 for the most surprising.

    NaN means no probability and gives `PRIME`.
    """
    if math.isnan(probability):
        return PRIME
    return max(bisect_right(FLOORS, probability) - 1, 0)


def plain_level_of(probability: float) -> int:
    """`PLAIN` for any probability, `PRIME` for none."""
    return PRIME if math.isnan(probability) else PLAIN


def range_of(level: int) -> str:
    """The probabilities of a level, such as `<5%` and `≥90%`."""
    if level == 0:
        return f"<{FLOORS[1]:.0%}"
    return f"≥{FLOORS[level]:.0%}"
