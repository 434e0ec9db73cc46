"""What a person does with trainings: begins, steers, resumes, replays and follows them.

It asks the session, shows in the loss pane what a run did before, and says in toasts
what can't be done at present.
"""

import queue
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.followed_training import UNFOLLOWED
from rnntui.runtime.following import FollowedState
from rnntui.runtime.old_text_question import NOT_BEGUN, OldTextQuestion
from rnntui.runtime.phases import GOING_ON, going_on
from rnntui.runtime.session import (
    FollowedTraining,
    NewTraining,
    ReplayedTraining,
    ResumedTraining,
    Session,
)
from rnntui.tasks.characters.checkpoint import read_header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.summary import summarise
from rnntui.training.commands import Move, NextSample, RollBack, SaveNow, SingleStep
from rnntui.training.events import Changed, Evaluated, Finished, Saved, Step, TrainEvent
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.record import read_events
from rnntui.training.record_end import last_learning_rate
from rnntui.training.run_folder import RunFolder, find_run, reference_to, run_of
from rnntui.training.run_lock import check_idle, is_being_trained
from rnntui.tui.core.sentences import Tell, changed, over
from rnntui.tui.playground.setup_pane import ChosenSetup, SetupPane
from rnntui.tui.training.loss_pane import RECORD_READING, LossPane
from rnntui.tui.training.old_text import LEFT, show_question
from rnntui.tui.training.stepped_setting import learning_rate, sample_length

STOP_SECONDS: Final = 60.0
"""How long a training may take to finish its step and save."""

UNFOLLOW_SECONDS: Final = 5.0
"""How long the reading of another process's record may take to end."""

REPLAY_SHARES: Final = {"back": -0.1, "forward": 0.1}
"""By how much of the record a key moves in a replay."""

AS_FAST_AS_SEEN: Final = 1000.0
"""The speed of a replay that is slowed down from no waiting at all, and the fastest."""

SLOWEST_REPLAY: Final = 1 / 64


@dataclass(frozen=True)
class _Resumable:
    """A run that could go on, and the set-up that shows its own text and settings."""

    name: str
    setup: ChosenSetup


