"""Commands to a training run, and the protocols of its inbox and its outlet for weights.

Commands are read between steps, so each takes effect at a whole optimiser step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rnntui.nets.numpy_network import NetworkWeights


@dataclass(frozen=True)
class Pause:
    """Pause after the current step."""


@dataclass(frozen=True)
class Continue:
    """Resume after a pause."""


@dataclass(frozen=True)
class SingleStep:
    """Run one step, then pause."""


@dataclass(frozen=True)
class Stop:
    """Save and end the run."""


@dataclass(frozen=True)
class SaveNow:
    """Write a checkpoint."""


@dataclass(frozen=True)
class SetLearningRate:
    """Scale the schedule so that the learning rate is `learning_rate` now."""

    learning_rate: float


@dataclass(frozen=True)
class SetSampleLength:
    """Draw samples of `sample_length` characters from now on."""

    sample_length: int


@dataclass(frozen=True)
class RollBack:
    """Restore weights and optimiser from the best checkpoint and continue."""


@dataclass(frozen=True)
class NextSample:
    """In a replay: skip to the next sample, then pause."""


@dataclass(frozen=True)
class Move:
    """In a replay: seek by this share of the record's steps, backwards if negative."""

    share: float


@dataclass(frozen=True)
class MoveTo:
    """In a replay: seek this step."""

    step: int


Command = (
    Pause
    | Continue
    | SingleStep
    | Stop
    | SaveNow
    | SetLearningRate
    | SetSampleLength
    | RollBack
    | NextSample
    | Move
    | MoveTo
)


class Inbox(Protocol):
    """Delivers commands to a training run."""

    def drain(self) -> Sequence[Command]:
        """The commands that arrived since the last call; never blocks."""

    def wait(self) -> Sequence[Command]:
        """The same, blocking until there is at least one."""


class WeightsOutlet(Protocol):
    """Receives copies of a training run's weights, for sampling."""

    def wanted(self) -> bool:
        """Whether a copy is due."""

    def publish(self, weights: NetworkWeights) -> None:
        """Receive a copy, which is not modified afterwards."""


class NullInbox:
    """An inbox without commands."""

    def drain(self) -> Sequence[Command]:
        """Return nothing."""
        return ()

    def wait(self) -> Sequence[Command]:
        """Return `Continue` at once: no command would ever end a pause."""
        return (Continue(),)


class NullOutlet:
    """An outlet that wants no weights."""

    def wanted(self) -> bool:
        """Never."""
        return False

    def publish(self, weights: NetworkWeights) -> None:
        """Discard the copy."""
