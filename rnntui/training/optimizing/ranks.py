"""The processes that train one network together, each on its own sequences of every batch.

Data-parallel training: every process (*rank*) has the whole network and computes the gradients
of its sequences; their sum, weighted by the sequences, is the gradient of the whole batch, by
which each makes the same update. Rank 0 leads: it runs the loop, and tells the others by an
`Order` what to do next, so that everything is decided once. `Alone` is a training in one process.

Reference: Li et al. 2020, PyTorch Distributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from torch import Tensor


class Task(IntEnum):
    """What rank 0 may ask of the others."""

    BEGIN = 0
    STEP = 1
    HAND_IN_STATE = 2
    LEAVE = 3


@dataclass(frozen=True)
class Order:
    """What the ranks do next; `step`, `epoch`, `batch` and `learning_rate` are those of a step.

    `code` is the exit code to leave with.
    """

    task: Task
    step: int = 0
    epoch: int = 0
    batch: int = 0
    learning_rate: float = 0.0
    code: int = 0


class Ranks(Protocol):
    """What a learner asks of the processes that train with it."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def is_first(self) -> bool:
        """Whether this is rank 0."""

    def device(self, name: str) -> str:
        """The device of this rank where a run's is `name`. Raises `ConfigError`."""

    def part(self, sequences: int) -> slice:
        """This rank's sequences of a batch of so many; may be none."""

    def seed(self, seed: int) -> int:
        """A seed for random numbers of this rank alone."""

    def lead(self, order: Order) -> None:
        """On rank 0, tell the others what to do next. Raises `LostRankError`."""

    def mean(
        self, loss: Tensor, gradients: Sequence[Tensor], share: float
    ) -> tuple[Tensor, Sequence[Tensor]]:
        """The sums over the ranks of loss and gradients, each weighted by its `share` of the batch.

        The same, bit for bit, on every rank. Raises `LostRankError`.
        """

    def whole_state(self, state: Sequence[Tensor], sequences: int) -> Sequence[Tensor]:
        """On rank 0, the carried states of all, `[L, B, H]` each for B `sequences`, on the CPU.

        `state` has this rank's part; the others get it back. Raises `LostRankError`.
        """


class Alone:
    """A training in one process: everything is its own."""

    count, is_first = 1, True

    def device(self, name: str) -> str:
        """The run's."""
        return name

    def part(self, sequences: int) -> slice:
        """All."""
        return slice(0, sequences)

    def seed(self, seed: int) -> int:
        """The same."""
        return seed

    def lead(self, order: Order) -> None:
        """Tell nobody."""

    def mean(
        self,
        loss: Tensor,
        gradients: Sequence[Tensor],
        share: float,  # noqa: ARG002
    ) -> tuple[Tensor, Sequence[Tensor]]:
        """What was computed."""
        return loss, gradients

    def whole_state(self, state: Sequence[Tensor], sequences: int) -> Sequence[Tensor]:  # noqa: ARG002
        """The same, on the CPU."""
        return [part.cpu() for part in state]


ALONE: Final = Alone()
