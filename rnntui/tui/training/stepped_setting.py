"""A setting of a running training that keys double and halve: learning rate, sample length.

The next value is reckoned from the one asked for last, and said at once; the training
obeys between its steps, after its start, or in a pause.
"""

from collections.abc import Callable

from rnntui.runtime.requested_value import RequestedValue
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.commands import Command, SetLearningRate, SetSampleLength
from rnntui.training.events import Changed
from rnntui.training.settings.declaring import bounds_of
from rnntui.tui.core.sentences import Tell
from rnntui.tui.training.sentences import change_sentence


def doubled_or_halved(value: float, way: str, bounds: tuple[float, float]) -> float:
    """Twice (`up`) or half as much, as far as it may go."""
    lowest, highest = bounds
    return min(max(value * (2.0 if way == "up" else 0.5), lowest), highest)


class SteppedSetting:
    """What was asked of a setting, and what the training says of it; named as in events."""

    def __init__(
        self,
        setting: str,
        kind: Callable[[float], float],
        command: Callable[[float], Command],
        send: Callable[[Command], None],
        tell: Tell,
        show: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        """Begin with no training.

        `kind` makes a number one that the setting may have; `show` is told what was
        asked for, None once it holds.
        """
        self._setting, self._kind, self._command = setting, kind, command
        self._bounds = bounds_of(TrainConfig, setting)
        self._send, self._tell, self._show = send, tell, show
        self._value: RequestedValue[float] = RequestedValue(0.0)
        self._unanswered: list[float] = []

    def begin(self, value: float) -> None:
        """Take the value that a training begins with; what was asked of another is void."""
        self._value, self._unanswered = RequestedValue(value), []
        self._show(None)

    def change(self, way: str) -> None:
        """Ask for twice (`up`) or half as much, and say so."""
        if self._value.value <= 0:
            self._tell(f"The {self._words} is 0, of which there is no double and no half.")
            return
        value = self._kind(doubled_or_halved(self._value.value, way, self._bounds))
        self._value.request(value)
        self._unanswered.append(value)
        self._send(self._command(value))
        self._show(value)
        self._tell(change_sentence(self._setting, value))

    def apply(self, value: float) -> None:
        """Take the value that a step was taken with."""
        self._value.confirm(value)
        if not self._value.is_waiting:
            self._show(None)

    def confirm(self, event: Changed) -> bool:
        """Take a change as the training tells it; whether it was asked for by `change`."""
        if event.setting != self._setting or isinstance(event.new, str):
            return False
        self._value.confirm(event.new)
        if event.new not in self._unanswered:
            return False
        self._unanswered.remove(event.new)
        return True

    @property
    def _words(self) -> str:
        return self._setting.replace("_", " ")


def learning_rate(
    send: Callable[[Command], None], tell: Tell, show: Callable[[float | None], None]
) -> SteppedSetting:
    """The learning rate of a training that hears what is sent."""
    return SteppedSetting("learning_rate", float, SetLearningRate, send, tell, show)


def sample_length(send: Callable[[Command], None], tell: Tell) -> SteppedSetting:
    """The length of a training's own samples."""
    return SteppedSetting(
        "sample_length",
        int,
        lambda length: SetSampleLength(int(length)),
        send,
        tell,
    )
