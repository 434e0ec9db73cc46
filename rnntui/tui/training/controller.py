"""What a person does with a training run on any screen: begins, steers, opens and resumes it.

It asks the session, shows in the loss pane what a run did before, and says in toasts
what can't be done at present.
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
    """The pane that says what a new training run would be."""

    @property
    def chosen(self) -> object:
        """Text and settings as they are now; equal where they are the same."""

    @property
    def form(self) -> SettingsForm[Any, Any]:
        """The settings."""


@dataclass(frozen=True)
class SetupOfRun:
    """A run, and the set-up that shows its own text and settings."""

    name: str
    setup: object


class TrainingController(ABC):
    """One training run at a time, and which run `t` would resume.

    That run stays the one to resume while the set-up is as the run left it; another
    text or setting asks for a new one.
    """

    def __init__(
        self,
        session: TrainingSession,
        setup: Setup,
        loss: LossPane,
        tell: Tell,
        elsewhere: Callable[[], str],
    ) -> None:
        """Begin with a session that need not be idle.

        `elsewhere` says in a sentence what else is trained in the app, and where; it is
        empty where nothing is.
        """
        self._session, self._setup, self._loss = session, setup, loss
        self._tell, self._elsewhere = tell, elsewhere
        self._resumable: SetupOfRun | None = None
        self._begun_with: object = None
        """The set-up of the training run in progress."""
        self._asked_to_save = False
        self._rate = learning_rate(session.send, tell, loss.show_learning_rate)
        self._question = OldTextQuestion()

    # What a task adds.

    @property
    @abstractmethod
    def _run_name(self) -> str | None:
        """The name of the run that is or was trained here, once it is known."""

    @abstractmethod
    def _train_new(self, parent: Path, config: Any) -> None:
        """Have the session begin what the set-up says, whose settings `config` are valid."""

    @abstractmethod
    def _train_again(self, parent: Path, name: str) -> None:
        """Have the session resume a run."""

    @abstractmethod
    def _show_setup(self, folder: RunFolder) -> None:
        """Show a run's own text and settings. Raises `RnntuiError`."""

    @property
    def phase(self) -> Phase:
        """What the training run does."""
        return self._session.phase

    # Steering; the screen's registry of actions says what each is for.

    @property
    def run_to_resume(self) -> str | None:
        """The run that `t` would resume; None where it would begin one."""
        return self._if_unchanged(self._resumable)

    @property
    def run_to_replay(self) -> str | None:
        """The run that `t` would show again; None where it would train, as here always."""
        return None

    def _if_unchanged(self, run: SetupOfRun | None) -> str | None:
        """The name of a run while the set-up is still its own."""
        return run.name if run is not None and run.setup == self._setup.chosen else None

    def trains(self, name: str) -> bool:
        """Whether the run of that name is being trained here."""
        return self._session.is_training and self._run_name == name

    def toggle(self) -> bool:
        """Begin a training run, pause it, or continue it; whether one is in progress now."""
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
        """Let keys step from what a training run begins with: a rate that it had, or its settings.

        The recipe stands for settings that are not valid, as they may be while a run is resumed.
        """
        self._begun_with, form = self._setup.chosen, self._setup.form
        config = form.config or form.recipe.config
        self._rate.begin(LoopSettings.of(config).first_rate if rate is None else rate)

    def step(self) -> None:
        """Take one step, then pause."""
        self._steer(SingleStep(), "There is no training to take a step of; press t to begin one.")

    def stop(self) -> None:
        """Save and end the training run."""
        self._steer(Stop(), "There is no training to end; press t to begin one.")

    def save(self) -> None:
        """Save now, and say so once it is done."""
        nothing = "There is nothing to save; press t to begin a training."
        self._asked_to_save = self._steer(SaveNow(), nothing)

    def roll_back(self) -> None:
        """Go back to the best weights."""
        self._steer(RollBack(), "There is no training to take back; press t to begin one.")

    def change_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        if self._can_steer("There is no training whose learning rate could be changed."):
            self._rate.change(way)

    def begin_new_run(self) -> None:
        """Forget the run that `t` would resume."""
        if not self._is_idle():
            return
        if self._resumable is not None:
            self._tell(f"t begins a new run now; '{self._resumable.name}' is kept.")
        self._resumable = None

    def _steer(self, command: Command, otherwise: str) -> bool:
        """Send a command; whether there is a training run to obey it."""
        can = self._can_steer(otherwise)
        if can:
            self._session.send(command)
        return can

    def _can_steer(self, otherwise: str) -> bool:
        """Whether a training run is in progress that can be steered; says `otherwise` if none."""
        if not self._session.is_training:
            self._tell(otherwise, "warning")
        return self._session.is_training

    def _is_idle(self) -> bool:
        """Whether no training run is in progress here; says so otherwise."""
        if self._session.is_training:
            self._tell(
                f"{about_progress(self._session.phase)}; press k to end it first.", "warning"
            )
        return not self._session.is_training

    def _is_free(self) -> bool:
        """Whether none is in progress in the whole app; says so otherwise."""
        if not self._is_idle():
            return False
        if elsewhere := self._elsewhere():
            self._tell(elsewhere, "warning")
        return not elsewhere

    def _clear(self) -> None:
        """Begin a new picture."""
        self._loss.clear()

    # What comes of it.

    def handle_event(self, event: TrainEvent) -> None:
        """Take note of an event, and say what the person has asked for."""
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
        """What `t` does after the end of a training run: resume it, if it has steps left."""
        name, self._resumable = self._run_name, None
        # Stopped while it measured at its end, it has no step left to take.
        if end.reason != "stopped" or self._loss.status.is_at_last_step or name is None:
            return ""
        self._resumable = SetupOfRun(name, self._begun_with)
        if self.run_to_resume is None:
            return "t begins a new run, as another text or setting is chosen"
        return "t goes on"

    def show_question(self) -> None:
        """Show what a training run asks before it begins."""
        show_question(self._question, self._loss.app)

    # Runs there are already.

    def resume(self, name: str) -> bool:
        """Resume a run, also out of a pause; whether nothing stands against it.

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
        """Show a run's own set-up, and let `t` resume it if it can be."""
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
        """Show what a run did before; a long record takes a while to read."""

        def read() -> None:
            worker = get_current_worker()
            try:
                events = list(read_events(folder))
            except RnntuiError as error:
                self._loss.app.call_from_thread(self._tell, str(error), "warning")
                return

            def show() -> None:
                # Asked for where nothing can come in between.
                if not worker.is_cancelled:
                    self._show_events(events)

            self._loss.app.call_from_thread(show)

        self._loss.run_worker(read, thread=True, exclusive=True, group=RECORD_READING)

    def _show_events(self, events: Sequence[TrainEvent]) -> None:
        """Show the events of a record."""
        self._loss.show([event for event in events if isinstance(event, Step | Evaluated)])
