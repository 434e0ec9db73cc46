"""A character network trained with torch: any cell, on any of torch's devices.

Reference for the method: truncated back-propagation through time with carried
state (Williams and Peng 1990; Graves 2013).
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.averaging import average_decay_at
from rnntui.nets.char_model import CharModel, State, build_model
from rnntui.nets.initial_weights import forget_gate_biases, initial_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.evaluation import evaluate
from rnntui.tasks.characters.model_loading import model_of
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.samples import generate_sample
from rnntui.text.batches import Batch
from rnntui.training.learner import LearnerInfo, StepOutcome
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.optimizing.cuda_graph import Recorded, Work
from rnntui.training.optimizing.devices import device_for, mixes_precision
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.optimizing.optimizers import (
    build_optimizer,
    clip_gradients,
    optimizer_tensors,
    restore_optimizer,
)
from rnntui.training.optimizing.ranks import ALONE, Order, Ranks, Task
from rnntui.training.optimizing.threads import use_threads
from rnntui.training.optimizing.weights import copies, load_weights
from rnntui.training.progress import Progress

LOSS_SCALE = 1024.0
"""Loss scaling in float16, where small gradients would underflow (Micikevicius et al. 2018,
section 3.2)."""


class TorchLearner:
    """Model, optimiser and carried state of a run (see `Learner`)."""

    def __init__(self, run: Run, ranks: Ranks = ALONE) -> None:
        """Make the network, new or from the run's checkpoint, to be trained by `ranks`.

        Raises `ConfigError` for an unavailable device.
        """
        self._run, self._config, self._ranks = run, run.config, ranks
        self._device = device_for(self._config.engine, ranks.device(self._config.device))
        use_threads(self._config.threads)
        self._learned, self._held_out = run.parts
        self._batches = run.batches
        self._model: CharModel = build_model(
            self._config.model(len(run.corpus.vocabulary)), self._config.seed
        ).to(self._device)
        self._built: torch.optim.Optimizer | None = None
        self._kept: Floats32ByName = {}  # for the optimiser, once it is built
        own = ranks.part(self._config.batch_size)
        self._state: State = self._model.zero_state(own.stop - own.start)
        self._dropout = torch.Generator(self._device)
        mixed = mixes_precision(self._config.precision, self._device)
        self._ways: list[Work] = [partial(self._losses, False)]
        if mixed:
            self._ways.insert(0, partial(self._losses, True))
        if self._device.type == "cuda":
            # The float32 fallback is too rare to be worth a recording.
            self._ways[0] = Recorded(self._ways[0], self._dropout)
        if (how := self._config.initial_weights) != "torch":
            drawn = initial_weights(self._model.config, how, self._config.seed)
            load_weights(self._model, drawn)
        for name, bias in forget_gate_biases(self._model.config, self._config.forget_bias).items():
            self._model.get_parameter(name).data += torch.from_numpy(bias).to(self._device)
        if run.init_weights is not None:
            load_weights(self._model, run.init_weights)
        averages = self._config.average_decay and ranks.is_first  # the others only train
        self._average = copy.deepcopy(self._model) if averages else None
        if run.resume_from is not None:
            self.load(run.resume_from)

    @property
    def info(self) -> LearnerInfo:
        """Sizes of the network and its data."""
        return replace(self._run.info(str(self._device)), processes=self._ranks.count)

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Batch, forward, backward, clip, update."""
        position = (progress.step, progress.epoch, progress.batch)
        self._ranks.lead(Order(Task.STEP, *position, learning_rate))
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        batch = self._batches.batch(progress.epoch, progress.batch)
        own = self._ranks.part(len(batch.inputs))
        inputs, targets = self._tensors(batch, own)
        state = self._state_for(len(inputs), progress)
        for way in self._ways if len(inputs) else [self._no_losses]:
            # Masks depend on seed and step alone, so that no generator state must be saved.
            self._dropout.manual_seed(self._ranks.seed((self._config.seed << 32) ^ progress.step))
            loss, gradients, after = way(inputs, targets, *state)
            share = len(inputs) / len(batch.inputs)
            loss, gradients = self._ranks.mean(loss, gradients, share)
            for weight, gradient in zip(self._model.parameters(), gradients, strict=True):
                weight.grad = gradient
            grad_norm = clip_gradients(self._model, self._config)
            # Gradients that overflow in float16 may be finite in float32.
            if math.isfinite(grad_norm):
                break
        value = loss.item()
        require_finite("loss", progress.step + 1, value)
        require_finite("gradient", progress.step + 1, grad_norm)
        self._optimizer.step()
        self._move_averages(progress.step + 1)
        # A copy: a recorded step overwrites its results, and may have to be computed again.
        self._state = tuple(part.clone() for part in after)
        return StepOutcome(value, grad_norm, self._batches.characters_per_batch, "torch")

    def _losses(
        self, mixed: bool, inputs: torch.Tensor, targets: torch.Tensor, *state: torch.Tensor
    ) -> tuple[torch.Tensor, Sequence[torch.Tensor], State]:
        """The mean loss of a batch, the gradients of the weights, and the state after it.

        `mixed` uses float16 in matrix products; all results are of the weights' type.
        """
        masks, kind = self._config.dropout_masks, self._model.head.weight.dtype
        with torch.autocast(self._device.type, torch.float16, enabled=mixed):
            logits, after = self._model(inputs, state, self._dropout, masks)  # [B, T, V]
        loss = functional.cross_entropy(logits.to(kind).flatten(0, 1), targets.flatten())
        scale = LOSS_SCALE if mixed else 1.0
        gradients = torch.autograd.grad(loss * scale, list(self._model.parameters()))
        if mixed:
            gradients = torch._foreach_div(gradients, scale)
        return loss.detach(), gradients, tuple(part.detach().to(kind) for part in after)

    def _no_losses(
        self,
        inputs: torch.Tensor,  # noqa: ARG002
        targets: torch.Tensor,  # noqa: ARG002
        *state: torch.Tensor,
    ) -> tuple[torch.Tensor, Sequence[torch.Tensor], State]:
        """The same of no sequences: of a last batch smaller than the number of ranks."""
        nothing = [torch.zeros_like(weight) for weight in self._model.parameters()]
        return nothing[0].new_zeros(()), nothing, state

    def evaluate(self) -> Measure:
        """Evaluate on the held-out prefix that an evaluation in mid-run reads."""
        return evaluate(self._used, self._held_out[: self._run.eval_chars])

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Evaluate on all held-out characters."""
        return evaluate(self._used, self._held_out, report)

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Evaluate a checkpoint on all held-out characters. Raises `CheckpointError`."""
        return evaluate(model_of(load_checkpoint(path)).to(self._device), self._held_out, report)

    def sample(self, length: int, step: int) -> tuple[str, str]:
        """Generate a sample: its prime and the next characters. Raises `SamplingError`."""
        return generate_sample(self._run, self.weights(step), length)

    def weights(self, step: int) -> NetworkWeights:
        """A copy of the weights to sample from."""
        return NetworkWeights(self._model.config, copies(self._used), step)

    def snapshot(self, progress: Progress) -> Checkpoint:
        """The state that a resume starts from."""
        self._ranks.lead(Order(Task.HAND_IN_STATE))
        state = {
            name: part.float().numpy()
            for name, part in zip(self._model.config.state_tensors, self.carried(), strict=False)
        }
        kept = self._kept
        if self._built is not None:
            kept = optimizer_tensors(self._built, self._model)
        averages = {} if self._average is None else copies(self._average)
        header = self._run.header(progress)
        return Checkpoint(header, copies(self._model), kept, state, averages)

    def untrained(self) -> Checkpoint:
        """The state before the first step."""
        averages = {} if self._average is None else copies(self._average)
        return Checkpoint(self._run.header(Progress()), copies(self._model), {}, {}, averages)

    def carried(self) -> Sequence[torch.Tensor]:
        """The state carried to the next batch, of all ranks on rank 0; empty if none is."""
        state = self._state if self._config.carries_state else ()
        return self._ranks.whole_state(state, self._config.batch_size)

    def restore(self, path: Path) -> Progress:
        """Restore weights, optimiser and carried state from a checkpoint; returns its progress."""
        checkpoint = load_checkpoint(path)
        self.load(checkpoint)
        return checkpoint.header.progress

    def put_weights(self, weights: Floats32ByName) -> None:
        """Load weights for evaluation only."""
        load_weights(self._used, weights)

    @property
    def parameters(self) -> Sequence[torch.Tensor]:
        """The weights."""
        return list(self._model.parameters())

    @property
    def _used(self) -> CharModel:
        """The network for sampling and evaluation: the average if there is one."""
        return self._model if self._average is None else self._average

    @torch.no_grad()
    def _move_averages(self, step: int) -> None:
        if self._average is None:
            return
        way = 1.0 - average_decay_at(self._config.average_decay, step)
        torch._foreach_lerp_(list(self._average.parameters()), list(self._model.parameters()), way)

    @property
    def _optimizer(self) -> torch.optim.Optimizer:
        """The optimiser, built at the first step: loading it takes torch a second."""
        if self._built is None:
            self._built = build_optimizer(self._config, self._model)
            if self._kept:
                restore_optimizer(self._built, self._model, self._kept)
        return self._built

    def _tensors(self, batch: Batch, own: slice) -> tuple[torch.Tensor, torch.Tensor]:
        return (
            torch.from_numpy(batch.inputs[own]).to(self._device),
            torch.from_numpy(batch.targets[own]).to(self._device),
        )

    def _state_for(self, sequences: int, progress: Progress) -> State:
        new_epoch = self._config.state_carry == "epoch" and progress.batch == 0
        if new_epoch or not self._config.carries_state:
            return self._model.zero_state(sequences)
        return self._state

    def load(self, checkpoint: Checkpoint) -> None:
        """Load weights, optimiser and carried state from a checkpoint in memory."""
        load_weights(self._model, checkpoint.weights)
        if self._average is not None:
            load_weights(self._average, checkpoint.averages)
        self._kept, self._built = checkpoint.optimizer, None
        if checkpoint.state:
            own = self._ranks.part(self._config.batch_size)
            self._state = tuple(
                torch.from_numpy(np.array(checkpoint.state[part][:, own])).to(like)
                for part, like in zip(self._model.config.state_tensors, self._state, strict=True)
            )
