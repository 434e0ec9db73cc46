"""A character network trained by compiled functions, from its first step or once they are ready.

Beside the compiled network stands torch's, which makes the first weights,
measures, and computes the steps until the compiled functions are loaded: with
`engine = "auto"` nobody waits for a compiler. From then on every step is
compiled, in a resume too, as the two round differently.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from rnntui.errors import RnntuiError
from rnntui.nets.compiled.preparation import Preparation
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.checkpoint import Checkpoint, Progress, load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.samples import generate_sample
from rnntui.tasks.characters.torch_learner import TorchLearner
from rnntui.training.checkpoint_file import Arrays
from rnntui.training.learner import LearnerInfo, StepOutcome
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.optimizing.finite import require_finite

if TYPE_CHECKING:
    from rnntui.nets.compiled.network import CompiledNetwork

COMPILED = "compiled"
"""What a step that compiled functions computed is marked with."""


class CompiledLearner:
    """Compiled network, and torch's beside it (see `Learner`)."""

    def __init__(self, run: Run, preparation: Preparation) -> None:
        """Make the network in torch; the compiled one takes over in a step."""
        self._run, self._config = run, run.config
        self._torch = TorchLearner(run)
        self._preparation = preparation
        self._batches = run.batches
        self._network: CompiledNetwork | None = None
        self._state: Arrays | None = None

    @property
    def info(self) -> LearnerInfo:
        """What it is and what it learns from."""
        to_come = COMPILED if self._config.engine == "auto" and self._is_compiling else ""
        return replace(self._torch.info, engine_to_come=to_come)

    @property
    def _is_compiling(self) -> bool:
        last = self._run.resume_from
        if last is not None and last.header.progress.engine == COMPILED:
            return False
        if last is None:
            # Known at the first step anyway, which waits for it.
            self._preparation.wait_unless_compiling()
        return self._preparation.is_compiling

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Take the step with what computed the one before, or with what is ready by now.

        Raises `RnntuiError` where the compiled functions are needed and can't be had.
        """
        if self._network is None and not self._is_time(progress):
            return self._torch.step(progress, learning_rate)
        network = self._network or self._changed_over(progress)
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
        """Measure on the held-out prefix that an evaluation in mid-run reads."""
        self._bring_torch_up()
        return self._torch.evaluate()

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Measure on all that is held out."""
        self._bring_torch_up()
        return self._torch.evaluate_in_full(report)

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Measure a checkpoint in full; `CheckpointError` where it can't be read."""
        return self._torch.evaluate_saved(path, report)

    def sample(self, length: int, step: int) -> tuple[str, str]:
        """A sample: its prime and the next characters. Raises `SamplingError`."""
        return generate_sample(self._run, self.weights(step), length)

    def weights(self, step: int) -> NetworkWeights:
        """A copy of the weights to sample from: the averages where they are kept."""
        if self._network is None:
            return self._torch.weights(step)
        return NetworkWeights(self._network.config, self._used(self._network), step)

    def snapshot(self, progress: Progress) -> Checkpoint:
        """All that a resume needs."""
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
        """Take weights, optimiser and carried state from a checkpoint; returns how far it was."""
        checkpoint = load_checkpoint(path)
        if self._network is None:
            self._torch.load(checkpoint)
        else:
            self._take(self._network, checkpoint)
        return checkpoint.header.progress

    def _is_time(self, progress: Progress) -> bool:
        """Whether the next step is compiled; waits for that where there is no choice."""
        preparation = self._preparation
        if self._config.engine == COMPILED or progress.engine == COMPILED:
            if not preparation.wait():
                raise RnntuiError(
                    f"{preparation.problem} Begin a new run with --engine torch"
                    " --init-from this one."
                )
        elif not progress.engine:
            # Torch takes as long to load an optimiser as this does to load what was compiled.
            preparation.wait_unless_compiling()
        return preparation.ready

    def _changed_over(self, progress: Progress) -> "CompiledNetwork":
        """The compiled network, with all that torch's has."""
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
        self._take(self._network, checkpoint)
        return self._network

    def _take(self, network: "CompiledNetwork", checkpoint: Checkpoint) -> None:
        network.set_weights(checkpoint.weights)
        network.set_averages(checkpoint.averages)
        network.set_optimizer_tensors(checkpoint.optimizer)
        self._state = dict(checkpoint.state) or None

    def _bring_torch_up(self) -> None:
        if self._network is not None:
            self._torch.put_weights(self._used(self._network))

    @staticmethod
    def _used(network: "CompiledNetwork") -> Arrays:
        """The weights for sampling and evaluation: the averages where they are kept."""
        return network.averages() or network.weights()

    def _state_for(self, progress: Progress) -> Arrays | None:
        """What the batch begins with; None for zeros."""
        new_epoch = self._config.state_carry == "epoch" and progress.batch == 0
        return None if new_epoch or not self._config.carries_state else self._state

    def _zero_state(self) -> dict[str, NDArray[np.float32]]:
        config = self._config.model(len(self._run.corpus.vocabulary))
        shape = (config.num_layers, self._config.batch_size, config.hidden_size)
        return {name: np.zeros(shape, np.float32) for name in config.state_tensors}
