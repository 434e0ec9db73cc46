"""The settings of every training run, whatever its task, each declared here only.

A task's configuration builds on `CommonSettings`: it adds settings of its own, and gives another
default or sentence to some of these (see `varied`). Needs no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from rnntui.errors import ConfigError
from rnntui.nets.cells import find_cell, known_cells
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.config import InitialWeights, InputEncoding
from rnntui.training.settings.declaring import check_settings, setting, with_changes

OptimizerName = Literal["adam", "adamw", "rmsprop", "rmsprop-keras", "adagrad", "sgd"]
ScheduleName = Literal["constant", "step", "cosine"]
ADAM_BETA_2: Final = 0.999


@dataclass(frozen=True)
class CommonSettings:
    """The configuration of a training run of any task; each field has its help in `about`.

    Raises `ConfigError` for a value out of bounds or settings that contradict each
    other; the sentence names the flag.
    """

    cell: str = setting(
        "lstm", "network", "Recurrent cell; one of your own by its file.", known=known_cells
    )
    nonlinearity: Nonlinearity = setting(
        "tanh", "network", "Activation of a vanilla RNN; other cells have their own."
    )
    input_encoding: InputEncoding = setting(
        "embedding", "network", "Input encoding: a learned embedding, or one-hot."
    )
    embedding_size: int = setting(64, "network", "Embedding size.", 1, 4096)
    hidden_size: int = setting(128, "network", "Hidden units in each recurrent layer.", 1, 8192)
    num_layers: int = setting(2, "network", "Recurrent layers.", 1, 64)
    dropout: float = setting(0.0, "network", "Dropout on each layer's outputs.", 0.0, 0.95)
    initial_weights: InitialWeights = setting(
        "torch",
        "network",
        "Weight initialisation: as torch or as keras, normal: 0.01·N(0, 1), or orthogonal:"
        " recurrent weights orthogonal, forget gate open.",
    )
    val_fraction: float = setting(
        0.1, "text", "Fraction of the text held out for validation.", 0.0, 0.9
    )
    batch_size: int = setting(32, "batches", "Sequences per batch.", 1, 65_536)
    optimizer: OptimizerName = setting("adam", "optimizer", "Optimiser.")
    weight_decay: float = setting(
        0.0, "optimizer", "Weight decay of adamw, times the learning rate in each step.", 0.0, 10.0
    )
    beta_2: float = setting(
        ADAM_BETA_2, "optimizer", "Decay rate of Adam's mean squared gradient.", 0.0, 0.99999
    )
    learning_rate: float = setting(
        2e-3, "optimizer", "Learning rate; the peak of its schedule.", 1e-8, 100.0
    )
    schedule: ScheduleName = setting("constant", "optimizer", "Learning rate schedule.")
    warmup_steps: int = setting(
        0, "optimizer", "Warm-up steps, over which the learning rate rises from 0.", 0, 10_000_000
    )
    decay_factor: float = setting(0.5, "optimizer", "Factor of each `step` decay.", 0.0, 1.0)
    decay_epochs: float = setting(5.0, "optimizer", "Epochs between `step` decays.", 0.001, 1e9)
    final_learning_rate: float = setting(
        0.0, "optimizer", "Final value of `cosine`, as a fraction of the learning rate.", 0.0, 1.0
    )
    clip_norm: float = setting(5.0, "optimizer", "Gradient norm clip; 0 disables.", 0.0, 1e9)
    clip_value: float = setting(
        0.0, "optimizer", "Gradient clip by value, element by element; 0 disables.", 0.0, 1e9
    )
    epochs: int = setting(0, "budget", "Epochs; 0 where another budget is set.", 0, 1_000_000_000)
    steps: int = setting(
        0, "budget", "Optimiser steps; 0 where another budget is set.", 0, 1_000_000_000_000
    )
    minutes: float = setting(
        0.0,
        "budget",
        "Minutes, converted to steps once the speed is known; 0 where another budget is set.",
        0.0,
        1e6,
    )
    patience: int = setting(
        0, "budget", "Evaluations without improvement before stopping; 0 disables.", 0, 1_000_000
    )
    eval_every: int = setting(
        0, "pace", "Steps between evaluations; 0 chooses by the text's size.", 0, 1_000_000_000
    )
    save_every: float = setting(30.0, "pace", "Seconds between checkpoints.", 0.0, 1e6)
    keep_every: int = setting(
        0,
        "pace",
        "Steps between small checkpoints kept for lenses, weights only; 0 keeps none.",
        0,
        1_000_000_000,
    )
    seed: int = setting(1, "machine", "Random seed.", 0, 2**31 - 1)
    device: str = setting("auto", "machine", "Device: auto, cpu, cuda, cuda:N or mps.")
    threads: int = setting(0, "machine", "CPU threads; 0 for torch's default.", 0, 1024)

    def __post_init__(self) -> None:
        find_cell(self.cell)  # which may make it known
        check_settings(self)
        if self.weight_decay and self.optimizer != "adamw":
            raise ConfigError("--weight-decay needs --optimizer adamw.")
        if self.beta_2 != ADAM_BETA_2 and self.optimizer not in ("adam", "adamw"):
            raise ConfigError("--beta-2 needs --optimizer adam or adamw.")

    def replaced(self, changes: Mapping[str, object]) -> Self:
        """This configuration with some settings changed.

        A budget among `changes` replaces the current one. Raises
        `ConfigError` for an unknown name or a value out of bounds.
        """
        return with_changes(self, changes)
