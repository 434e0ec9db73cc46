"""The settings that forms show and the help explains: those that a newcomer wants.

A recipe file, or the command line, has them all.
"""

from typing import Final

CHARACTERS: Final = (
    "cell",
    "hidden_size",
    "num_layers",
    "input_encoding",
    "embedding_size",
    "dropout",
    "batch_size",
    "seq_length",
    "window",
    "optimizer",
    "learning_rate",
    "schedule",
    "epochs",
    "steps",
    "minutes",
    "val_fraction",
    "units",
    "seed",
    "keep_every",
)
"""Of a network that generates text."""

CLASSIFICATION: Final = (
    "cell",
    "hidden_size",
    "num_layers",
    "input_encoding",
    "embedding_size",
    "pooling",
    "head",
    "dropout",
    "units",
    "vocab_size",
    "max_length",
    "padding",
    "batch_size",
    "optimizer",
    "learning_rate",
    "epochs",
    "patience",
    "val_fraction",
    "seed",
)
"""Of a classifier."""
