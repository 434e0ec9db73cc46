"""Training in the background, steered and polled by a screen."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rnntui.errors import RnntuiError
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.phases import (
    Phase,
    about_progress,
    note_pause_command,
    note_pause_event,
    phase_after,
)
from rnntui.runtime.requested_value import RequestedValue
from rnntui.runtime.trainer_thread import Events, EventThread, TrainerThread
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import Command, Continue, Pause
from rnntui.training.events import TrainEvent

E = TypeVar("E")


class SteeredSession(Generic[E]):
    """Owns one thread of training at a time; a subclass decides what is trained and told."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """Start idle. `wake` is called, in any thread, when news should be polled."""
        self.wake = wake
        self.phase: Phase = "idle"
        self._trainer: EventThread[E] | None = None
        self._paused = RequestedValue(False)

    @property
    def is_training(self) -> bool:
        """Whether a training run is in progress or paused."""
        return self._trainer is not None and self._trainer.is_alive()

    def toggle_pause(self) -> None:
        """Pause or continue the training run, the opposite of the last request."""
        self.send(Continue() if self._paused.value else Pause())

    def continue_training(self) -> None:
        """End a pause, also one not yet taken up; does nothing without one."""
        if self._paused.value:
            self.send(Continue())

    def send(self, command: Command) -> None:
        """Send a command to the training run, if there is one."""
        note_pause_command(self._paused, command)
        if self._trainer is not None:
            self._trainer.send(command)

    def stop_training(self, seconds: float) -> bool:
        """Save and end the training run, waiting at most `seconds`; whether it has ended."""
        return self._trainer is None or self._trainer.stop(seconds)

    def close(self, seconds: float) -> bool:
        """End everything, saving; whether the training run has ended within `seconds`."""
        return self.stop_training(seconds)

    def _check_idle(self, what_begins: str) -> None:
        """Raise `RnntuiError` while a training run is in progress."""
        if self.is_training:
            raise RnntuiError(
                f"{about_progress(self.phase)}; stop it before another {what_begins}."
            )

    def _start(self, trainer: EventThread[E]) -> None:
        """Begin to train in a thread."""
        self._trainer = trainer
        self.phase, self._paused = "starting", RequestedValue(False)
        trainer.start()

    def _wake_now(self) -> None:
        # Looked up late: another screen may be polling by the time there is news.
        self.wake()

    def _drain(self) -> Sequence[E]:
        """Return all events since the last call, with the phase brought up to date."""
        events = self._trainer.channel.drain() if self._trainer else ()
        for event in events:
            self._note(event)
        return events

    def _note(self, event: E) -> None:
        """Bring the phase up to date."""
        raise NotImplementedError


class TrainingSession(SteeredSession[TrainEvent]):
    """Owns the thread of one training run at a time; a subclass decides what is trained."""

    def _begin(self, events: Events, mailbox: WeightsMailbox) -> None:
        """Begin a training run that publishes its weights in `mailbox`."""
        channel: EventChannel[TrainEvent] = EventChannel(self._wake_now)
        self._start(TrainerThread(events, channel, mailbox))

    def _note(self, event: TrainEvent) -> None:
        self.phase = phase_after(event, self.phase)
        note_pause_event(self._paused, event)
