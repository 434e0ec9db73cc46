"""Every setting of a training of a classifier, with its bounds and its sentence of help.

As `config.py` for networks that write. Needs no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rnntui.errors import ConfigError
from rnntui.nets.classifier_config import ClassifierConfig, Head, Pooling
from rnntui.nets.config import Cell, InputEncoding, Nonlinearity
from rnntui.text.labelled.choices import End, Side, Units
from rnntui.training.optimizer_settings import (
    ADAM_BETA_2,
    OptimizerName,
    ScheduleName,
    check_optimizer,
)
from rnntui.training.settings import check_settings, setting, with_changes

InitialWeights = Literal["torch", "keras"]


@dataclass(frozen=True)
class ClassifyConfig:
    """A complete configuration of a classifier's training; see each field's `about`.

    Raises `ConfigError` where a value is out of bounds or two contradict each
    other; the sentence names the flag.
    """

    cell: Cell = setting("lstm", "network", "Recurrent layer.")
    nonlinearity: Nonlinearity = setting(
        "tanh", "network", "Activation of a vanilla RNN; other cells have their own."
    )
    input_encoding: InputEncoding = setting(
        "embedding", "network", "How a token enters: a learnt vector, or one-hot."
    )
    embedding_size: int = setting(64, "network", "Numbers in a token's learnt vector.", 1, 4096)
    hidden_size: int = setting(64, "network", "Units in each recurrent layer.", 1, 8192)
    num_layers: int = setting(1, "network", "Recurrent layers.", 1, 64)
    pooling: Pooling = setting(
        "last",
        "network",
        "What the head reads: the last hidden state, or the mean or maximum over time.",
    )
    head: Head = setting(
        "softmax", "network", "A score for each class, or one score for two of them."
    )
    dropout: float = setting(
        0.0, "network", "Share of what the head reads that is dropped in training.", 0.0, 0.95
    )
    initial_weights: InitialWeights = setting(
        "torch", "network", "Whose distributions the weights start from."
    )
    units: Units = setting(
        "words",
        "text",
        "What a text is cut into: words without punctuation, tokens between white space,"
        " or characters.",
    )
    vocab_size: int = setting(
        0, "text", "Ids in all, four of them reserved; 0: as many as there are.", 0, 10_000_000
    )
    min_count: int = setting(
        1, "text", "How often a token must occur to be in the vocabulary.", 1, 1_000_000
    )
    max_length: int = setting(
        0, "text", "Tokens of a text that are read; 0: all of them.", 0, 1_000_000
    )
    keep: End = setting("last", "text", "Which end of a text that is too long is read.")
    padding: Side = setting(
        "behind",
        "text",
        "Where shorter texts are filled up: in front the network reads the filling, too;"
        " behind it changes nothing.",
    )
    val_fraction: float = setting(
        0.2, "text", "Share of the texts, chosen at random, held out for validation.", 0.0, 0.9
    )
    batch_size: int = setting(64, "batches", "Texts in a batch.", 1, 65_536)
    optimizer: OptimizerName = setting("adam", "optimizer", "How gradients change the weights.")
    weight_decay: float = setting(
        0.0,
        "optimizer",
        "How far adamw shrinks the weights in a step, as a share of the learning rate.",
        0.0,
        10.0,
    )
    beta_2: float = setting(
        ADAM_BETA_2,
        "optimizer",
        "What Adam's mean square keeps of itself in a step.",
        0.0,
        0.99999,
    )
    learning_rate: float = setting(
        1e-3, "optimizer", "Learning rate, the highest of its schedule.", 1e-8, 100.0
    )
    schedule: ScheduleName = setting(
        "constant", "optimizer", "How the learning rate moves over the training."
    )
    warmup_steps: int = setting(
        0, "optimizer", "Steps over which the learning rate climbs from zero.", 0, 10_000_000
    )
    decay_factor: float = setting(
        0.5, "optimizer", "What `step` multiplies the learning rate by.", 0.0, 1.0
    )
    decay_epochs: float = setting(
        5.0, "optimizer", "Epochs from one decay of `step` to the next.", 0.001, 1e9
    )
    final_learning_rate: float = setting(
        0.0, "optimizer", "Where `cosine` ends, as a share of the learning rate.", 0.0, 1.0
    )
    clip_norm: float = setting(
        5.0, "optimizer", "Largest norm of all gradients together; 0: no bound.", 0.0, 1e9
    )
    clip_value: float = setting(
        0.0, "optimizer", "Largest size of any one gradient element; 0: no bound.", 0.0, 1e9
    )
    epochs: int = setting(0, "budget", "Passes over the texts.", 0, 1_000_000_000)
    steps: int = setting(0, "budget", "Optimiser steps.", 0, 1_000_000_000_000)
    minutes: float = setting(
        0.0, "budget", "Minutes, turned into steps once the speed is known.", 0.0, 1e6
    )
    patience: int = setting(
        0, "budget", "Evaluations without a better one before stopping; 0: never.", 0, 1_000_000
    )
    eval_every: int = setting(
        0,
        "pace",
        "Steps between evaluations; 0: one at the end of each epoch.",
        0,
        1_000_000_000,
    )
    save_every: float = setting(30.0, "pace", "Seconds between checkpoints.", 0.0, 1e6)
    seed: int = setting(1, "machine", "Where all randomness comes from.", 0, 2**31 - 1)
    device: str = setting("auto", "machine", "auto, cpu, cuda, cuda:N or mps.")
    threads: int = setting(0, "machine", "Processor threads; 0: as torch chooses.", 0, 1024)

    def __post_init__(self) -> None:
        check_settings(self)
        check_optimizer(self)
        if self.padding == "front" and not self.max_length:
            raise ConfigError("--padding front fills up to a length: give it by --max-length.")

    def model(self, vocab_size: int, classes: int) -> ClassifierConfig:
        """The network that this configuration asks for over a vocabulary and so many classes.

        Raises `ConfigError` where the head doesn't suit the classes.
        """
        return ClassifierConfig(
            vocab_size=vocab_size,
            classes=classes,
            cell=self.cell,
            nonlinearity=self.nonlinearity,
            input_encoding=self.input_encoding,
            embedding_size=self.embedding_size,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            dropout=self.dropout,
            pooling=self.pooling,
            head=self.head,
        )

    def replaced(self, changes: Mapping[str, object]) -> "ClassifyConfig":
        """This configuration with some settings changed.

        A budget among `changes` takes the place of whichever was set. Raises
        `ConfigError` for an unknown name or a value out of bounds.
        """
        return with_changes(self, changes)
