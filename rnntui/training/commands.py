"""What a running training may be asked to do, and the two protocols by which it hears and shows.

Commands are read between steps, so each takes effect at a whole optimiser step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rnntui.nets.numpy_network import NetworkWeights


@dataclass(frozen=True)
class Pause:
    """Wait, keeping everything as it is."""


@dataclass(frozen=True)
class Continue:
    """End a pause."""


@dataclass(frozen=True)
class SingleStep:
    """Take one step, then pause."""


@dataclass(frozen=True)
class Stop:
    """Save and finish."""


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
    """Take weights and optimiser from the best checkpoint and go on from there."""


@dataclass(frozen=True)
class NextSample:
    """Of a replay: show all up to the next sample, then pause."""


@dataclass(frozen=True)
class Move:
    """Of a replay: go forward by this share of the record's steps, back where it is negative."""

    share: float


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
)


class Inbox(Protocol):
    """Where a training finds its commands."""

    def drain(self) -> Sequence[Command]:
        """Those that have come since the last call, at once."""

    def wait(self) -> Sequence[Command]:
        """The same, but waits until there is one."""


class WeightsOutlet(Protocol):
    """Receives copies of a training run's weights, for sampling."""

    def wanted(self) -> bool:
        """Whether a copy should be made now."""

    def publish(self, weights: NetworkWeights) -> None:
        """Hand over a copy that will not change any more."""


class NullInbox:
    """An inbox that is never written to."""

    def drain(self) -> Sequence[Command]:
        """No commands."""
        return ()

    def wait(self) -> Sequence[Command]:
        """Ends a wait at once, since no command could."""
        return (Continue(),)


class NullOutlet:
    """An outlet that nobody reads."""

    def wanted(self) -> bool:
        """Never."""
        return False

    def publish(self, weights: NetworkWeights) -> None:
        """Forget the copy."""
