"""A setting of the training run that keys double and halve: learning rate, sample length.

The next value is computed from the last requested one and shown at once; the training
run obeys between its steps, after its start, or in a pause.
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
    """Twice (`up`) or half of `value`, within `bounds`."""
    lowest, highest = bounds
    return min(max(value * (2.0 if way == "up" else 0.5), lowest), highest)


class SteppedSetting:
    """The requested and the confirmed value of a setting, named as in events."""

    def __init__(
        self,
        setting: str,
        kind: Callable[[float], float],
        command: Callable[[float], Command],
        send: Callable[[Command], None],
        tell: Tell,
        show: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        """Start with no training run.

        `kind` converts a number to the setting's type; `show` is called with a requested
        value, and with None once it is confirmed.
        """
        self._setting, self._kind, self._command = setting, kind, command
        self._bounds = bounds_of(TrainConfig, setting)
        self._send, self._tell, self._show = send, tell, show
        self._value: RequestedValue[float] = RequestedValue(0.0)
        self._unanswered: list[float] = []

    def begin(self, value: float) -> None:
        """Set the initial value of a training run; earlier requests are void."""
        self._value, self._unanswered = RequestedValue(value), []
        self._show(None)

    def change(self, way: str) -> None:
        """Request twice (`up`) or half the value, with a toast."""
        if self._value.value <= 0:
            self._tell(f"The {self._words} is 0, so it can't be doubled or halved.")
            return
        value = self._kind(doubled_or_halved(self._value.value, way, self._bounds))
        self._value.request(value)
        self._unanswered.append(value)
        self._send(self._command(value))
        self._show(value)
        self._tell(change_sentence(self._setting, value))

    def apply(self, value: float) -> None:
        """Note the value that a step has used."""
        self._value.confirm(value)
        if not self._value.is_waiting:
            self._show(None)

    def confirm(self, event: Changed) -> bool:
        """Note a change reported by the training run; whether `change` requested it."""
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
    """The learning rate of the training run that receives what `send` sends."""
    return SteppedSetting("learning_rate", float, SetLearningRate, send, tell, show)


def sample_length(send: Callable[[Command], None], tell: Tell) -> SteppedSetting:
    """The length of the samples that a training run records."""
    return SteppedSetting(
        "sample_length",
        int,
        lambda length: SetSampleLength(int(length)),
        send,
        tell,
    )
