"""A vanilla network trained with NumPy alone (see `nets/vanilla_rnn.py`)."""

import math
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnntui.nets import vanilla_rnn as network
from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.initial_weights import initial_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec, choose
from rnntui.sampling.stream import start_of_text
from rnntui.sampling.unknown import without_unknown
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.samples import sample_seed, sample_start
from rnntui.text.vocabulary import AnyIds
from rnntui.training.learner import LearnerInfo, StepOutcome
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.progress import Progress


class NumpyLearner:
    """Weights, Adagrad's sums and carried state of a run (see `Learner`)."""

    def __init__(self, run: Run) -> None:
        """Make the network, new or from the run's checkpoint."""
        self._run, config = run, run.config
        self._batches = run.batches
        self._held_out = run.parts[1]
        model = config.model(len(run.corpus.vocabulary))
        self._weights = initial_weights(model, config.initial_weights, config.seed)
        self._sums = {name: np.zeros_like(array) for name, array in self._weights.items()}
        self._state = np.zeros((config.batch_size, config.hidden_size), np.float32)
        if run.init_weights is not None:
            self._load_weights(run.init_weights)
        if run.resume_from is not None:
            self._load(run.resume_from)

    @property
    def info(self) -> LearnerInfo:
        """Sizes of the network and its data."""
        return self._run.info("cpu")

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Batch, forward, backward, clip, update."""
        config = self._run.config
        batch = self._batches.batch(progress.epoch, progress.batch)
        inputs, targets = batch.inputs.T, batch.targets.T  # [T, B]
        fresh = config.state_carry == "never" or (
            config.state_carry == "epoch" and progress.batch == 0
        )
        state = np.zeros_like(self._state) if fresh else self._state
        forward = network.read(self._weights, inputs, state)
        loss = network.mean_loss(forward, targets)
        slopes = network.gradients(self._weights, forward, targets)
        grad_norm = math.sqrt(sum(float(np.vdot(slope, slope)) for slope in slopes.values()))
        require_finite("loss", progress.step + 1, loss)
        require_finite("gradient", progress.step + 1, grad_norm)
        if config.clip_value:
            network.clip(slopes, config.clip_value)
        network.update(self._weights, slopes, self._sums, learning_rate)
        self._state = forward.hidden[-1]
        return StepOutcome(loss, grad_norm, targets.size, "numpy")

    def evaluate(self) -> Measure:
        """Evaluate on the held-out prefix that an evaluation in mid-run reads."""
        return self._measured(self._weights, self._held_out[: self._run.eval_chars])

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """Evaluate on all held-out characters."""
        return self._measured(self._weights, self._held_out, report)

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Evaluate a checkpoint on all held-out characters. Raises `CheckpointError`."""
        return self._measured(load_checkpoint(path).weights, self._held_out, report)

    def sample(self, length: int, step: int) -> tuple[str, str]:
        """Generate a sample: its prime and the next characters."""
        config, vocabulary = self._run.config, self._run.corpus.vocabulary
        start, spec = sample_start(self._run, step), SamplingSpec(config.sample_mode)
        draw = np.random.default_rng(sample_seed(self._run, step))
        read = vocabulary.encode(start or start_of_text(vocabulary)).tolist()
        generated: list[int] = []

        def chosen(probs: NDArray[np.float64]) -> int:
            after_space = (generated or read)[-1] == vocabulary.draws_after
            begins = vocabulary.begins_word
            if begins is not None and begins[int(np.argmax(probs))]:
                after_space = True
            generated.append(choose(probs, spec, after_space, draw.random()))
            return generated[-1]

        able = without_unknown(self.weights(step), vocabulary).arrays
        for _ in islice(network.generate(able, read, chosen), length):
            pass
        return start, vocabulary.decode(generated)

    def weights(self, step: int) -> NetworkWeights:
        """A copy of the weights to sample from."""
        model = self._run.config.model(len(self._run.corpus.vocabulary))
        return NetworkWeights(
            model, {name: array.copy() for name, array in self._weights.items()}, step
        )

    def snapshot(self, progress: Progress) -> Checkpoint:
        """The state that a resume starts from."""
        kept: dict[str, NDArray[np.float32]] = {}
        for name, total in self._sums.items():
            kept[f"{name}.step"] = np.array(progress.step, np.float32)
            kept[f"{name}.sum"] = total.copy()
        carried = self._run.config.state_carry != "never"
        state = {"h": self._state[None].copy()} if carried else {}
        weights = self.weights(progress.step).arrays
        return Checkpoint(self._run.header(progress), weights, kept, state)

    def restore(self, path: Path) -> Progress:
        """Restore weights, sums and carried state from a checkpoint; returns its progress."""
        checkpoint = load_checkpoint(path)
        self._load(checkpoint)
        return checkpoint.header.progress

    def _load(self, checkpoint: Checkpoint) -> None:
        self._load_weights(checkpoint.weights)
        for name, total in self._sums.items():
            # A checkpoint of step 0 may lack them.
            total[...] = checkpoint.optimizer.get(f"{name}.sum", 0.0)
        if checkpoint.state:
            self._state = np.array(checkpoint.state["h"][0])

    def _load_weights(self, weights: Floats32ByName) -> None:
        """Load weights; a network with more symbols keeps its own for the additional ones."""
        for name, array in self._weights.items():
            array[tuple(map(slice, weights[name].shape))] = weights[name]

    def _measured(
        self, weights: Floats32ByName, ids: AnyIds, report: ReportProgress = no_report
    ) -> Measure:
        """Evaluate with torch, as all engines do, so that figures are comparable."""
        from rnntui.nets.char_model import build_model
        from rnntui.tasks.characters.evaluation import evaluate
        from rnntui.training.optimizing.weights import load_weights

        model = build_model(self._run.config.model(len(self._run.corpus.vocabulary)), seed=0)
        load_weights(model, weights)
        return evaluate(model, ids, report)
