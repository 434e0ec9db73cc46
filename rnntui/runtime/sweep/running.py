"""Running a sweep: one trial after the other, each trained by the ordinary generator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rnntui.errors import CheckpointError, ConfigError, CorpusError
from rnntui.runtime.sweep.events import (
    SweepEnded,
    SweepEvent,
    TrialEnded,
    TrialEvent,
    TrialStarted,
)
from rnntui.runtime.sweep.notes import TrialNote, write_note
from rnntui.runtime.sweep.space import Space, Value
from rnntui.runtime.sweep.study import Study
from rnntui.tasks.characters.command_line import train_command
from rnntui.tasks.characters.opening import events_of, new_run, resume_run
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.run import Run
from rnntui.tasks.recipes import DEFAULT
from rnntui.text.corpus import Corpus
from rnntui.training.commands import Command, Inbox, Stop
from rnntui.training.events import Evaluated, Failed, Finished, TrainEvent
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from rnntui.training.runs.record_end import last_event

INTERRUPTED: Final = "stopped"


@dataclass(frozen=True)
class Sweep:
    """A study ready to be worked on, with `trials` wanted in all.

    `corpus_name` is the reference by which the text was found.
    """

    parent: Path
    study: Study
    space: Space
    corpus: Corpus
    corpus_name: str
    trials: int
    force: bool = False


class TrialInbox:
    """The inbox of one trial: commands to the sweep, and the trial's own end."""

    def __init__(self, outer: Inbox) -> None:
        """Pass on the commands of `outer`."""
        self._outer = outer
        self._own: list[Command] = []
        self.stopped = False
        """Whether the sweep was told to stop."""

    def drain(self) -> Sequence[Command]:
        """The commands that arrived since the last call."""
        commands = [*self._outer.drain(), *self._own]
        self.stopped |= any(
            isinstance(one, Stop) for one in commands[: len(commands) - len(self._own)]
        )
        self._own.clear()
        return commands

    def wait(self) -> Sequence[Command]:
        """The same; a sweep doesn't pause, so nothing is waited for."""
        return self.drain() or self._outer.wait()

    def end(self) -> None:
        """Let the trial save and end, as a stopped run does."""
        self._own.append(Stop())


def sweep(work: Sweep, inbox: Inbox) -> Iterator[SweepEvent]:
    """Train trials until all are begun, yielding events as they happen.

    A `Stop` saves the trial in training, which the next call goes on with. Raises
    `CheckpointError` for a storage or a run's folder that can't be written.
    """
    study, stopped = work.study, False
    wanted = min(work.trials, study.grid_size or work.trials)
    while not stopped:
        own = TrialInbox(inbox)
        own.drain()
        if own.stopped:
            return
        if (found := study.next_trial(wanted)) is None:
            yield _ended(work)
            return
        trial, claim = found
        ended = False
        try:
            for event in _train(work, trial, own, wanted):
                ended = isinstance(event, TrialEnded) and event.state != INTERRUPTED
                yield event
        finally:
            claim.release(ended)
        stopped = own.stopped


def _train(work: Sweep, trial: Any, inbox: TrialInbox, wanted: int) -> Iterator[SweepEvent]:
    """Train one trial, and tell the study how it ended."""
    study = work.study
    name, values = study.run_name(trial), study.values(trial)
    folder = RunFolder(work.parent / name)
    resumed = folder.configuration.exists()
    note = TrialNote(
        study.name,
        trial.number,
        str(study.storage.resolve()),
        "running",
        None,
        values,
        work.space.swept,
    )
    yield TrialStarted(trial.number, name, values, resumed)
    state, loss, sentence = INTERRUPTED, None, ""
    lost: CheckpointError | None = None
    ended_before = last_event(folder) if resumed else None
    try:
        if isinstance(ended_before, Finished) and ended_before.reason != "stopped":
            # Killed between the end of the training and the telling.
            state, loss = "complete", ended_before.best_loss
        else:
            run = _opened(work, name, values, resumed)
            write_note(folder, note)
            reader = _Reader(study, trial, run)
            for event in events_of(run, inbox):
                try:
                    if reader.wants_to_prune(event):
                        inbox.end()
                except CheckpointError as error:
                    lost = lost or error
                    inbox.end()
                yield TrialEvent(trial.number, name, event)
            state, loss, sentence = reader.state, reader.loss, reader.sentence
    except (ConfigError, CorpusError) as error:
        state, sentence = "failed", str(error)
    if lost is not None:
        raise lost
    if state == "complete" and loss is None:
        state, sentence = "failed", "It ended before its first evaluation."
    if state != INTERRUPTED:
        study.tell(trial, state, loss, sentence)
    if folder.configuration.exists():
        write_note(folder, replace(note, state=_noted(state), loss=loss))
    best = study.best()
    begun = len(study.trials())
    is_best = best is not None and best[0] == trial.number
    yield TrialEnded(trial.number, name, values, state, loss, is_best, sentence, begun, wanted)


class _Reader:
    """Reads the events of a trial's training: its loss, its end, whether to prune it."""

    def __init__(self, study: Study, trial: Any, run: Run) -> None:
        """Read from where `run` begins; evaluations before that were reported already."""
        self._study, self._trial = study, trial
        self._pruned = False
        self._last_step = -1
        self.state, self.sentence = INTERRUPTED, ""
        self.loss: float | None = None
        begun = run.resumed_at.events if run.resumed_at else 0
        self._evaluations = 0
        for event in islice(read_events(run.folder), begun):
            self._note(event)

    def wants_to_prune(self, event: TrainEvent) -> bool:
        """Note an event; True once, where the pruner ends the trial."""
        self._study.beat(self._trial)
        if isinstance(event, Failed):
            self.state, self.sentence = "failed", event.sentence
        elif isinstance(event, Finished):
            if event.best_loss is not None:
                self.loss = event.best_loss
            if event.reason != "stopped":
                self.state = "complete"
            elif self._pruned:
                self.state = "pruned"
        elif (loss := self._note(event)) is not None and not self._pruned:
            self._pruned = self._study.report(self._trial, self._evaluations, loss)
            return self._pruned
        return False

    def _note(self, event: TrainEvent) -> float | None:
        """The loss of an evaluation in mid-run; None for any other event."""
        # At the end the best weights are evaluated again, at their own step.
        if not isinstance(event, Evaluated) or event.step <= self._last_step:
            return None
        self._last_step, self._evaluations = event.step, self._evaluations + 1
        loss = event.train_loss if event.val_loss is None else event.val_loss
        self.loss = loss if self.loss is None else min(self.loss, loss)
        return loss


def _opened(work: Sweep, name: str, values: dict[str, Value], resumed: bool) -> Run:
    if resumed:
        return resume_run(work.parent, name, {}, lambda _: work.corpus, force=work.force)
    config = work.space.config(values)
    return new_run(work.parent, work.corpus, config, name, work.space.prime, force=work.force)


def _noted(state: str) -> str:
    return "running" if state == INTERRUPTED else state


def _ended(work: Sweep) -> SweepEnded:
    study = work.study
    running = sum(not one.state.is_finished() for one in study.trials())
    best = study.best()
    if best is None:
        return SweepEnded(None, "", None, {}, running, "")
    number, loss, run = best
    values = dict(study.params(number))
    config, recipe = work.space.config(values), find_recipe(DEFAULT)
    command = train_command(work.corpus_name, recipe, config, work.space.prime)
    return SweepEnded(number, run, loss, values, running, command)
