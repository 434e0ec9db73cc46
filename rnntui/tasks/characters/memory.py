"""Estimate of the memory needed to train a character network."""

from rnntui.nets.config import parameter_count
from rnntui.nets.cost import saving_bytes, training_bytes
from rnntui.tasks.characters.config import TrainConfig


def characters_bytes(config: TrainConfig, vocab_size: int) -> tuple[int, int]:
    """Bytes needed by a step, and in addition by a save."""
    model = config.model(vocab_size)
    length = config.window or config.seq_length
    step = training_bytes(model, config.batch_size, length)
    return step, saving_bytes(parameter_count(model))
