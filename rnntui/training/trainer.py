"""The training loop: a generator that fits a network to a text and tells what happens.

It prints nothing, draws nothing and keeps no thread: whoever iterates decides
what becomes of the events. All that decides a weight is a function of the
configuration, the text and the step, so a resumed run repeats one that was
never stopped, bit for bit, on the same machine and thread count.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.errors import CheckpointError, RnntuiError, SamplingError
from rnntui.nets.char_model import CharModel, State, build_model
from rnntui.nets.config import STATE_TENSORS, parameter_count
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.fast_step import Weights
from rnntui.sampling.stream import CharacterStream
from rnntui.text.batches import Batch, Batches
from rnntui.text.vocabulary import substitute_unknown
from rnntui.training.checkpoints import (
    Checkpoint,
    Header,
    Progress,
    load_checkpoint,
    save_checkpoint,
)
from rnntui.training.commands import (
    Command,
    Continue,
    Deaf,
    Inbox,
    Pause,
    RollBack,
    SaveNow,
    SetLearningRate,
    SetSampleLength,
    SingleStep,
    Stop,
    Unseen,
    WeightsOutlet,
)
from rnntui.training.corpus_note import note_of
from rnntui.training.devices import find_device, out_of_memory_sentence
from rnntui.training.evaluation import Measure, evaluate
from rnntui.training.events import (
    Changed,
    Continued,
    Evaluated,
    Failed,
    Finished,
    Paused,
    Resumed,
    RolledBack,
    Sampled,
    Saved,
    Started,
    Step,
    TrainEvent,
    Warned,
)
from rnntui.training.model_loading import load_weights, model_of
from rnntui.training.optimizers import build_optimizer, optimizer_tensors, restore_optimizer
from rnntui.training.run import Run, total_steps
from rnntui.training.run_folder import write_configuration
from rnntui.training.schedules import Schedule

Clock = Callable[[], float]
E = TypeVar("E", bound=TrainEvent)

MEASURED_STEPS = 20
"""Steps after which a budget in minutes becomes a number of steps."""

RATE_SECONDS = 1.0
"""Over about how long the speed that a `Step` reports is averaged."""


def train(
    run: Run,
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    clock: Clock = time.perf_counter,
    recorded: int = 0,
) -> Iterator[TrainEvent]:
    """Fit a network to `run`, yielding what happens as it happens.

    The last event is `Finished` or `Failed`. `inbox` is read once per step, so
    a command takes effect within one step and always at a whole optimiser
    step; `outlet` is given copies of the weights when it wants them. `recorded`
    is the number of events that the run's record holds already.

    Reference for the method: truncated back-propagation through time with
    carried state (Williams and Peng 1990; Graves 2013).
    """
    inbox, outlet = inbox or Deaf(), outlet or Unseen()
    fit = _Fit(run, clock, recorded)
    try:
        yield from fit.open()
        outlet.publish(fit.weights())
        while not fit.finished:
            commands = inbox.take()
            while commands or fit.paused:
                for command in commands:
                    if not fit.finished:
                        yield from fit.obey(command)
                if fit.finished or not fit.paused:
                    break
                if outlet.wanted():
                    outlet.publish(fit.weights())
                commands = fit.waiting_for(inbox)
            if fit.finished:
                break
            if reason := fit.reason_to_end:
                yield from fit.finish(reason)
                break
            yield from fit.step()
            yield from fit.evaluate_if_due()
            yield from fit.sample_if_due()
            yield from fit.save_if_due()
            if outlet.wanted():
                outlet.publish(fit.weights())
        outlet.publish(fit.weights())
    except RnntuiError as error:
        yield fit.event(Failed, sentence=str(error))
    except (RuntimeError, MemoryError) as error:
        if not (sentence := out_of_memory_sentence(error)):
            raise
        yield fit.event(Failed, sentence=sentence)


@dataclass
class _Watch:
    """Seconds spent in training, which stand still during a pause."""

    clock: Clock
    before: float = 0.0
    since: float | None = None

    def elapsed(self) -> float:
        return self.before + (0.0 if self.since is None else self.clock() - self.since)

    def start(self) -> None:
        if self.since is None:
            self.since = self.clock()

    def stop(self) -> None:
        self.before, self.since = self.elapsed(), None


class _Fit:
    """A training at its current step; each method is a part of the loop in `train`."""

    def __init__(self, run: Run, clock: Clock, recorded: int) -> None:
        self.run, self.config = run, run.config
        self.device = find_device(self.config.device)
        if self.config.threads:
            torch.set_num_threads(self.config.threads)
        self.learnt, self.held_out = run.parts
        self.batches: Batches = run.batches
        self.model: CharModel = build_model(
            self.config.model(len(run.corpus.vocabulary)), self.config.seed
        ).to(self.device)
        self.optimizer = build_optimizer(self.config, self.model)
        self.state: State = self.model.zero_state(self.config.batch_size)
        self.dropout = torch.Generator(self.device)
        self.progress = Progress(total_steps=total_steps(self.config, self._per_epoch))
        self.watch = _Watch(clock)
        self.finished = self.paused = self.pause_after_step = False
        self.save_due = self.best_due = False
        self.sample_length = self.config.sample_length
        self.seconds_per_step = self.timed_seconds = 0.0
        self.timed_steps = 0
        self.last_save = 0.0
        self.last_full: Evaluated | None = None
        if run.init_weights is not None:
            load_weights(self.model, run.init_weights)
        if run.resume_from is not None:
            self._restore(run.resume_from)
        self.progress = replace(self.progress, events=recorded)

    # What the training is at the moment.

    @property
    def _per_epoch(self) -> int:
        return self.batches.batches_per_epoch

    @property
    def reason_to_end(self) -> str:
        """Why no further step should be taken; empty while there is no reason."""
        progress = self.progress
        if 0 < self.config.patience <= progress.stale:
            return "patience"
        return "budget" if 0 < progress.total_steps <= progress.step else ""

    @property
    def carries_state(self) -> bool:
        """Whether a batch goes on from the state that the one before it left."""
        return not self.config.window and self.config.state_carry != "never"

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        config, progress = self.config, self.progress
        decay_steps = max(1, round(config.decay_epochs * self._per_epoch))
        schedule = Schedule(
            config.schedule,
            config.warmup_steps,
            progress.total_steps,
            config.decay_factor,
            decay_steps,
            config.final_learning_rate,
        )
        return config.learning_rate * progress.rate_scale * schedule.factor(progress.step)

    def weights(self) -> Weights:
        """A copy of the weights that will not change any more."""
        arrays = {
            name: weight.detach().to("cpu", torch.float32, copy=True).numpy()
            for name, weight in self.model.named_parameters()
        }
        return Weights(self.model.config, arrays, self.progress.step)

    def event(self, kind: type[E], **values: Any) -> E:
        """An event of this moment; the record will have one line more."""
        self.progress = replace(self.progress, events=self.progress.events + 1)
        return kind(step=self.progress.step, elapsed_s=self.watch.elapsed(), **values)

    # The parts of the loop.

    def open(self) -> Iterator[TrainEvent]:
        """Say what begins, and save it, so that a kill at any moment has something to resume."""
        corpus = self.run.corpus
        self.watch.start()
        yield self.event(
            Started if self.run.resume_from is None else Resumed,
            run=self.run.folder.name,
            corpus=corpus.name,
            parameters=parameter_count(self.model.config),
            vocab_size=len(corpus.vocabulary),
            train_chars=len(self.learnt),
            val_chars=len(self.held_out),
            eval_chars=self.run.eval_chars,
            batches_per_epoch=self._per_epoch,
            total_steps=self.progress.total_steps,
            device=str(self.device),
        )
        for notice in self.run.notices:
            yield self.event(Warned, sentence=notice)
        if self.run.resume_from is None:
            yield from self.save()

    def step(self) -> Iterator[TrainEvent]:
        """Learning rate, batch, forward, backward, clip, update."""
        began = self.watch.clock()
        progress, rate = self.progress, self.learning_rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = self._tensors(self.batches.batch(progress.epoch, progress.batch))
        state = self._state_for(len(inputs))
        # Masks depend on the seed and the step alone, so no generator state needs keeping.
        self.dropout.manual_seed((self.config.seed << 32) ^ progress.step)
        logits, after = self.model(inputs, state, self.dropout)  # [B, T, V]
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        grad_norm = self._clip()
        value = loss.item()
        _require_finite("loss", progress.step + 1, value)
        _require_finite("gradient", progress.step + 1, grad_norm)
        self.optimizer.step()
        self.state = tuple(part.detach() for part in after)
        self._advance(value)
        self._measure_speed(self.watch.clock() - began)
        yield self.event(
            Step,
            epoch=progress.epoch + (progress.batch + 1) / self._per_epoch,
            loss=value,
            learning_rate=rate,
            grad_norm=grad_norm,
            chars_per_second=self.batches.characters_per_batch / self.seconds_per_step,
        )
        yield from self._settle_minutes()
        if self.pause_after_step:
            yield from self._pause()

    def evaluate_if_due(self) -> Iterator[TrainEvent]:
        """Measure on the held-out prefix every `eval_every` steps.

        Where nothing is held out, an epoch is judged by its own losses when it
        ends, at least so many steps after the one before.
        """
        progress, every = self.progress, self.config.eval_every
        if self.run.eval_chars:
            due = progress.step % every == 0
        else:
            due = progress.batch == 0 and progress.recent_loss_count >= every
        if due:
            yield from self._evaluate()

    def sample_if_due(self) -> Iterator[TrainEvent]:
        """Write a sample every `sample_every` steps, or after each evaluation.

        The end of the training has its own.
        """
        every, progress = self.config.sample_every, self.progress
        due = progress.step % every == 0 if every else not progress.recent_loss_count
        if due and not self.reason_to_end:
            yield self._sample()

    def save_if_due(self) -> Iterator[TrainEvent]:
        """Save a new best, and every `save_every` seconds, which no weight depends on.

        Nothing is saved before all that belongs to a step is done, so that a
        resume leaves none of it out; the last step is saved at the end of `finish`.
        """
        if self.reason_to_end:
            return
        overdue = self.watch.elapsed() - self.last_save >= self.config.save_every
        if self.save_due or self.best_due or overdue:
            yield from self.save()

    def save(self) -> Iterator[TrainEvent]:
        """Write the last checkpoint, and the same as the best one where it is that.

        Weights that are not finite are not written over good ones.
        """
        folder = self.run.folder
        # The best one first: a kill in between then leaves `last` to come by it again.
        paths = (folder.best, folder.last) if self.best_due else (folder.last,)
        self.last_save = self.watch.elapsed()
        kept = self.progress.events + len(paths)
        self.progress = replace(self.progress, elapsed_s=self.watch.elapsed())
        checkpoint = self._checkpoint(replace(self.progress, events=kept))
        for arrays in (checkpoint.weights, checkpoint.optimizer, checkpoint.state):
            _require_finite("network", self.progress.step, *arrays.values())
        save_checkpoint(checkpoint, *paths)
        self.save_due = self.best_due = False
        for path in paths:
            yield self.event(Saved, path=str(path))

    def finish(self, reason: str) -> Iterator[TrainEvent]:
        """Evaluate in full, write a last sample, save."""
        self.finished = True
        progress = self.progress
        if progress.recent_loss_count and (self.run.eval_chars or progress.best_loss is None):
            yield from self._evaluate()
        yield from self._evaluate_in_full()
        yield self._sample()
        yield from self.save()
        yield self.event(Finished, reason=reason)

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
                yield self.event(Finished, reason="stopped")
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

    def _tensors(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        return (
            torch.from_numpy(batch.inputs).to(self.device),
            torch.from_numpy(batch.targets).to(self.device),
        )

    def _state_for(self, sequences: int) -> State:
        new_epoch = self.config.state_carry == "epoch" and self.progress.batch == 0
        if new_epoch or not self.carries_state:
            return self.model.zero_state(sequences)
        return self.state

    def _clip(self) -> float:
        """Bound the gradients; returns their norm before that."""
        weights = list(self.model.parameters())
        bound = self.config.clip_norm or math.inf
        norm = float(torch.nn.utils.clip_grad_norm_(weights, bound))
        if self.config.clip_value:
            torch.nn.utils.clip_grad_value_(weights, self.config.clip_value)
        return norm

    def _advance(self, loss: float) -> None:
        progress = self.progress
        if progress.batch == 0:
            progress = replace(progress, epoch_loss_sum=0.0, epoch_loss_count=0)
        last_of_epoch = progress.batch + 1 == self._per_epoch
        self.progress = replace(
            progress,
            step=progress.step + 1,
            epoch=progress.epoch + last_of_epoch,
            batch=0 if last_of_epoch else progress.batch + 1,
            epoch_loss_sum=progress.epoch_loss_sum + loss,
            epoch_loss_count=progress.epoch_loss_count + 1,
            recent_loss_sum=progress.recent_loss_sum + loss,
            recent_loss_count=progress.recent_loss_count + 1,
        )

    def _measure_speed(self, seconds: float) -> None:
        seconds = max(seconds, 1e-9)
        # The first step also sets things up, so it is no measure of those to come.
        self.timed_seconds += seconds if self.timed_steps else 0.0
        self.timed_steps += 1
        # A plain mean until a second is full, then one that forgets.
        weight = max(seconds / RATE_SECONDS, 1.0 / max(1, self.timed_steps - 1))
        self.seconds_per_step += min(1.0, weight) * (seconds - self.seconds_per_step)

    def _settle_minutes(self) -> Iterator[TrainEvent]:
        """Turn minutes into steps once, by the speed so far, and keep that from then on."""
        progress = self.progress
        if progress.total_steps or self.timed_steps < MEASURED_STEPS:
            return
        left = self.config.minutes * 60 - self.watch.elapsed()
        per_step = self.timed_seconds / (self.timed_steps - 1)
        steps = progress.step + max(0, int(left / per_step))
        self.progress = replace(progress, total_steps=steps)
        write_configuration(self.run.folder, self.run.tables(steps))
        yield self.event(Changed, setting="steps", old=0, new=steps)
        self.save_due = True

    def _evaluate(self) -> Iterator[TrainEvent]:
        progress = self.progress
        if progress.recent_loss_count:
            train_loss = progress.recent_loss_sum / progress.recent_loss_count
            progress = replace(progress, train_loss=train_loss)
        if self.run.eval_chars:
            measure = evaluate(self.model, self.held_out[: self.run.eval_chars])
            judged = measure.loss
        else:
            measure = None
            judged = progress.epoch_loss_sum / max(1, progress.epoch_loss_count)
        _require_finite("validation loss", progress.step, judged)
        better = progress.best_loss is None or judged < progress.best_loss
        progress = replace(progress, recent_loss_sum=0.0, recent_loss_count=0)
        if better:
            progress = replace(progress, best_loss=judged, best_step=progress.step, stale=0)
        else:
            progress = replace(progress, stale=progress.stale + 1)
        self.progress = progress
        full = self.run.eval_chars == len(self.held_out)
        event = self._evaluated(measure, best=better, full=full)
        self.last_full = event if full else None
        self.best_due = better
        yield event

    def _evaluated(self, measure: Measure | None, best: bool, full: bool) -> Evaluated:
        shown = measure or Measure(self.progress.train_loss, 0)
        return self.event(
            Evaluated,
            train_loss=self.progress.train_loss,
            val_loss=measure.loss if measure else None,
            bits_per_char=shown.bits_per_char,
            perplexity=min(shown.perplexity, 1e300),
            accuracy=None,
            best=best,
            full=full,
        )

    def _evaluate_in_full(self) -> Iterator[TrainEvent]:
        """Measure the last weights, and the best where they are others, on all that is held out."""
        progress = self.progress
        if not self.run.eval_chars or (self.last_full and self.last_full.step == progress.step):
            return
        measure = evaluate(self.model, self.held_out)
        _require_finite("validation loss", progress.step, measure.loss)
        last_is_best = progress.best_step == progress.step
        yield self._evaluated(measure, best=last_is_best, full=True)
        if last_is_best:
            return
        try:
            best = model_of(load_checkpoint(self.run.folder.best)).to(self.device)
        except CheckpointError as error:
            yield self.event(Warned, sentence=f"The best network can't be measured: {error}")
            return
        event = self._evaluated(evaluate(best, self.held_out), best=True, full=True)
        yield replace(event, step=progress.best_step)

    def _sample(self) -> Sampled | Warned:
        weights, vocabulary = self.weights(), self.run.corpus.vocabulary
        prime, _ = substitute_unknown(self.run.prime, vocabulary)
        seed = (self.config.seed << 32) ^ self.progress.step
        spec = SamplingSpec()
        stream = CharacterStream(lambda: weights, vocabulary, lambda: spec, prime, seed)
        try:
            text = "".join(next(stream).symbol for _ in range(self.sample_length))
        except SamplingError as error:
            return self.event(Warned, sentence=str(error))
        return self.event(Sampled, prime=prime, text=text)

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
            best = load_checkpoint(self.run.folder.best)
        except CheckpointError as error:
            yield self.event(Warned, sentence=f"There is no going back: {error}")
            return
        self._take(best)
        yield self.event(RolledBack, to_step=best.header.progress.step)

    def _restore(self, checkpoint: Checkpoint) -> None:
        before, budget = checkpoint.header.progress, self.progress.total_steps
        # Minutes that were turned into steps stay so, unless others are asked for.
        if not budget and checkpoint.header.config.minutes == self.config.minutes:
            budget = before.total_steps
        self.progress = replace(before, total_steps=budget)
        self.watch.before = self.last_save = before.elapsed_s
        self._take(checkpoint)

    def _take(self, checkpoint: Checkpoint) -> None:
        """Weights, optimiser and carried state of a checkpoint; the position stays."""
        load_weights(self.model, checkpoint.weights)
        restore_optimizer(self.optimizer, self.model, checkpoint.optimizer)
        if checkpoint.state:
            self.state = tuple(
                torch.from_numpy(np.array(checkpoint.state[part])).to(self.device)
                for part in STATE_TENSORS[self.model.config.cell]
            )

    def _checkpoint(self, progress: Progress) -> Checkpoint:
        corpus = self.run.corpus
        header = Header(
            run=self.run.folder.name,
            model=self.model.config,
            vocabulary=corpus.vocabulary,
            normalisation=corpus.normalisation,
            corpus=note_of(corpus),
            config=self.config,
            progress=progress,
        )
        carried = self.state if self.carries_state else ()
        parts = STATE_TENSORS[self.model.config.cell]
        state = {name: part.cpu().numpy() for name, part in zip(parts, carried, strict=False)}
        kept = optimizer_tensors(self.optimizer, self.model)
        return Checkpoint(header, self.weights().arrays, kept, state)


def _require_finite(what: str, step: int, *values: float | NDArray[np.float32]) -> None:
    """Raise `RnntuiError` for a NaN or an infinity, before it is recorded or saved."""
    if not all(np.isfinite(value).all() for value in values):
        raise RnntuiError(
            f"The {what} is no longer finite at step {step}; the last checkpoint is good."
            " Begin a new run from it by --init-from with a lower --learning-rate or a --clip-norm."
        )
