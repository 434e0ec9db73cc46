"""The torch network of a checkpoint."""

from rnntui.nets.char_model import CharModel, build_model
from rnntui.tasks.characters.checkpoint import Checkpoint
from rnntui.training.optimizing.weights import load_weights


def model_of(checkpoint: Checkpoint) -> CharModel:
    """Make a network on the CPU with a checkpoint's weights for sampling and evaluation."""
    model = build_model(checkpoint.header.model, seed=0)
    load_weights(model, checkpoint.network)
    return model
