"""Evaluation of a classifier: loss and confusion matrix."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.nets.classifier import Classifier
from rnntui.tasks.classification.batches import TextBatch
from rnntui.training.measure import ReportProgress, no_report


@dataclass(frozen=True, eq=False)
class ClassMeasure:
    """Mean cross-entropy in nats, and `confusion` `[C, C]`: texts by true and predicted class."""

    loss: float
    confusion: NDArray[np.int64]

    @property
    def texts(self) -> int:
        """Number of texts."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of correct answers."""
        return float(np.trace(self.confusion)) / max(1, self.texts)


def measure_texts(
    model: Classifier, batches: Iterable[TextBatch], report: ReportProgress = no_report
) -> ClassMeasure:
    """Evaluate a network on texts; its mode is restored afterwards."""
    classes = model.config.classes
    confusion = np.zeros((classes, classes), dtype=np.int64)
    total = 0.0
    with torch.no_grad():
        for batch in batches:
            ids, lengths, labels = on_device(batch, model)
            scores = model(ids, lengths)  # [B, C]
            losses = functional.cross_entropy(scores, labels, reduction="none")
            total += float(losses.cpu().double().sum())
            np.add.at(confusion, (batch.labels, scores.argmax(1).cpu().numpy()), 1)
            report(len(labels))
    return ClassMeasure(total / max(1, int(confusion.sum())), confusion)


def on_device(
    batch: TextBatch, model: Classifier
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, lengths and labels as tensors on the model's device."""
    device = model.head.weight.device
    ids, lengths, labels = (
        torch.from_numpy(np.ascontiguousarray(part)).to(device)
        for part in (batch.ids, batch.lengths, batch.labels)
    )
    return ids, lengths, labels
