"""The checkpoint of a classifier: all that a resume or a prediction needs.

Needs no torch. The container is that of all checkpoints (`checkpoint_file.py`); the header has
the kind `classifier`, the vocabulary of tokens and the classes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.classifier_config import ClassifierConfig, classifier_weight_shapes
from rnntui.tasks.checkpoint_header import CheckpointHeader, fields_alike, reading_header
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledProvenance
from rnntui.tasks.kinds import CLASSIFIER, header_parts
from rnntui.text.labelled.vocabulary import TokenVocabulary
from rnntui.training.checked_values import check_numbers
from rnntui.training.checkpoint_file import OpenCheckpoint, open_checkpoint, optimizer_shapes


@dataclass(frozen=True)
class RightAnswers:
    """Number of correct answers in training, among those given, since the last evaluation."""

    right: int = 0
    given: int = 0


@dataclass(frozen=True, kw_only=True)
class ClassifierHeader(
    CheckpointHeader[ClassifierConfig, TokenVocabulary, LabelledProvenance, ClassifyConfig]
):
    """The header of a classifier; `classes` are in the order of its outputs."""

    classes: tuple[str, ...]
    tally: RightAnswers


@dataclass(frozen=True)
class ClassifierCheckpoint:
    """The state of a classifier's training run.

    `weights` are named as in `classifier_weight_shapes`; `optimizer` is named
    `<weight>.<kept>`, mostly empty before the first step.
    """

    header: ClassifierHeader
    weights: Floats32ByName
    optimizer: Floats32ByName

    def groups(self) -> Mapping[str, Floats32ByName]:
        """The tensors by group and name."""
        return {"model": self.weights, "optimizer": self.optimizer}

    def about(self) -> Mapping[str, Any]:
        """The parts of the header."""
        header = self.header
        return {
            "kind": CLASSIFIER.name,
            **header.as_json(header.vocabulary.to_json(), classes=list(header.classes)),
            "tally": asdict(header.tally),
        }


def read_classifier_header(path: Path) -> ClassifierHeader:
    """Read a classifier's header without its tensors. Raises `CheckpointError`."""
    with open_checkpoint(path) as file:
        return _header(file)


def load_classifier(path: Path) -> ClassifierCheckpoint:
    """Read and check a classifier's checkpoint. Raises `CheckpointError`."""
    with open_checkpoint(path) as file:
        header = _header(file)
        weights = classifier_weight_shapes(header.model)
        expected = {
            "model": weights,
            "optimizer": optimizer_shapes(header.config.optimizer, weights),
        }
        groups = file.groups(expected, required=("model",))
        file.check_optimizer(groups["optimizer"], header.progress.step)
    return ClassifierCheckpoint(header, groups["model"], groups["optimizer"])


def _header(file: OpenCheckpoint) -> ClassifierHeader:
    parts = header_parts(file, CLASSIFIER)
    with reading_header(file):
        header = ClassifierHeader(
            **fields_alike(parts, ClassifierConfig, LabelledProvenance),
            vocabulary=TokenVocabulary.from_json(parts["vocabulary"]),
            classes=_classes(parts["classes"]),
            config=ClassifyConfig(**parts["config"]),
            tally=RightAnswers(**parts["tally"]),
        )
        check_numbers(header.tally)
        own = header.config.model(len(header.vocabulary), len(header.classes))
    if header.vocabulary.units != header.config.units:
        raise file.bad("its vocabulary and its configuration differ in units")
    # The configuration is checked for bounds and types, so this covers the network's, too.
    if header.model != own:
        raise file.bad("its network is not the one of its configuration and vocabulary")
    return replace(header, model=own)


def _classes(names: object) -> tuple[str, ...]:
    """The class names as a tuple. Raises `ValueError` unless they are distinct strings."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("the classes are not a list of names")
    if len(set(names)) != len(names):
        raise ValueError("a class is named twice")
    return tuple(names)
