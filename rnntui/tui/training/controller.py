"""Steering of training runs by keys and mouse: begin, pause, change, save, resume.

It sends commands to the session, shows the earlier part of a run in the loss pane, and
explains in toasts what can't be done now.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.old_text_question import NOT_BEGUN, OldTextQuestion
from rnntui.runtime.phases import Phase, about_progress
from rnntui.runtime.training_session import TrainingSession
from rnntui.tasks.summary import RunSummary, summarise
from rnntui.training.commands import Command, RollBack, SaveNow, SingleStep, Stop
from rnntui.training.events import Changed, Evaluated, Finished, Saved, Step, TrainEvent
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.runs.folder import RunFolder, find_run
from rnntui.training.runs.lock import check_idle
from rnntui.training.runs.record import read_events
from rnntui.training.runs.record_end import last_learning_rate
from rnntui.tui.core.sentences import Tell
from rnntui.tui.training.loss_pane import RECORD_READING, LossPane
from rnntui.tui.training.old_text import RUN_UNCHANGED, show_question
from rnntui.tui.training.sentences import change_sentence, end_sentence
from rnntui.tui.training.settings_form import SettingsForm
from rnntui.tui.training.stepped_setting import learning_rate


class Setup(Protocol):
    """The pane with the set-up of a new training run."""

    @property
    def chosen(self) -> object:
        """The current text and settings, comparable by `==`."""

    @property
    def form(self) -> SettingsForm[Any, Any]:
        """The settings."""


@dataclass(frozen=True)
class SetupOfRun:
    """A run, and the set-up as its own text and settings."""

    name: str
    setup: object


class TrainingController(ABC):
    """One training run at a time, and the run that `t` would resume.

    `t` resumes that run while the set-up is still its own; with another text or setting
    it begins a new run.
    """

    def __init__(
        self,
        session: TrainingSession,
        setup: Setup,
        loss: LossPane,
        tell: Tell,
        elsewhere: Callable[[], str],
    ) -> None:
        """Steer a session, which need not be idle.

        `elsewhere` returns a sentence about a training run on another screen, empty
        without one.
        """
        self._session, self._setup, self._loss = session, setup, loss
        self._tell, self._elsewhere = tell, elsewhere
        self._resumable: SetupOfRun | None = None
        self._begun_with: object = None
        """The set-up of the training run in progress."""
        self._asked_to_save = False
        self._rate = learning_rate(session.send, tell, loss.show_learning_rate)
        self._question = OldTextQuestion()

    # For subclasses.

    @property
    @abstractmethod
    def run_name(self) -> str | None:
        """The name of the run that is or was trained here; None until it is known."""

    @abstractmethod
    def _train_new(self, parent: Path, config: Any) -> None:
        """Begin a training run of the set-up, whose settings `config` are valid."""

    @abstractmethod
    def _train_again(self, parent: Path, name: str) -> None:
        """Resume a run."""

    @abstractmethod
    def _show_setup(self, folder: RunFolder) -> None:
        """Set the set-up to a run's text and settings. Raises `RnntuiError`."""

    @property
    def phase(self) -> Phase:
        """The phase of the training run."""
        return self._session.phase

    # Steering; see the registry of actions.

    @property
    def run_to_resume(self) -> str | None:
        """The run that `t` would resume; None where it would begin a new one."""
        return self._if_unchanged(self._resumable)

    @property
    def run_to_replay(self) -> str | None:
        """The run that `t` would replay; always None here."""
        return None

    def _if_unchanged(self, run: SetupOfRun | None) -> str | None:
        """The run's name while the set-up is still its own."""
        return run.name if run is not None and run.setup == self._setup.chosen else None

    def trains(self, name: str) -> bool:
        """Whether the run of that name is being trained here."""
        return self._session.is_training and self.run_name == name

    def toggle(self) -> bool:
        """Begin, pause or continue a training run; whether one is in progress now."""
        if self._session.is_training:
            if self._can_steer(""):
                self._session.toggle_pause()
            return True
        if not self._is_free():
            return False
        if (name := self.run_to_resume) is not None:
            return self._resume(name)
        if (config := self._setup.form.config) is None:
            self._tell(self._setup.form.complaint, "error")
            return False
        self._clear()
        self._resumable = None
        self._train_new(places.checkpoints_dir(), config)
        self._begin_steering(None)
        return True

    def _resume(self, name: str) -> bool:
        parent = places.checkpoints_dir()
        self._train_again(parent, name)
        self._begin_steering(last_learning_rate(RunFolder(parent / name)))
        return True

    def _begin_steering(self, rate: float | None) -> None:
        """Set the values that keys step from: the learning rate `rate`, or the settings'.

        The recipe replaces invalid settings, which are possible while a run is resumed.
        """
        self._begun_with, form = self._setup.chosen, self._setup.form
        config = form.config or form.recipe.config
        self._rate.begin(LoopSettings.of(config).first_rate if rate is None else rate)

    def step(self) -> None:
        """Run one step, then pause."""
        self._steer(SingleStep(), "There is no training run to step; press t to begin one.")

    def stop(self) -> None:
        """Save and end the training run."""
        self._steer(Stop(), "There is no training run to end; press t to begin one.")

    def save(self) -> None:
        """Save now, and say so once it is done."""
        nothing = "There is nothing to save; press t to begin a training run."
        self._asked_to_save = self._steer(SaveNow(), nothing)

    def roll_back(self) -> None:
        """Roll back to the best weights."""
        self._steer(RollBack(), "There is no training run to roll back; press t to begin one.")

    def change_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        if self._can_steer("There is no training run to change the learning rate of."):
            self._rate.change(way)

    def begin_new_run(self) -> None:
        """Forget the run that `t` would resume."""
        if not self._is_idle():
            return
        if self._resumable is not None:
            self._tell(f"t now begins a new run; '{self._resumable.name}' is kept.")
        self._resumable = None

    def _steer(self, command: Command, otherwise: str) -> bool:
        """Send a command; whether there is a training run for it."""
        can = self._can_steer(otherwise)
        if can:
            self._session.send(command)
        return can

    def _can_steer(self, otherwise: str) -> bool:
        """Whether a training run can be steered; shows `otherwise` if there is none."""
        if not self._session.is_training:
            self._tell(otherwise, "warning")
        return self._session.is_training

    def _is_idle(self) -> bool:
        """Whether no training run is in progress here; shows a toast otherwise."""
        if self._session.is_training:
            self._tell(
                f"{about_progress(self._session.phase)}; press k to end it first.", "warning"
            )
        return not self._session.is_training

    def _is_free(self) -> bool:
        """Whether none is in progress in the whole app; shows a toast otherwise."""
        if not self._is_idle():
            return False
        if elsewhere := self._elsewhere():
            self._tell(elsewhere, "warning")
        return not elsewhere

    def _clear(self) -> None:
        """Clear the panes for a new run."""
        self._loss.clear()

    # Events.

    def handle_event(self, event: TrainEvent) -> None:
        """Update state by an event, with a toast for what was requested."""
        match event:
            case Step():
                self._rate.apply(event.learning_rate)
            case Changed() if not self._rate.confirm(event) and event.setting != "steps":
                self._tell(change_sentence(event.setting, event.new))
            case Saved() if self._asked_to_save:
                self._asked_to_save = False
                self._tell(f"Saved at step {event.step:,}.")
            case Finished(reason=reason) if reason == NOT_BEGUN:
                self._tell(RUN_UNCHANGED)
            case Finished():
                self._tell(end_sentence(event, self._what_follows(event)))
            case _:
                pass

    def _what_follows(self, end: Finished) -> str:
        """What `t` does after the end of a training run: resume it if it has steps left."""
        name, self._resumable = self.run_name, None
        # Stopped during the evaluation at its end, it has no steps left.
        if end.reason != "stopped" or self._loss.status.is_at_last_step or name is None:
            return ""
        self._resumable = SetupOfRun(name, self._begun_with)
        if self.run_to_resume is None:
            return "t begins a new run, as text or settings have changed"
        return "t resumes it"

    def show_question(self) -> None:
        """Show a question asked before a run is resumed."""
        show_question(self._question, self._loss.app)

    # Existing runs.

    def resume(self, name: str) -> bool:
        """Resume a run, or continue it if it is paused here; whether it can be.

        Raises `RnntuiError` where there is no such run, or another process trains it.
        """
        if self.trains(name):
            self._session.continue_training()
            return True
        folder = find_run(places.checkpoints_dir(), name)
        check_idle(folder, "resumed")
        if not self._is_free():
            return False
        self._clear()
        self._choose_run(folder)
        self._show_record(folder)
        return self._resume(folder.name)

    def _choose_run(self, folder: RunFolder) -> RunSummary | None:
        """Show a run's own set-up, and let `t` resume it if possible."""
        self._resumable = None
        try:
            self._show_setup(folder)
            summary = summarise(folder)
        except RnntuiError as error:
            self._tell(str(error), "warning")
            return None
        if summary.is_resumable:
            self._resumable = SetupOfRun(folder.name, self._setup.chosen)
        return summary

    def _show_record(self, folder: RunFolder) -> None:
        """Show the earlier part of a run, reading its record in a thread."""

        def read() -> None:
            worker = get_current_worker()
            try:
                events = list(read_events(folder))
            except RnntuiError as error:
                self._loss.app.call_from_thread(self._tell, str(error), "warning")
                return

            def show() -> None:
                # Checked in the app's thread, where nothing can come in between.
                if not worker.is_cancelled:
                    self._show_events(events)

            self._loss.app.call_from_thread(show)

        self._loss.run_worker(read, thread=True, exclusive=True, group=RECORD_READING)

    def _show_events(self, events: Sequence[TrainEvent]) -> None:
        """Show the events of a record."""
        self._loss.show([event for event in events if isinstance(event, Step | Evaluated)])
