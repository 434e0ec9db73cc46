"""The memory that the training of a classifier takes, estimated from its settings."""

from rnntui.nets.classifier_config import classifier_parameter_count
from rnntui.nets.cost import classifier_training_bytes, saving_bytes
from rnntui.tasks.classification.config import ClassifyConfig


def classifier_bytes(
    config: ClassifyConfig, vocab_size: int, classes: int, longest: int
) -> tuple[int, int]:
    """Memory that a step takes, `longest` tokens a text, and what saving takes beside."""
    model = config.model(vocab_size, classes)
    step = classifier_training_bytes(model, config.batch_size, longest)
    return step, saving_bytes(classifier_parameter_count(model))
