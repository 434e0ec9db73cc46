"""Estimate of the memory needed to train a classifier."""

from rnntui.nets.classifier_config import classifier_parameter_count
from rnntui.nets.cost import classifier_training_bytes, saving_bytes
from rnntui.tasks.classification.config import ClassifyConfig


def classifier_bytes(
    config: ClassifyConfig, vocab_size: int, classes: int, longest: int
) -> tuple[int, int]:
    """Bytes needed by a step on texts of `longest` tokens, and in addition by a save."""
    model = config.model(vocab_size, classes)
    step = classifier_training_bytes(model, config.batch_size, longest)
    return step, saving_bytes(classifier_parameter_count(model))
