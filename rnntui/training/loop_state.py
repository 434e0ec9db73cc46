"""A training at its current step: the parts that the loop in `loop.py` is made of.

Each part yields the events of what it does. The position, the clock, the
learning rate, when to evaluate, sample and save, and the best loss are kept
here; weights and data are the learner's.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from rnntui.errors import CheckpointError, SamplingError
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.commands import (
    Command,
    Continue,
    Inbox,
    Pause,
    RollBack,
    SaveNow,
    SetLearningRate,
    SetSampleLength,
    SingleStep,
    Stop,
    WeightsOutlet,
)
from rnntui.training.events import (
    Changed,
    Continued,
    Evaluated,
    Finished,
    Paused,
    Resumed,
    RolledBack,
    Sampled,
    Saved,
    Started,
    Step,
    Switched,
    TrainEvent,
    Warned,
)
from rnntui.training.learner import Learner, Training
from rnntui.training.measure import Measure, ReportProgress
from rnntui.training.measuring_stop import MeasuringStoppedError, until_stopped
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.progress import Progress
from rnntui.training.recovery import OwnFolder, recover
from rnntui.training.run_folder import write_configuration
from rnntui.training.stopwatch import Clock, StepTimes, Stopwatch, Warmup
from rnntui.training.time_left import duration

E = TypeVar("E", bound=TrainEvent)

MEASURED_STEPS = 20
"""Steps that are measured at least before a budget in minutes becomes a number of steps."""

MEASURED_SHARE = 0.2
"""The part of the minutes after which an evaluation is no longer waited for to be measured, too."""

ANNOUNCED_S = 10.0
"""From how long on it is said how long the measuring at the end takes."""

BROKEN_OFF = "The measuring of all that is held out was broken off; 'rnntui eval' makes it up."


class LoopState:
    """A training at its current step; each method is a part of the loop in `train`."""

    def __init__(self, run: Training, learner: Learner, clock: Clock, recorded: int) -> None:
        """Begin, or go on from the run's checkpoint; the record has `recorded` events already."""
        self.run, self.settings = run, run.loop_settings
        self.own_folder = OwnFolder(run.folder)
        self.learner, self.info = learner, learner.info
        self.progress = Progress(total_steps=self.settings.total_steps(self.info.batches_per_epoch))
        self.watch, self.step_times, self.warmup = Stopwatch(clock), StepTimes(), Warmup()
        self.finished = self.paused = self.pause_after_step = False
        self.save_due = self.best_due = False
        self.sample_length = self.settings.sample_length
        self.last_save = 0.0
        self.last_full: Evaluated | None = None
        self.best_in_full: float | None = None
        if (before := run.resumed_at) is not None:
            # Minutes that were turned into steps stay so, unless others are asked for.
            budget = self.progress.total_steps or before.total_steps
            self.progress = replace(before, total_steps=budget)
            self.watch.before = self.last_save = before.elapsed_s
        self.progress = replace(self.progress, events=recorded)

    # What the training is at the moment.

    @property
    def reason_to_end(self) -> str:
        """Why no further step should be taken; empty while there is no reason."""
        return self.settings.reason_to_end(self.progress)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.settings.rate_at(self.progress, self.info.batches_per_epoch)

    def publish(self, outlet: WeightsOutlet) -> None:
        """Hand over a copy of the weights, where there are any to sample from."""
        if (weights := self.learner.weights(self.progress.step)) is not None:
            outlet.publish(weights)

    def event(self, kind: type[E], **values: Any) -> E:
        """An event of this moment; the record will have one line more."""
        self.progress = replace(self.progress, events=self.progress.events + 1)
        return kind(step=self.progress.step, elapsed_s=self.watch.elapsed(), **values)

    # The parts of the loop.

    def open(self) -> Iterator[TrainEvent]:
        """Say what begins, and save it, so that a kill at any moment has something to resume."""
        begins = self.run.resumed_at is None
        self.watch.start()
        yield self.event(
            Started if begins else Resumed,
            run=self.run.folder.name,
            total_steps=self.progress.total_steps,
            **asdict(self.info),
        )
        for setting, old, new in self.run.rate_changes:
            yield self.event(Changed, setting=setting, old=old, new=new)
        for notice in self.run.notices:
            yield self.event(Warned, sentence=notice)
        if begins:
            yield from self.save()

    def step(self) -> Iterator[TrainEvent]:
        """Run one step; yield its events."""
        began, before = self.watch.clock(), self.progress
        rate, per_epoch = self.learning_rate, self.info.batches_per_epoch
        outcome = self.learner.step(before, rate)
        self.progress = before.after_step(outcome.loss, outcome.engine, per_epoch)
        self.step_times.add(self.watch.clock() - began)
        self.warmup.add_step(self.watch.elapsed())
        yield self.event(
            Step,
            epoch=before.epoch + (before.batch + 1) / per_epoch,
            loss=outcome.loss,
            learning_rate=rate,
            grad_norm=outcome.grad_norm,
            chars_per_second=outcome.predictions / self.step_times.average,
        )
        if before.engine not in ("", outcome.engine):
            # Saved at once, as a resume has to change over at the same step.
            self.save_due = True
            self.step_times, self.warmup = StepTimes(), Warmup()
            yield self.event(Switched, engine=outcome.engine)
            if self.settings.minutes and self.progress.total_steps:
                # What the other engine would have come to in the minutes says nothing of this one.
                yield self._set_total_steps(0)
        if self.pause_after_step:
            yield from self._pause()

    def evaluate_if_due(self) -> Iterator[TrainEvent]:
        """Measure on the held-out prefix every `eval_every` steps.

        Where nothing is held out, an epoch is judged by its own losses when it
        ends, at least so many steps after the one before.
        """
        progress, every = self.progress, self.settings.eval_every
        if self.info.eval_chars:
            due = progress.step % every == 0
        else:
            due = progress.batch == 0 and progress.recent_loss_count >= every
        if due:
            yield from self._evaluate()

    def sample_if_due(self) -> Iterator[TrainEvent]:
        """Sample every so many epochs or steps, or else after each evaluation.

        The end of the training has its own.
        """
        settings, progress = self.settings, self.progress
        if epochs := settings.sample_every_epochs:
            due = progress.batch == 0 and progress.epoch % epochs == 0
        elif settings.sample_every:
            due = progress.step % settings.sample_every == 0
        else:
            due = not progress.recent_loss_count
        if due and not self.reason_to_end:
            yield from self._sample()

    def save_if_due(self) -> Iterator[TrainEvent]:
        """Save a new best, and every `save_every` seconds, which no weight depends on.

        Nothing is saved before all that belongs to a step is done, so that a
        resume leaves none of it out; the last step is saved at the end of `finish`.
        """
        if self.reason_to_end:
            return
        overdue = self.watch.elapsed() - self.last_save >= self.settings.save_every
        if self.save_due or self.best_due or overdue:
            yield from self.save()

    def settle_minutes(self) -> Iterator[TrainEvent]:
        """Turn minutes into steps by the speed so far, and keep that from then on.

        What is done between steps counts, so it waits for an evaluation, if not for
        long. It is done once, and once more where another engine takes over.
        """
        if not self.settings.minutes or self.progress.total_steps:
            return
        warmup, budget = self.warmup, self.settings.minutes * 60
        left, more = budget - self.watch.elapsed(), 0
        if left > 0:
            if warmup.steps + warmup.evaluations < MEASURED_STEPS:
                return
            if not warmup.evaluations and warmup.seconds < MEASURED_SHARE * budget:
                return
            more = int(left / warmup.seconds_per_step(self.settings.eval_every))
        yield self._set_total_steps(self.progress.step + more)
        # At once: the next step's learning rate depends on it.
        yield from self.save()

    def save(self) -> Iterator[TrainEvent]:
        """Write the last checkpoint, and the same as the best one where it is that.

        Weights that are not finite are not written over good ones. Raises
        `CheckpointError` where the run's folder is gone; they are saved elsewhere then.
        """
        folder = self.run.folder
        # The best one first: a kill in between then leaves `last` to come by it again.
        paths = (folder.best, folder.last) if self.best_due else (folder.last,)
        self.last_save = self.watch.elapsed()
        kept = self.progress.events + len(paths)
        self.progress = replace(self.progress, elapsed_s=self.watch.elapsed())
        snapshot = self.learner.snapshot(replace(self.progress, events=kept))
        for arrays in snapshot.groups().values():
            require_finite("network", self.progress.step, *arrays.values())
        if not self.own_folder.is_there:
            raise recover(folder, self.run.tables(self.progress.total_steps), snapshot)
        save_checkpoint(snapshot, *paths)
        self.save_due = self.best_due = False
        for path in paths:
            yield self.event(Saved, path=str(path))

    def finish(self, reason: str, inbox: Inbox) -> Iterator[TrainEvent]:
        """Evaluate in full, sample a last time, save; told to stop meanwhile, only save."""
        self.finished = True
        progress = self.progress
        if progress.recent_loss_count and (self.info.eval_chars or progress.best_loss is None):
            yield from self._evaluate()
        try:
            yield from self._evaluate_in_full(until_stopped(inbox))
            yield from self._sample()
        except MeasuringStoppedError:
            reason = "stopped"
            yield self.event(Warned, sentence=BROKEN_OFF)
        yield from self.save()
        yield self._ended(reason)

    def waiting_for(self, inbox: Inbox) -> Sequence[Command]:
        """The next commands, while nothing is done and no time counts."""
        self.watch.stop()
        commands = inbox.wait()
        self.watch.start()
        return commands

    def obey(self, command: Command) -> Iterator[TrainEvent]:
        """Do what was asked for, at a whole step."""
        match command:
            case Pause():
                yield from self._pause()
            case Continue():
                yield from self._continue()
            case SingleStep():
                yield from self._continue()
                self.pause_after_step = True
            case Stop():
                yield from self.save()
                self.finished = True
                yield self._ended("stopped")
            case SaveNow():
                yield from self.save()
            case SetLearningRate(learning_rate):
                yield from self._set_learning_rate(learning_rate)
            case SetSampleLength(length):
                yield self.event(
                    Changed, setting="sample_length", old=self.sample_length, new=length
                )
                self.sample_length = length
            case RollBack():
                yield from self._roll_back()

    # Pieces of the above.

    def _ended(self, reason: str) -> Finished:
        progress, in_full = self.progress, self.best_in_full
        return self.event(
            Finished,
            reason=reason,
            best_loss=progress.best_loss if in_full is None else in_full,
            best_step=progress.best_step,
            stale=progress.stale,
        )

    def _set_total_steps(self, steps: int) -> Changed:
        """Let the training have so many steps; 0 while that is to be measured."""
        old = self.progress.total_steps
        self.progress = replace(self.progress, total_steps=steps)
        if self.own_folder.is_there:
            write_configuration(self.run.folder, self.run.tables(steps))
        return self.event(Changed, setting="steps", old=old, new=steps)

    def _evaluate(self) -> Iterator[TrainEvent]:
        progress = self.progress.with_train_loss()
        measure = self.learner.evaluate() if self.info.eval_chars else None
        judged = measure.loss if measure else progress.epoch_loss
        require_finite("validation loss", progress.step, judged)
        self.best_due = progress.is_bettered_by(judged)
        self.progress = progress.judged(judged)
        full = self.info.eval_chars == self.info.val_chars
        event = self._evaluated(measure, best=self.best_due, full=full)
        self.last_full = event if full else None
        self.warmup.add_evaluation()
        yield event

    def _evaluated(self, measure: Measure | None, best: bool, full: bool) -> Evaluated:
        shown = measure or Measure(self.progress.train_loss, 0)
        return self.event(
            Evaluated,
            train_loss=self.progress.train_loss,
            val_loss=measure.loss if measure else None,
            bits_per_char=shown.bits_per_char,
            perplexity=min(shown.perplexity, 1e300),
            accuracy=shown.accuracy,
            best=best,
            full=full,
            train_accuracy=shown.train_accuracy,
        )

    def _evaluate_in_full(self, report: ReportProgress) -> Iterator[TrainEvent]:
        """Measure the last weights, and the best where they are others, on all that is held out."""
        progress = self.progress
        if not self.info.eval_chars or (self.last_full and self.last_full.step == progress.step):
            return
        last_is_best = progress.best_step == progress.step
        share = self.info.val_chars / self.info.eval_chars
        seconds = self.warmup.seconds_per_evaluation * share * (1 if last_is_best else 2)
        if seconds >= ANNOUNCED_S:
            yield self.event(
                Warned,
                sentence=f"Measuring on all {self.info.val_chars:,} held-out {self.info.unit}"
                f" takes about {duration(seconds)}; stopping leaves it out.",
            )
        measure = self.learner.evaluate_in_full(report)
        require_finite("validation loss", progress.step, measure.loss)
        yield self._evaluated(measure, best=last_is_best, full=True)
        if last_is_best:
            self.best_in_full = measure.loss
            return
        try:
            measure = self.learner.evaluate_saved(self.run.folder.best, report)
        except CheckpointError as error:
            yield self.event(Warned, sentence=f"The best network can't be measured: {error}")
            return
        self.best_in_full = measure.loss
        event = self._evaluated(measure, best=True, full=True)
        yield replace(event, step=progress.best_step)

    def _sample(self) -> Iterator[TrainEvent]:
        try:
            sample = self.learner.sample(self.sample_length, self.progress.step)
        except SamplingError as error:
            yield self.event(Warned, sentence=str(error))
            return
        if sample is not None:
            prime, text = sample
            yield self.event(Sampled, prime=prime, text=text)

    def _pause(self) -> Iterator[TrainEvent]:
        self.pause_after_step = False
        if not self.paused:
            self.paused = True
            yield self.event(Paused)

    def _continue(self) -> Iterator[TrainEvent]:
        self.pause_after_step = False
        if self.paused:
            self.paused = False
            yield self.event(Continued)

    def _set_learning_rate(self, rate: float) -> Iterator[TrainEvent]:
        old = self.learning_rate
        scale = self.progress.rate_scale * rate / old if old > 0 else math.inf
        if not (math.isfinite(scale) and scale > 0):
            yield self.event(Warned, sentence=f"The learning rate stays {old:g}.")
            return
        self.progress = replace(self.progress, rate_scale=scale)
        yield self.event(Changed, setting="learning_rate", old=old, new=rate)

    def _roll_back(self) -> Iterator[TrainEvent]:
        if self.progress.best_loss is None:
            yield self.event(Warned, sentence="There is no best checkpoint yet to go back to.")
            return
        try:
            before = self.learner.restore(self.run.folder.best)
        except CheckpointError as error:
            yield self.event(Warned, sentence=f"Can't roll back: {error}")
            return
        yield self.event(RolledBack, to_step=before.step)