class TrainingController:
    """One training at a time, and which run `t` would go on with.

    That run stays the one to go on with while the set-up is as it was left by it;
    another text or setting asks for a new one.
    """

    def __init__(self, session: Session, setup: SetupPane, loss: LossPane, tell: Tell) -> None:
        """Begin with a session that need not be idle."""
        self._session, self._setup, self._loss, self._tell = session, setup, loss, tell
        self._resumable: _Resumable | None = None
        self._replayed: _Resumable | None = None
        """The run whose replay is over, which `t` shows again."""
        self._begun_with: ChosenSetup | None = None
        """The set-up of the training that goes on."""
        self._asked_to_save = False
        self._rate = learning_rate(session.send, tell, loss.show_learning_rate)
        self._sample_length = sample_length(session.send, tell)
        self._replay_speed = 1.0
        self._question = OldTextQuestion()
        self._heard: queue.SimpleQueue[tuple[FollowedState, str]] = queue.SimpleQueue()

    @property
    def run_to_go_on(self) -> str | None:
        """The run that `t` would go on with; None where it would begin one."""
        resumable = self._resumable
        if resumable is None or resumable.setup != self._setup.chosen:
            return None
        return resumable.name

    @property
    def run_to_replay(self) -> str | None:
        """The run that `t` would replay once more; None where it would train."""
        replayed = self._replayed
        if replayed is None or replayed.setup != self._setup.chosen:
            return None
        return replayed.name

    @property
    def open_run(self) -> Path | None:
        """The whole path of the run whose network is on screen; None for any other network."""
        network = self._session.network
        if network is None:
            return None
        folder = RunFolder(places.checkpoints_dir() / network.reference.removesuffix(":last"))
        return folder.path.absolute() if folder.configuration.is_file() else None

    # Steering; the registry in `tui/core/actions.py` says what each action is for.

    def toggle(self) -> bool:
        """Begin a training, pause it, or go on; whether one goes on now."""
        session = self._session
        if session.is_training:
            if self._can_steer(""):
                session.toggle_pause()
            return True
        if (again := self.run_to_replay) is not None:
            return self.replay(again, self._replay_speed)
        if (name := self.run_to_go_on) is not None:
            return self._go_on(name)
        chosen, form = self._setup.chosen, self._setup.form
        if chosen.config is None:
            self._tell(form.complaint, "error")
            return False
        self._loss.clear()
        self._resumable = self._replayed = None
        self._begun_with = chosen
        parent, prime = places.checkpoints_dir(), form.recipe.prime
        session.train(NewTraining(parent, chosen.corpus, chosen.config, prime))
        self._begin_steering(chosen.config, None)
        return True

    def _go_on(self, name: str) -> bool:
        begun_with, parent = self._setup.chosen, places.checkpoints_dir()
        self._begun_with = begun_with
        self._session.train(ResumedTraining(parent, name, self._question.ask_in))
        self._begin_steering(begun_with.config, last_learning_rate(RunFolder(parent / name)))
        return True

    def _begin_steering(self, config: TrainConfig | None, rate: float | None) -> None:
        """Let keys step from what a training begins with: its settings, or a rate that it had."""
        config = config or TrainConfig(epochs=1)
        self._rate.begin(LoopSettings.of(config).first_rate if rate is None else rate)
        self._sample_length.begin(config.sample_length)

    def step(self) -> None:
        """Take one step, then pause."""
        if self._can_steer("There is no training to take a step of; press t to begin one."):
            self._session.send(SingleStep())

    def stop(self) -> None:
        """Save and end it, waiting for that; to be called in a thread."""
        self._session.stop_training(STOP_SECONDS)

    def save(self) -> None:
        """Save now, and say so once it is done."""
        if self._can_steer("There is nothing to save: no training goes on."):
            self._asked_to_save = True
            self._session.send(SaveNow())

    def roll_back(self) -> None:
        """Go back to the best weights."""
        if self._can_steer("There is no training to take back; press t to begin one."):
            self._session.send(RollBack())

    def change_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        if self._can_steer("There is no training whose learning rate could be changed."):
            self._rate.change(way)

    def change_sample_length(self, way: str) -> None:
        """Double or halve the length of the training's own samples."""
        if self._can_steer("There is no training that could draw samples."):
            self._sample_length.change(way)

    @property
    def replays(self) -> bool:
        """Whether a replay goes on, or waits in a pause."""
        return self._session.is_replay and self._session.phase in GOING_ON

    def go_to_next_sample(self) -> None:
        """Show the replay up to its next sample, then pause it."""
        self._session.send(NextSample())

    def move_in_replay(self, way: str) -> None:
        """Go back or forward in the record."""
        self._session.send(Move(REPLAY_SHARES[way]))

    def change_replay_speed(self, way: str) -> None:
        """Double or halve the speed of the replay, and show it at once."""
        # 0 is at once, from which there is a way back.
        speed = self._replay_speed * (2.0 if way == "up" else 0.5) or AS_FAST_AS_SEEN
        self._set_replay_speed(min(max(speed, SLOWEST_REPLAY), AS_FAST_AS_SEEN))

    def _set_replay_speed(self, speed: float) -> None:
        self._replay_speed = speed
        self._loss.show_replay_speed(speed)

    def begin_anew(self) -> None:
        """Forget the run that `t` would go on with."""
        if not self._is_free():
            return
        if self.run_to_replay is not None:
            self._replayed = None
            name = self.run_to_go_on
            self._tell(f"t goes on with '{name}' now." if name else "t begins a new run now.")
            return
        if self._resumable is not None:
            self._tell(f"t begins a new run now; '{self._resumable.name}' is kept.")
        self._resumable = None

    def _can_steer(self, otherwise: str) -> bool:
        """Whether a training of this process goes on; says `otherwise` where none does."""
        if self._session.is_training and self._session.is_followed:
            self._tell("Another process trains this run, so it can't be steered from here.")
            return False
        if not self._session.is_training:
            self._tell(otherwise)
        return self._session.is_training

    def _is_free(self) -> bool:
        """Whether no training goes on, nothing being followed any more; says so otherwise."""
        session = self._session
        if session.is_training and session.is_followed:
            session.stop_training(UNFOLLOW_SECONDS)
        if session.is_training:
            self._tell(f"{going_on(session.phase)}; press k to end it first.", "warning")
        return not session.is_training

    # What comes of it.

    def hear(self, event: TrainEvent) -> None:
        """Take note of an event, and say what the person has asked for."""
        match event:
            case Step():
                self._rate.hold(event.learning_rate)
            case Changed():
                if not (self._rate.hear(event) or self._sample_length.hear(event)):
                    self._tell_of(event)
            case Saved() if self._asked_to_save:
                self._asked_to_save = False
                self._tell(f"Saved at step {event.step:,}.")
            case Finished(reason=reason) if reason == UNFOLLOWED:
                self._tell("The run is no longer followed; its process goes on.")
            case Finished(reason=reason) if reason == NOT_BEGUN:
                self._tell(LEFT)
            case Finished() if self._session.is_replay:
                network, shown = self._session.network, self._begun_with
                if network is not None and shown is not None:
                    self._replayed = _Resumable(network.name, shown)
                self._tell(
                    f"The replay is over at step {event.step:,}; t shows it again, N lets t train."
                )
            case Finished():
                network, begun_with = self._session.network, self._begun_with
                self._resumable = None
                what_follows = ""
                # Stopped while it measured at its end, it has no step left to take.
                stopped = event.reason == "stopped" and not self._loss.status.is_at_its_end
                if stopped and network is not None and begun_with is not None:
                    self._resumable = _Resumable(network.name, begun_with)
                    what_follows = "t goes on"
                    if self.run_to_go_on is None:
                        what_follows = "t begins a new run, as another text or setting is chosen"
                self._tell(over(event, what_follows))
            case _:
                pass

    def _tell_of(self, event: Changed) -> None:
        """Say that a setting was changed, unless it shows anyway."""
        if event.setting != "steps":
            self._tell(changed(event.setting, event.new))

    def show_question(self) -> None:
        """Show what a training asks before it begins."""
        show_question(self._question, self._loss.app)

    def show_followed(self) -> None:
        """Show what the process does that trains the run, where it is another one."""
        while not self._heard.empty():
            state, about = self._heard.get()
            self._loss.show_quiet(state == "quiet")
            if state == "quiet":
                self._tell(about, "warning")

    # Runs there are already.

    def open_checkpoint(self, path: Path) -> bool:
        """Take the network of a checkpoint, and go on with its run at `t`; whether it could be.

        Text and settings of the run are chosen. A run that another process trains
        is followed instead. Raises `RnntuiError` where there is no such network, or
        a training goes on.
        """
        parent = places.checkpoints_dir()
        folder = run_of(parent, path)
        if folder is not None and is_being_trained(folder) and not self._is_own(folder):
            return self._follow(folder)
        if self._session.is_followed:
            self._session.stop_training(UNFOLLOW_SECONDS)
        reference = reference_to(parent, path, places.shipped_checkpoints_dir())
        self._session.load(path, folder.name if folder else "", reference)
        self._resumable = self._replayed = None
        self._loss.clear()
        if folder is not None:
            self._choose_run(folder)
            self._show_record(folder)
        else:
            self._setup.show_checkpoint(path.parent.name, read_header(path))
        return True

    def _choose_run(self, folder: RunFolder) -> None:
        """Take the run's text and settings, and go on with it at `t` if it can go on."""
        self._resumable = self._replayed = None
        try:
            self._setup.show_run(folder.name, describe_run(folder))
            summary = summarise(folder)
        except RnntuiError as error:
            self._tell(str(error), "warning")
            return
        if summary.is_resumable:
            self._resumable = _Resumable(folder.name, self._setup.chosen)
            # Whoever opened it may choose another text or recipe in the same breath.
            self._loss.call_later(self._say_what_t_does, summary.step)

    def _say_what_t_does(self, step: int) -> None:
        if (name := self.run_to_go_on) is not None and not self._session.is_training:
            self._tell(f"t goes on with '{name}' at step {step:,}; N begins a new run.")

    def _is_own(self, folder: RunFolder) -> bool:
        """Whether this process holds the run."""
        session = self._session
        own = session.is_training and not session.is_followed and not session.is_replay
        return own and session.network is not None and session.network.name == folder.name

    def _follow(self, folder: RunFolder) -> bool:
        if not self._is_free():
            return False
        self._loss.clear()
        self._choose_run(folder)
        self._begun_with = self._setup.chosen
        tell = self._heard.put
        self._session.train(
            FollowedTraining(
                folder.path.parent, folder.name, lambda state, about: tell((state, about))
            )
        )
        self._tell(f"Another process trains '{folder.name}'; it is followed from its files.")
        return True

    def resume(self, name: str) -> bool:
        """Go on with a run, also out of a pause; whether nothing stands against it.

        Raises `RnntuiError` where there is no such run, or another process trains it.
        """
        folder = find_run(places.checkpoints_dir(), name)
        if self._is_own(folder):
            self._session.go_on()
            return True
        check_idle(folder, "resumed")
        if not self._is_free():
            return False
        self._loss.clear()
        self._choose_run(folder)
        self._show_record(folder)
        return self._go_on(folder.name)

    def replay(self, name: str, speed: float) -> bool:
        """Show a run again from its record; whether nothing stands against it."""
        if not self._is_free():
            return False
        parent = places.checkpoints_dir()
        self._loss.clear()
        self._choose_run(find_run(parent, name))
        self._begun_with = self._setup.chosen
        self._set_replay_speed(speed)
        self._session.train(ReplayedTraining(parent, name, lambda: self._replay_speed))
        return True

    def _show_record(self, folder: RunFolder) -> None:
        """Draw what a run did before; a long record takes a while to read."""

        def read() -> None:
            worker = get_current_worker()
            try:
                events = list(read_events(folder))
            except RnntuiError as error:
                self._loss.app.call_from_thread(self._tell, str(error), "warning")
                return
            shown = [event for event in events if isinstance(event, Step | Evaluated)]

            def show() -> None:
                # Asked for where nothing can come in between.
                if not worker.is_cancelled:
                    self._loss.show(shown)

            self._loss.app.call_from_thread(show)

        self._loss.run_worker(read, thread=True, exclusive=True, group=RECORD_READING)
