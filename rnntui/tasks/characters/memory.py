"""The memory that the training of a character network takes, estimated from its settings."""

from rnntui.nets.config import parameter_count
from rnntui.nets.cost import saving_bytes, training_bytes
from rnntui.tasks.characters.config import TrainConfig


def characters_bytes(config: TrainConfig, vocab_size: int) -> tuple[int, int]:
    """Memory that a step of a network on characters takes, and what saving it takes beside."""
    model = config.model(vocab_size)
    length = config.window or config.seq_length
    step = training_bytes(model, config.batch_size, length)
    return step, saving_bytes(parameter_count(model))
