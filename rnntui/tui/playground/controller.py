"""Steering of training runs in the playground, including replays and followed runs."""

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rnntui import places
from rnntui.runtime.phases import IN_PROGRESS
from rnntui.runtime.recorded.followed_training import UNFOLLOWED
from rnntui.runtime.recorded.following import FollowedState
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
from rnntui.tasks.summary import RunSummary
from rnntui.training.commands import Move, NextSample, Stop
from rnntui.training.events import Changed, Finished, TrainEvent
from rnntui.training.runs.folder import RunFolder, find_run, reference_to, run_of
from rnntui.training.runs.lock import is_being_trained
from rnntui.tui.core.sentences import Tell
from rnntui.tui.playground.setup_pane import SetupPane
from rnntui.tui.training.controller import SetupOfRun, TrainingController
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.stepped_setting import sample_length

UNFOLLOW_SECONDS: Final = 5.0
"""Timeout for the thread that follows another process."""

REPLAY_SHARES: Final = {"back": -0.1, "forward": 0.1}
"""Share of the record by which a key moves a replay."""

FASTEST_REPLAY: Final = 1000.0
"""The fastest replay, and the one that slowing down from unlimited speed gives."""

SLOWEST_REPLAY: Final = 1 / 64


class PlaygroundController(TrainingController):
    """One training run at a time, a replay, or a run trained by another process."""

    _session: Session
    _setup: SetupPane

    def __init__(
        self,
        session: Session,
        setup: SetupPane,
        loss: LossPane,
        tell: Tell,
        elsewhere: Callable[[], str],
    ) -> None:
        """Steer a session, which need not be idle; see `TrainingController`."""
        super().__init__(session, setup, loss, tell, elsewhere)
        self._replayed: SetupOfRun | None = None
        """The run whose replay has ended, which `t` replays again."""
        self._sample_length = sample_length(session.send, tell)
        self._replay_speed = 1.0
        self._states: queue.SimpleQueue[tuple[FollowedState, str]] = queue.SimpleQueue()

    @property
    def run_to_replay(self) -> str | None:
        """The run that `t` would replay again; None where it would train."""
        return self._if_unchanged(self._replayed)

    @property
    def open_run(self) -> Path | None:
        """The absolute path of the run whose network is on screen; None for other networks."""
        network = self._session.network
        if network is None:
            return None
        folder = RunFolder(places.checkpoints_dir() / network.reference.removesuffix(":last"))
        return folder.path.absolute() if folder.configuration.is_file() else None

    @property
    def run_name(self) -> str | None:
        """The name of the run that is or was trained here; None until it is known."""
        return self._session.network.name if self._session.network is not None else None

    def trains(self, name: str) -> bool:
        """Whether this process trains the run of that name, not a replay or a followed run."""
        return super().trains(name) and not (self._session.is_followed or self._session.is_replay)

    def _train_new(self, parent: Path, config: TrainConfig) -> None:
        self._replayed = None
        prime = self._setup.form.recipe.prime
        self._session.train(NewTraining(parent, self._setup.corpus, config, prime))

    def _train_again(self, parent: Path, name: str) -> None:
        self._session.train(ResumedTraining(parent, name, self._question.ask_in))

    def _show_setup(self, folder: RunFolder) -> None:
        self._setup.show_run(folder.name, describe_run(folder))

    def _begin_steering(self, rate: float | None) -> None:
        super()._begin_steering(rate)
        form = self._setup.form
        self._sample_length.begin((form.config or form.recipe.config).sample_length)

    # Steering.

    def toggle(self) -> bool:
        """Begin, pause or continue a training run or a replay; whether one is in progress."""
        if not self._session.is_training and (again := self.run_to_replay) is not None:
            return self.replay(again, self._replay_speed)
        return super().toggle()

    def stop(self) -> None:
        """Save and end what is in progress, or stop following another process's run."""
        if self._session.is_training and self._session.is_followed:
            self._session.send(Stop())
        else:
            super().stop()

    def change_sample_length(self, way: str) -> None:
        """Double or halve the length of the recorded samples."""
        if self._can_steer("There is no training run to draw samples from."):
            self._sample_length.change(way)

    def begin_new_run(self) -> None:
        """Forget the run that `t` would replay, or else the one that it would resume."""
        if self.run_to_replay is None:
            super().begin_new_run()
        elif self._is_idle():
            self._replayed = None
            name = self.run_to_resume
            self._tell(f"t now resumes '{name}'." if name else "t now begins a new run.")

    def _can_steer(self, otherwise: str) -> bool:
        if self._session.is_training and self._session.is_followed:
            self._tell("Another process trains this run, so it can't be steered from here.")
            return False
        return super()._can_steer(otherwise)

    def _is_idle(self) -> bool:
        """Whether nothing is in progress here; stops following another process's run."""
        self._unfollow()
        return super()._is_idle()

    def _unfollow(self) -> None:
        if self._session.is_training and self._session.is_followed:
            self._session.stop_training(UNFOLLOW_SECONDS)

    # Events.

    def handle_event(self, event: TrainEvent) -> None:
        """Update state by an event, with a toast for what was requested."""
        match event:
            case Changed() if self._sample_length.confirm(event):
                pass
            case Finished(reason=reason) if reason == UNFOLLOWED:
                self._tell("The run is no longer followed; its process continues.")
            case Finished() if self._session.is_replay:
                if (name := self.run_name) is not None:
                    self._replayed = SetupOfRun(name, self._begun_with)
                self._tell(f"Replay finished at step {event.step:,}; t replays it, N lets t train.")
            case _:
                super().handle_event(event)

    # Existing runs.

    def open_checkpoint(self, path: Path) -> bool:
        """Load the network of a checkpoint, and let `t` resume its run; whether it was loaded.

        The set-up shows the run's text and settings. A run that another process trains
        is followed instead. Raises `RnntuiError` where there is no such network, or a
        training run is in progress.
        """
        parent = places.checkpoints_dir()
        folder = run_of(parent, path)
        if folder is not None and is_being_trained(folder) and not self.trains(folder.name):
            return self._follow(folder)
        self._unfollow()
        reference = reference_to(parent, path, places.shipped_checkpoints_dir())
        self._session.load(path, folder.name if folder else "", reference, folder)
        self._resumable = self._replayed = None
        self._clear()
        if folder is not None:
            self._choose_run(folder)
            self._show_record(folder)
        else:
            self._setup.show_checkpoint(path.parent.name, read_header(path))
        return True

    def _choose_run(self, folder: RunFolder) -> RunSummary | None:
        self._replayed = None
        summary = super()._choose_run(folder)
        if summary is not None and self._resumable is not None:
            # Deferred: the caller may choose another text or recipe right afterwards.
            self._loss.call_later(self._say_next_action, summary.step)
        return summary

    def _say_next_action(self, step: int) -> None:
        if (name := self.run_to_resume) is not None and not self._session.is_training:
            self._tell(f"t resumes '{name}' at step {step:,}; N begins a new run.")

    # A run trained by another process.

    def _follow(self, folder: RunFolder) -> bool:
        if not self._is_idle():
            return False
        self._clear()
        self._choose_run(folder)
        self._begun_with = self._setup.chosen
        on_state = self._states.put
        self._session.train(
            FollowedTraining(
                folder.path.parent, folder.name, lambda state, about: on_state((state, about))
            )
        )
        self._tell(f"Another process trains '{folder.name}'; following it from its files.")
        return True

    def show_followed(self) -> None:
        """Show the state of the process that trains a followed run."""
        while not self._states.empty():
            state, about = self._states.get()
            self._loss.show_quiet(state == "quiet")
            if state == "quiet":
                self._tell(about, "warning")

    # A replay.

    @property
    def replays(self) -> bool:
        """Whether a replay is in progress or paused."""
        return self._session.is_replay and self._session.phase in IN_PROGRESS

    def replay(self, name: str, speed: float) -> bool:
        """Replay a run from its record; whether it can be."""
        if not self._is_idle():
            return False
        parent = places.checkpoints_dir()
        self._clear()
        self._choose_run(find_run(parent, name))
        self._begun_with = self._setup.chosen
        self._set_replay_speed(speed)
        self._session.train(ReplayedTraining(parent, name, lambda: self._replay_speed))
        return True

    def go_to_next_sample(self) -> None:
        """Continue the replay to its next sample, then pause it."""
        self._session.send(NextSample())

    def move_in_replay(self, way: str) -> None:
        """Go back or forward in the record."""
        self._session.send(Move(REPLAY_SHARES[way]))

    def change_replay_speed(self, way: str) -> None:
        """Double or halve the speed of the replay."""
        # 0 is unlimited, which halving must lead back from.
        speed = self._replay_speed * (2.0 if way == "up" else 0.5) or FASTEST_REPLAY
        self._set_replay_speed(min(max(speed, SLOWEST_REPLAY), FASTEST_REPLAY))

    def _set_replay_speed(self, speed: float) -> None:
        self._replay_speed = speed
        self._loss.show_replay_speed(speed)
