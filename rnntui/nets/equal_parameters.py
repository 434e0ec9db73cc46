"""The hidden size with which a network has as many parameters as another one. Needs no torch."""

from dataclasses import replace

from rnntui.nets.config import ModelConfig, parameter_count


def equal_hidden_size(config: ModelConfig, parameters: int, most: int) -> int:
    """The hidden size from 1 to `most` whose parameter count is nearest; of two, the smaller."""
    low, high = 1, most
    # The count grows with the size: `low` becomes the first size with at least as many.
    while low < high:
        middle = (low + high) // 2
        if _count(config, middle) < parameters:
            low = middle + 1
        else:
            high = middle
    return min(
        (size for size in (low - 1, low) if size >= 1),
        key=lambda size: abs(_count(config, size) - parameters),
    )


def _count(config: ModelConfig, hidden_size: int) -> int:
    return parameter_count(replace(config, hidden_size=hidden_size))
