"""The weights of a replay: those that its run kept by the step that it has come to."""

from bisect import bisect_right
from collections.abc import Callable

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.recorded.kept_networks import KeptNetworks
from rnntui.training.commands import Command, MoveTo


class ReplayedWeights:
    """The weights at the position of a replay until `end`, and `best` from then on.

    `send` moves the replay. Any thread may ask for the weights, which it reads from the disk.
    """

    def __init__(
        self,
        kept: KeptNetworks,
        best: Callable[[], NetworkWeights],
        send: Callable[[Command], None],
    ) -> None:
        """Begin before the first step, with the steps that are kept now, at least one."""
        self._kept, self._best, self._send = kept, best, send
        self.steps = kept.steps()
        self._step: int | None = 0

    def show(self, step: int) -> None:
        """Note the step that the replay has come to."""
        self._step = step

    def end(self) -> None:
        """Return to the best weights: the replay has ended."""
        self._step = None

    @property
    def kept_step(self) -> int | None:
        """The last kept step at or before the replay's, or the first; None where it has ended."""
        step = self._step
        return None if step is None else self.steps[max(bisect_right(self.steps, step) - 1, 0)]

    def go_to(self, step: int | None) -> None:
        """Move the replay to a step, or to the last kept one."""
        self._send(MoveTo(self.steps[-1] if step is None else step))

    def weights(self) -> NetworkWeights:
        """The weights of the replay's step."""
        step = self.kept_step
        return self._best() if step is None else self._kept.at(step)
