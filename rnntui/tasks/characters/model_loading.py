"""The torch network of a checkpoint."""

from rnntui.nets.char_model import CharModel, build_model
from rnntui.tasks.characters.checkpoint import Checkpoint
from rnntui.training.optimizing.weights import load_weights


def model_of(checkpoint: Checkpoint) -> CharModel:
    """A new network on the CPU with the weights that a checkpoint is to be used with."""
    model = build_model(checkpoint.header.model, seed=0)
    load_weights(model, checkpoint.network)
    return model
