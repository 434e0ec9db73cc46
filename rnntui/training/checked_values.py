"""Type and range checks for values read from a file.

Each function raises `ValueError` with a reason; the caller adds which file it was.
"""

from dataclasses import fields
from typing import Any, Final

MAX_COUNT: Final = 2**53
MAX_NUMBER: Final = 1e300
"""Bounds of counts (steps, characters) and of sums of losses."""

MAX_SECONDS: Final = 1e10
"""Three hundred years, the longest training time accepted."""


def count(value: object, name: str) -> int:
    """A non-negative integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} is of the wrong type")
    if not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{name} is out of bounds")
    return value


def number(value: object, name: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is of the wrong type")
    # In this form, NaN fails, too.
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise ValueError(f"{name} is out of bounds")
    return value


def seconds(value: object, name: str) -> float:
    """A training time in seconds."""
    found = number(value, name)
    if not 0 <= found <= MAX_SECONDS:
        raise ValueError(f"{name} is out of bounds")
    return found


def text(value: object, name: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is of the wrong type")
    return value


def truth(value: object, name: str) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} is of the wrong type")
    return value


def check_numbers(values: Any) -> None:
    """Check a dataclass of non-negative numbers, strings and booleans."""
    for part in fields(values):
        value = getattr(values, part.name)
        if part.name == "elapsed_s":
            seconds(value, part.name)
        elif part.type is bool:
            truth(value, part.name)
        elif part.type is str:
            text(value, part.name)
        elif part.type is int:
            count(value, part.name)
        elif (value is not None or part.type is float) and number(value, part.name) < 0:
            raise ValueError(f"{part.name} is out of bounds")
