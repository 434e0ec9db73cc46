"""A classifier trained with torch."""

from pathlib import Path

import torch
from torch.nn import functional

from rnntui.nets.classifier import Classifier, build_classifier
from rnntui.nets.keras_weights import start_as_keras
from rnntui.tasks.classification.batches import batches_to_measure
from rnntui.tasks.classification.checkpoint import (
    ClassifierCheckpoint,
    RightAnswers,
    load_classifier,
)
from rnntui.tasks.classification.measure import ClassMeasure, measure_texts, on_device
from rnntui.tasks.classification.run import ClassifyRun
from rnntui.training.learner import LearnerInfo, StepOutcome
from rnntui.training.measure import Measure, ReportProgress, no_report
from rnntui.training.optimizing.devices import find_device
from rnntui.training.optimizing.finite import require_finite
from rnntui.training.optimizing.optimizers import (
    build_optimizer,
    clip_gradients,
    optimizer_tensors,
    restore_optimizer,
)
from rnntui.training.optimizing.threads import use_threads
from rnntui.training.optimizing.weights import copies, load_weights
from rnntui.training.progress import Progress


class ClassifyLearner:
    """Model, optimiser and texts of a run (see `Learner`)."""

    def __init__(self, run: ClassifyRun) -> None:
        """Make the network, new or from the run's checkpoint.

        Raises `ConfigError` for an unavailable device.
        """
        self._run, self._config = run, run.config
        self._device = find_device(self._config.device)
        use_threads(self._config.threads)
        self._batches = run.batches
        model = build_classifier(run.model, self._config.seed)
        if self._config.initial_weights == "keras":
            start_as_keras(model, self._config.seed)
        self._model = model.to(self._device)
        self._optimizer = build_optimizer(self._config, self._model)
        self._dropout = torch.Generator(self._device)
        self._tally = RightAnswers()
        if run.resume_from is not None:
            self._load(run.resume_from)
            self._tally = run.resume_from.header.tally

    @property
    def info(self) -> LearnerInfo:
        """Sizes of the network and its data."""
        return self._run.info(str(self._device))

    def step(self, progress: Progress, learning_rate: float) -> StepOutcome:
        """Batch, forward, backward, clip, update."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        batch = self._batches.batch(progress.epoch, progress.batch)
        ids, lengths, labels = on_device(batch, self._model)
        # Masks depend on seed and step alone, so that no generator state must be saved.
        self._dropout.manual_seed((self._config.seed << 32) ^ progress.step)
        scores = self._model(ids, lengths, self._dropout)  # [B, C]
        loss = functional.cross_entropy(scores, labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        grad_norm = clip_gradients(self._model, self._config)
        value = loss.item()
        require_finite("loss", progress.step + 1, value)
        require_finite("gradient", progress.step + 1, grad_norm)
        self._optimizer.step()
        right = int((scores.detach().argmax(1) == labels).sum())
        # An evaluation resets the count.
        before = self._tally if progress.recent_loss_count else RightAnswers()
        self._tally = RightAnswers(before.right + right, before.given + len(labels))
        return StepOutcome(value, grad_norm, len(labels), "torch")

    def evaluate(self) -> Measure:
        """Evaluate on all held-out texts, with the training accuracy since the last evaluation."""
        return self.evaluate_in_full()

    def evaluate_in_full(self, report: ReportProgress = no_report) -> Measure:
        """The same: every evaluation is in full."""
        measure, tally = self._measure(self._model, report), self._tally
        learned = tally.right / tally.given if tally.given else None
        return Measure(measure.loss, measure.texts, measure.accuracy, learned)

    def evaluate_saved(self, path: Path, report: ReportProgress = no_report) -> Measure:
        """Evaluate a checkpoint on all held-out texts. Raises `CheckpointError`."""
        measure = self._measure(classifier_of(load_classifier(path)).to(self._device), report)
        return Measure(measure.loss, measure.texts, measure.accuracy)

    def sample(self, length: int, step: int) -> None:  # noqa: ARG002
        """None: a classifier generates no text."""
        return

    def weights(self, step: int) -> None:  # noqa: ARG002
        """None: a classifier generates no text."""
        return

    def snapshot(self, progress: Progress) -> ClassifierCheckpoint:
        """The state that a resume starts from."""
        kept = optimizer_tensors(self._optimizer, self._model)
        return ClassifierCheckpoint(
            self._run.header(progress, self._tally), copies(self._model), kept
        )

    def restore(self, path: Path) -> Progress:
        """Restore weights and optimiser from a checkpoint; returns its progress."""
        checkpoint = load_classifier(path)
        self._load(checkpoint)
        return checkpoint.header.progress

    def _measure(self, model: Classifier, report: ReportProgress) -> ClassMeasure:
        run = self._run
        batches = batches_to_measure(run.examples, run.split.validation, self._config)
        return measure_texts(model, batches, report)

    def _load(self, checkpoint: ClassifierCheckpoint) -> None:
        load_weights(self._model, checkpoint.weights)
        restore_optimizer(self._optimizer, self._model, checkpoint.optimizer)


def classifier_of(checkpoint: ClassifierCheckpoint) -> Classifier:
    """Make a network on the CPU with a checkpoint's weights."""
    model = build_classifier(checkpoint.header.model, seed=0)
    load_weights(model, checkpoint.weights)
    return model
