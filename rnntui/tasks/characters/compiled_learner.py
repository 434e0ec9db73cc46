"""A character network trained by compiled kernels, from its first step or once they are ready.

A torch network beside it makes the initial weights, evaluates, and computes the steps until the
kernels are loaded: with `engine = "auto"` nobody waits for a compiler. From then on every step
is compiled, in a resume too, as the two round differently.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from rnntui.errors import RnntuiError
from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.compiled.preparation import Preparation
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.samples import generate_sample
from rnntui.tasks.characters.torch_learner import TorchLearner
from rnntui.training.learner import LearnerInfo, StepOutcome
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.progress import Progress

if TYPE_CHECKING:
    from rnntui.nets.compiled.network import CompiledNetwork

COMPILED = "compiled"
"""The engine of steps computed by compiled kernels."""


class CompiledLearner:
    """A compiled network and a torch network (see `Learner`)."""

    def __init__(self, run: Run, preparation: Preparation) -> None:
        """Make the torch network; the compiled one takes over at some step."""
        self._run, self._config = run, run.config
        self._torch = TorchLearner(run)
        self._preparation = preparation
        self._batches = run.batches
        self._network: CompiledNetwork | None = None
        self._state: Floats32ByName | None = None

    @property
    def info(self) -> LearnerInfo:
        """Sizes of the network and its data."""
        to_come = COMPILED if self._config.engine == "auto" and self._is_compiling else ""
        return replace(self._torch.info, engine_to_come=to_come)

    @property
    def _is_compiling(self) -> bool:
        last = self._run.resume_from
        if last is not None and last.header.progress.engine == COMPILED:
            return False
        if last is None:
            # The first step would wait for this anyway.
            self._preparation.wait_unless_compiling()
        return self._preparation.is_compiling

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Run a step with the engine of the previous one, or switch to the kernels once ready.

        Raises `RnntuiError` if the kernels are needed but not available.
        """
        if self._network is None and not self._is_compiled_next(progress):
            return self._torch.step(progress, learning_rate)
        network = self._network or self._switch_to_kernels(progress)
        batch = self._batches.batch(progress.epoch, progress.batch)
        outcome = network.step(
            batch.inputs,
            batch.targets,
            self._state_for(progress),
            (self._config.seed << 32) ^ progress.step,
            learning_rate,
        )
        require_finite("loss", progress.step + 1, outcome.loss)
        require_finite("gradient", progress.step + 1, outcome.grad_norm)
        self._state = outcome.state
        return StepOutcome(
            outcome.loss, outcome.grad_norm, self._batches.characters_per_batch, COMPILED
        )

    def evaluate(self) -> Measure:
        """Evaluate on the held-out prefix that an evaluation in mid-run reads."""
        self._update_torch()
        return self._torch.evaluate()

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Evaluate on all held-out characters."""
        self._update_torch()
        return self._torch.evaluate_in_full(report)

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Evaluate a checkpoint on all held-out characters. Raises `CheckpointError`."""
        return self._torch.evaluate_saved(path, report)

    def sample(self, length: int, step: int) -> tuple[str, str]:
        """Generate a sample: its prime and the next characters. Raises `SamplingError`."""
        return generate_sample(self._run, self.weights(step), length)

    def weights(self, step: int) -> NetworkWeights:
        """A copy of the weights to sample from: the averages if there are any."""
        if self._network is None:
            return self._torch.weights(step)
        return NetworkWeights(self._network.config, self._used(self._network), step)

    def snapshot(self, progress: Progress) -> Checkpoint:
        """The state that a resume starts from."""
        if self._network is None:
            return self._torch.snapshot(progress)
        state = self._state if self._config.carries_state else {}
        return Checkpoint(
            self._run.header(progress),
            self._network.weights(),
            self._network.optimizer_tensors(),
            self._zero_state() if state is None else state,
            self._network.averages(),
        )

    def restore(self, path: Path) -> Progress:
        """Restore weights, optimiser and carried state from a checkpoint; returns its progress."""
        checkpoint = load_checkpoint(path)
        if self._network is None:
            self._torch.load(checkpoint)
        else:
            self._load(self._network, checkpoint)
        return checkpoint.header.progress

    def _is_compiled_next(self, progress: Progress) -> bool:
        """Whether the next step is compiled; waits for the kernels if it must be."""
        preparation = self._preparation
        if self._config.engine == COMPILED or progress.engine == COMPILED:
            if not preparation.wait():
                raise RnntuiError(
                    f"{preparation.problem} Start a new run with --engine torch"
                    " --init-from this one."
                )
        elif not progress.engine:
            # Loading kernels takes no longer than torch takes to load an optimiser.
            preparation.wait_unless_compiling()
        return preparation.ready

    def _switch_to_kernels(self, progress: Progress) -> "CompiledNetwork":
        """Make the compiled network, with the state of the torch network."""
        from rnntui.nets.compiled.network import CompiledNetwork, Method
        from rnntui.nets.compiled.update import Adam

        config, checkpoint = self._config, self._torch.snapshot(progress)
        self._network = CompiledNetwork(
            checkpoint.header.model,
            config.batch_size,
            config.window or config.seq_length,
            config.threads or torch.get_num_threads(),
            checkpoint.weights,
            Method(
                masks=config.dropout_masks,
                optimizer=Adam(beta_2=config.beta_2, weight_decay=config.weight_decay),
                clip_norm=config.clip_norm,
                clip_value=config.clip_value,
                average_decay=config.average_decay,
            ),
        )
        self._load(self._network, checkpoint)
        return self._network

    def _load(self, network: "CompiledNetwork", checkpoint: Checkpoint) -> None:
        network.set_weights(checkpoint.weights)
        network.set_averages(checkpoint.averages)
        network.set_optimizer_tensors(checkpoint.optimizer)
        self._state = dict(checkpoint.state) or None

    def _update_torch(self) -> None:
        if self._network is not None:
            self._torch.put_weights(self._used(self._network))

    @staticmethod
    def _used(network: "CompiledNetwork") -> Floats32ByName:
        """The weights for sampling and evaluation: the averages if there are any."""
        return network.averages() or network.weights()

    def _state_for(self, progress: Progress) -> Floats32ByName | None:
        """The state before a batch; None for zeros."""
        new_epoch = self._config.state_carry == "epoch" and progress.batch == 0
        return None if new_epoch or not self._config.carries_state else self._state

    def _zero_state(self) -> dict[str, NDArray[np.float32]]:
        config = self._config.model(len(self._run.corpus.vocabulary))
        shape = (config.num_layers, self._config.batch_size, config.hidden_size)
        return {name: np.zeros(shape, np.float32) for name in config.state_tensors}
