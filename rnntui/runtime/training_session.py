"""A training run in the background, as any screen steers and polls it."""

from collections.abc import Callable, Sequence

from rnntui.errors import RnntuiError
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.phases import Phase, ask_pause, going_on, phase_after, tell_pause
from rnntui.runtime.requested_value import RequestedValue
from rnntui.runtime.trainer_thread import Events, TrainerThread
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import Command, Continue, Pause
from rnntui.training.events import TrainEvent


class TrainingSession:
    """Owns the thread of one training run at a time; what is trained is a subclass's affair."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """Start with nothing going. `wake` is called, in any thread, when news should be polled."""
        self.wake = wake
        self.phase: Phase = "idle"
        self._trainer: TrainerThread | None = None
        self._paused = RequestedValue(False)

    @property
    def is_training(self) -> bool:
        """Whether a training run is in progress or paused."""
        return self._trainer is not None and self._trainer.is_alive()

    def toggle_pause(self) -> None:
        """Pause the training run or continue it, whichever was not asked for last."""
        self.send(Continue() if self._paused.value else Pause())

    def go_on(self) -> None:
        """End a pause, also one that was only asked for; nothing where none was."""
        if self._paused.value:
            self.send(Continue())

    def send(self, command: Command) -> None:
        """Ask the training run for something, if there is one."""
        ask_pause(self._paused, command)
        if self._trainer is not None:
            self._trainer.send(command)

    def stop_training(self, seconds: float) -> bool:
        """Save and finish, waiting that long at most; whether the training run has ended."""
        return self._trainer is None or self._trainer.stop(seconds)

    def close(self, seconds: float) -> bool:
        """End everything, saving; whether the training run has ended in that time."""
        return self.stop_training(seconds)

    def _check_idle(self, what_begins: str) -> None:
        """Raise `RnntuiError` while a training run is in progress."""
        if self.is_training:
            raise RnntuiError(f"{going_on(self.phase)}; stop it before another {what_begins}.")

    def _begin(self, events: Events, mailbox: WeightsMailbox) -> None:
        """Begin a training run whose copies of weights go into `mailbox`."""
        # Whoever polls may be another one by the time there is news.
        channel = EventChannel(lambda: self.wake())
        self._trainer = TrainerThread(events, channel, mailbox)
        self.phase, self._paused = "starting", RequestedValue(False)
        self._trainer.start()

    def _drain(self) -> Sequence[TrainEvent]:
        """All events since the last call, the phase brought up to them."""
        events = self._trainer.channel.drain() if self._trainer else ()
        for event in events:
            self.phase = phase_after(event, self.phase)
            tell_pause(self._paused, event)
        return events
