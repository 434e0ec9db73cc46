"""Estimates from sizes alone: memory and arithmetic of a training step."""

from rnntui.nets.classifier_config import ClassifierConfig, classifier_parameter_count
from rnntui.nets.config import ModelConfig, parameter_count

_BYTES = 4  # of a float32
_COPIES_OF_WEIGHTS = 4  # a weight, its gradient, and Adam's two moments
_COPIES_WHILE_SAVING = (
    14  # of weights and moments: a snapshot, its bytes, the file, an engine's own
)


def training_bytes(config: ModelConfig, batch_size: int, length: int) -> int:
    """Approximate memory in bytes of a step over `batch_size` sequences of `length` characters.

    Weights, gradients and Adam's moments; for each character the input, each layer's gates and
    states, kept for the backward pass, and the scores twice.
    """
    per_character = config.input_size + 2 * config.vocab_size + _kept_by_layers(config)
    activations = batch_size * length * per_character
    return _BYTES * (_COPIES_OF_WEIGHTS * parameter_count(config) + activations)


def classifier_training_bytes(config: ClassifierConfig, batch_size: int, length: int) -> int:
    """Approximate memory in bytes of a step over `batch_size` texts of `length` tokens.

    Scores are per text, and one-hot inputs are never made.
    """
    body = config.body
    read = body.embedding_size if body.input_encoding == "embedding" else 0
    activations = batch_size * length * (read + _kept_by_layers(body))
    return _BYTES * (_COPIES_OF_WEIGHTS * classifier_parameter_count(config) + activations)


def saving_bytes(parameters: int) -> int:
    """Approximate upper bound in bytes of the memory to save a network while it trains."""
    return _BYTES * _COPIES_WHILE_SAVING * parameters


def _kept_by_layers(config: ModelConfig) -> int:
    """Numbers kept by the recurrent layers per time step for the backward pass."""
    return config.num_layers * (config.gates + 2) * config.hidden_size


def step_operations(config: ModelConfig, characters: int) -> float:
    """Approximate floating-point operations to train on so many characters.

    Two per weight and character forward, four backward; an embedding is looked up, not
    multiplied.
    """
    looked_up = 0
    if config.input_encoding == "embedding":
        looked_up = config.vocab_size * config.embedding_size
    return 6.0 * (parameter_count(config) - looked_up) * characters
