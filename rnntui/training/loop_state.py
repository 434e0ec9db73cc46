"""The state of the training loop, and the parts that the loop in `loop.py` is made of.

Each part yields its events. The position, the clock, the learning rate, when to evaluate,
sample and save, and the best loss are kept here; weights and data are the learner's.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from rnntui.clock import Clock
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
from rnntui.training.learner import Learner
from rnntui.training.measure import Measure, ReportProgress
from rnntui.training.measuring_stop import MeasuringStoppedError, until_stopped
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.prepared_run import PreparedRun
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import write_configuration
from rnntui.training.runs.kept import WeightsOnly, kept_file
from rnntui.training.runs.recovery import OwnFolder, recover
from rnntui.training.stopwatch import StepTimes, Stopwatch, Warmup
from rnntui.training.time_left import duration

E = TypeVar("E", bound=TrainEvent)

MEASURED_STEPS = 20
"""Minimum steps measured before a budget in minutes is converted to steps."""

MEASURED_SHARE = 0.2
"""Share of the minutes after which the conversion no longer waits for an evaluation."""

ANNOUNCED_S = 10.0
"""From this many seconds on, the duration of the final evaluation is announced."""

BROKEN_OFF = "The final evaluation was cut short; 'rnntui eval' repeats it."


class LoopState:
    """The state of the loop; each method is a part of `train`."""

    def __init__(self, run: PreparedRun, learner: Learner, clock: Clock, recorded: int) -> None:
        """Start at step 0 or at the run's checkpoint; `recorded` counts the record's events."""
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
            # Minutes once converted to steps stay converted, unless the budget changes.
            budget = self.progress.total_steps or before.total_steps
            self.progress = replace(before, total_steps=budget)
            self.watch.before = self.last_save = before.elapsed_s
        self.progress = replace(self.progress, events=recorded)

    # The current state.

    @property
    def reason_to_end(self) -> str:
        """Why the run is to end: `budget` or `patience`; empty while it isn't."""
        return self.settings.reason_to_end(self.progress)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.settings.rate_at(self.progress, self.info.batches_per_epoch)

    def publish(self, outlet: WeightsOutlet) -> None:
        """Publish a copy of the weights, if the network generates text."""
        if (weights := self.learner.weights(self.progress.step)) is not None:
            outlet.publish(weights)

    def event(self, kind: type[E], **values: Any) -> E:
        """Make an event of this step and time, and count it as a line of the record."""
        self.progress = replace(self.progress, events=self.progress.events + 1)
        return kind(step=self.progress.step, elapsed_s=self.watch.elapsed(), **values)

    # The parts of the loop.

    def open(self) -> Iterator[TrainEvent]:
        """Announce the run; save a new one, so that a kill at any time can be resumed."""
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
            self.keep_if_due()
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
            chars_per_second=(
                outcome.predictions * self.info.chars_per_unit / self.step_times.average
            ),
        )
        if before.engine not in ("", outcome.engine):
            # Saved at once: a resume must switch at the same step.
            self.save_due = True
            self.step_times, self.warmup = StepTimes(), Warmup()
            yield self.event(Switched, engine=outcome.engine)
            if self.settings.minutes and self.progress.total_steps:
                # The minutes were converted at the other engine's speed.
                yield self._set_total_steps(0)
        if self.pause_after_step:
            yield from self._pause()

    def evaluate_if_due(self) -> Iterator[TrainEvent]:
        """Evaluate on the held-out prefix every `eval_every` steps.

        With nothing held out, an epoch is judged at its end by its own losses, at least
        `eval_every` steps after the previous one.
        """
        progress, every = self.progress, self.settings.eval_every
        if self.info.eval_chars:
            due = progress.step % every == 0
        else:
            due = progress.batch == 0 and progress.recent_loss_count >= every
        if due:
            yield from self._evaluate()

    def sample_if_due(self) -> Iterator[TrainEvent]:
        """Sample at an interval of epochs or steps, or else after each evaluation.

        The final sample is `finish`'s.
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

        Comes after all other parts of a step, so that a resume repeats or skips none of them;
        the last step is saved by `finish`.
        """
        if self.reason_to_end:
            return
        overdue = self.watch.elapsed() - self.last_save >= self.settings.save_every
        if self.save_due or self.best_due or overdue:
            yield from self.save()

    def keep_if_due(self) -> None:
        """Keep the weights for lenses every `keep_every` steps, those before the first included.

        Comes before the save of the same step, from which a resume goes on after it. No event
        tells of it: the record is the same whether or not anything is kept.
        """
        every, step = self.settings.keep_every, self.progress.step
        # Of a folder that is gone the save says so, and the next save comes at once.
        if not every or step % every or not self.own_folder.is_there:
            return
        path = kept_file(self.run.folder, step)
        progress = replace(self.progress, elapsed_s=self.watch.elapsed())
        save_checkpoint(WeightsOnly(self.learner.snapshot(progress)), path)

    def convert_minutes(self) -> Iterator[TrainEvent]:
        """Convert minutes to steps by the speed so far, once, and again after an engine switch.

        The time between steps counts, so it waits for the first evaluation, within limits.
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
        """Write the last checkpoint, and the best one if this is the best.

        Good weights are never overwritten by ones that are not finite. Raises
        `CheckpointError` if the run's folder is gone, after saving to a new one.
        """
        folder = self.run.folder
        # The best one first: after a kill in between, a resume from `last` writes it again.
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
        """Evaluate in full, sample and save; a `Stop` meanwhile skips to the save."""
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
        """Wait for the next commands with the clock stopped."""
        self.watch.stop()
        commands = inbox.wait()
        self.watch.start()
        return commands

    def execute(self, command: Command) -> Iterator[TrainEvent]:
        """Execute a command."""
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

    # Details of the above.

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
        """Set the budget in steps, 0 until it is measured, also in `run.toml`."""
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
        chars = self.info.val_chars_per_unit if measure else self.info.chars_per_unit
        return self.event(
            Evaluated,
            train_loss=self.progress.train_loss,
            val_loss=measure.loss if measure else None,
            bits_per_char=shown.bits_per_char / chars,
            perplexity=min(shown.perplexity, 1e300),
            accuracy=shown.accuracy,
            best=best,
            full=full,
            train_accuracy=shown.train_accuracy,
        )

    def _evaluate_in_full(self, report: ReportProgress) -> Iterator[TrainEvent]:
        """Evaluate the last weights, and the best if they differ, on all held-out data."""
        progress = self.progress
        if not self.info.eval_chars or (self.last_full and self.last_full.step == progress.step):
            return
        last_is_best = progress.best_step == progress.step
        share = self.info.val_chars / self.info.eval_chars
        seconds = self.warmup.seconds_per_evaluation * share * (1 if last_is_best else 2)
        if seconds >= ANNOUNCED_S:
            yield self.event(
                Warned,
                sentence=f"The final evaluation on all {self.info.val_chars:,} held-out"
                f" {self.info.unit} takes about {duration(seconds)}; stopping skips it.",
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
            yield self.event(Warned, sentence=f"The best network can't be evaluated: {error}")
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
            yield self.event(Warned, sentence=f"The learning rate stays at {old:g}.")
            return
        self.progress = replace(self.progress, rate_scale=scale)
        yield self.event(Changed, setting="learning_rate", old=old, new=rate)

    def _roll_back(self) -> Iterator[TrainEvent]:
        if self.progress.best_loss is None:
            yield self.event(Warned, sentence="Can't roll back: there is no best checkpoint yet.")
            return
        try:
            before = self.learner.restore(self.run.folder.best)
        except CheckpointError as error:
            yield self.event(Warned, sentence=f"Can't roll back: {error}")
            return
        yield self.event(RolledBack, to_step=before.step)
