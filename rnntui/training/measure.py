"""The result of an evaluation, and the protocols that report its progress."""

import math
from collections.abc import Callable
from dataclasses import dataclass

ReportProgress = Callable[[int], None]
"""Called with the number of predictions just made; may raise to cancel."""


Stage = Callable[[str, int], ReportProgress]
"""Called with the name and the number of predictions of the next stage; returns its reporter."""


def no_report(count: int) -> None:
    """Ignore progress."""


def no_stages(name: str, total: int) -> ReportProgress:  # noqa: ARG001
    """Ignore stages and their progress."""
    return no_report


@dataclass(frozen=True)
class Measure:
    """Mean cross-entropy in nats over `predictions`, of characters or of classes.

    `accuracy` is the share of correct ones, `train_accuracy` that in training since the last
    evaluation; None if not counted.
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
