"""The result of measuring a network on a text that it was not trained on."""

import math
from collections.abc import Callable
from dataclasses import dataclass

ReportProgress = Callable[[int], None]
"""Told how many more predictions have been made; may raise to break the measuring off."""


Stage = Callable[[str, int], ReportProgress]
"""Told what is done next and how many predictions that are; takes note of them."""


def no_report(count: int) -> None:
    """Take no note."""


def unseen(name: str, total: int) -> ReportProgress:  # noqa: ARG001
    """Take no note of what is done, either."""
    return no_report


@dataclass(frozen=True)
class Measure:
    """Mean cross-entropy in nats over so many predictions, of characters or of classes.

    `accuracy` is the share of right ones, and `train_accuracy` that in training
    since the last evaluation; each is None where it is not counted.
    """

    loss: float
    characters: int
    accuracy: float | None = None
    train_accuracy: float | None = None

    @property
    def bits_per_char(self) -> float:
        """The loss in bits."""
        return self.loss / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(loss), infinite where that is beyond a float."""
        return math.exp(self.loss) if self.loss < 700 else math.inf
