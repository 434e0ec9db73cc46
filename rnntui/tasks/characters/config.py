"""Every setting of a training of characters, with its bounds and its sentence of help.

One list for all that show or read settings: command-line flags, recipe files,
`run.toml` and the form on screen are made from the fields below. Needs no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rnntui.nets.config import (
    Cell,
    Connections,
    DropoutMasks,
    InitialWeights,
    InputEncoding,
    ModelConfig,
    Nonlinearity,
)
from rnntui.sampling.modes import Mode
from rnntui.text.normalisation import Normalisation
from rnntui.text.val_split import ValSplit
from rnntui.training.optimizer_settings import (
    ADAM_BETA_2,
    OptimizerName,
    ScheduleName,
    check_optimizer,
)
from rnntui.training.settings import (
    BUDGETS,
    check_settings,
    choices,
    flag,
    setting,
    with_changes,
)

__all__ = ["BUDGETS", "TrainConfig", "choices", "flag"]

StateCarry = Literal["always", "epoch", "never"]
Engine = Literal["auto", "torch", "compiled", "numpy"]
Precision = Literal["auto", "float32", "float16"]
Remainder = Literal["drop", "keep"]
SampleStart = Literal["prime", "text"]
Section = Literal["network", "text", "batches", "optimizer", "budget", "pace", "machine"]


@dataclass(frozen=True)
class TrainConfig:
    """A complete configuration of a training; see each field's `about`.

    Raises `ConfigError` where a value is out of bounds or two contradict each
    other; the sentence names the flag.
    """

    cell: Cell = setting("lstm", "network", "Recurrent layer.")
    nonlinearity: Nonlinearity = setting(
        "tanh", "network", "Activation of a vanilla RNN; other cells have their own."
    )
    input_encoding: InputEncoding = setting(
        "embedding", "network", "How a character enters: a learnt vector, or one-hot."
    )
    embedding_size: int = setting(64, "network", "Numbers in a character's learnt vector.", 1, 4096)
    hidden_size: int = setting(128, "network", "Units in each recurrent layer.", 1, 8192)
    num_layers: int = setting(2, "network", "Recurrent layers.", 1, 64)
    connections: Connections = setting(
        "plain",
        "network",
        "How layers are stacked: plain, or residual, which adds a layer's input to its output.",
    )
    dropout: float = setting(
        0.0, "network", "Share of each layer's outputs dropped in training.", 0.0, 0.95
    )
    embedding_dropout: float = setting(
        0.0,
        "network",
        "Share of the numbers in characters' learnt vectors dropped in training, at each"
        " position anew.",
        0.0,
        0.95,
    )
    dropout_masks: DropoutMasks = setting(
        "position",
        "network",
        "Whether dropout of outputs draws anew at each position, or once for a whole sequence.",
    )
    initial_weights: InitialWeights = setting(
        "torch",
        "network",
        "Whose distributions the weights start from; normal: 0.01·N(0, 1); orthogonal: recurrent"
        " weights orthogonal, a forget gate open.",
    )
    forget_bias: float = setting(
        0.0,
        "network",
        "Added to the initial bias of an LSTM's forget gate and a GRU's update gate; 1 starts"
        " them open, so that gradients reach further back.",
        -10.0,
        10.0,
    )
    normalise: tuple[str, ...] = setting(
        (),
        "text",
        "Changes to the text: gutenberg (without its header and licence), chapter-1 (or another"
        " alone), nfc, nfd-jamo, lowercase, join-lines; may be repeated.",
    )
    min_count: int = setting(
        1,
        "text",
        "Characters that occur less often become one unknown symbol, which is never generated;"
        " 1: none.",
        1,
        1_000_000_000,
    )
    val_fraction: float = setting(
        0.1, "text", "Share of the text held out for validation.", 0.0, 0.9
    )
    val_split: ValSplit = setting(
        "tail",
        "text",
        "What is held out: the tail of the text, or lines spread over it, as for a list.",
    )
    batch_size: int = setting(32, "batches", "Sequences in a batch.", 1, 65_536)
    seq_length: int = setting(
        64, "batches", "Characters through which a gradient flows back (stream batches).", 1, 65_536
    )
    window: int = setting(
        0,
        "batches",
        "Train on shuffled windows of that many characters, each predicting the next one;"
        " 0: on streams with carried state.",
        0,
        65_536,
    )
    state_carry: StateCarry = setting(
        "epoch",
        "batches",
        "How long the hidden state is carried: always, within an epoch, or never.",
    )
    remainder: Remainder = setting(
        "drop",
        "batches",
        "The last, shorter piece of the text: dropped, or a batch like the others"
        " (one sequence, state never carried).",
    )
    optimizer: OptimizerName = setting("adam", "optimizer", "How gradients change the weights.")
    weight_decay: float = setting(
        0.0,
        "optimizer",
        "How far adamw shrinks the weights in a step, as a share of the learning rate.",
        0.0,
        10.0,
    )
    beta_2: float = setting(
        ADAM_BETA_2, "optimizer", "What Adam's mean square keeps of itself in a step.", 0.0, 0.99999
    )
    average_decay: float = setting(
        0.0,
        "optimizer",
        "What a running average of the weights, which then writes and is measured, keeps of"
        " itself in a step; 0: no average.",
        0.0,
        0.99999,
    )
    learning_rate: float = setting(
        2e-3, "optimizer", "Learning rate, the highest of its schedule.", 1e-8, 100.0
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
    epochs: int = setting(0, "budget", "Passes over the text; 0: another budget.", 0, 1_000_000_000)
    steps: int = setting(0, "budget", "Optimiser steps; 0: another budget.", 0, 1_000_000_000_000)
    minutes: float = setting(
        0.0, "budget", "Minutes, made steps once the speed is known; 0: another budget.", 0.0, 1e6
    )
    patience: int = setting(
        0, "budget", "Evaluations without a better one before stopping; 0: never.", 0, 1_000_000
    )
    eval_every: int = setting(
        0, "pace", "Steps between evaluations; 0: chosen from the text.", 0, 1_000_000_000
    )
    save_every: float = setting(30.0, "pace", "Seconds between checkpoints.", 0.0, 1e6)
    sample_every: int = setting(
        0, "pace", "Steps between samples; 0: at each evaluation.", 0, 1_000_000_000
    )
    sample_every_epochs: int = setting(
        0, "pace", "Epochs between samples; 0: as --sample-every says.", 0, 1_000_000_000
    )
    sample_length: int = setting(200, "pace", "Characters in each sample.", 1, 1_000_000)
    sample_mode: Mode = setting("random", "pace", "How the characters of samples are chosen.")
    sample_start: SampleStart = setting(
        "prime",
        "pace",
        "What samples start from: the prime, or random places in the text.",
    )
    seed: int = setting(1, "machine", "Where all randomness comes from.", 0, 2**31 - 1)
    engine: Engine = setting("auto", "machine", "What computes a training step.")
    device: str = setting("auto", "machine", "auto, cpu, cuda, cuda:N or mps.")
    precision: Precision = setting(
        "auto",
        "machine",
        "Numbers that are multiplied: float32, or float16, which CUDA devices are faster with"
        " and which auto takes there. Weights are float32 in any case.",
    )
    threads: int = setting(0, "machine", "Processor threads; 0: as torch chooses.", 0, 1024)

    def __post_init__(self) -> None:
        check_settings(self)
        check_optimizer(self)
        # In one order, so that the same steps are the same configuration.
        object.__setattr__(self, "normalise", Normalisation(self.normalise).steps)

    @property
    def carries_state(self) -> bool:
        """Whether a batch goes on from the state that the one before it left."""
        return not self.window and self.state_carry != "never"

    def model(self, vocab_size: int) -> ModelConfig:
        """The network that this configuration asks for over a vocabulary."""
        return ModelConfig(
            vocab_size=vocab_size,
            cell=self.cell,
            nonlinearity=self.nonlinearity,
            input_encoding=self.input_encoding,
            embedding_size=self.embedding_size,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            dropout=self.dropout,
            embedding_dropout=self.embedding_dropout,
            window=self.window,
            connections=self.connections,
        )

    def replaced(self, changes: Mapping[str, object]) -> "TrainConfig":
        """This configuration with some settings changed.

        A budget among `changes` takes the place of whichever was set. Raises
        `ConfigError` for an unknown name or a value out of bounds.
        """
        return with_changes(self, changes)
