"""The settings of a character network's training run, with their bounds and help.

Command-line flags, recipe files, `run.toml` and the form on screen are all made from the fields
below and those of `CommonSettings`. Needs no torch.
"""

from dataclasses import dataclass
from typing import Literal

from rnntui.errors import ConfigError
from rnntui.nets.config import Connections, DropoutMasks, ModelConfig, fields_from
from rnntui.sampling.modes import Mode
from rnntui.text.normalisation import Normalisation
from rnntui.text.unit_kinds import BYTES, Units
from rnntui.text.val_split import ValSplit
from rnntui.training.settings.common import CommonSettings
from rnntui.training.settings.declaring import setting

StateCarry = Literal["always", "epoch", "never"]
Engine = Literal["auto", "torch", "compiled", "numpy"]
Precision = Literal["auto", "float32", "float16"]
Remainder = Literal["drop", "keep"]
SampleStart = Literal["prime", "text"]


@dataclass(frozen=True)
class TrainConfig(CommonSettings):
    """The configuration of a character network's run; each field has its help in `about`.

    Raises `ConfigError` for a value out of bounds or settings that contradict each
    other; the sentence names the flag.
    """

    connections: Connections = setting(
        "plain",
        "network",
        "Connections between layers: plain, or residual: a layer's input is added to its output.",
    )
    embedding_dropout: float = setting(
        0.0,
        "network",
        "Dropout on embeddings, with a new mask at each position.",
        0.0,
        0.95,
    )
    dropout_masks: DropoutMasks = setting(
        "position",
        "network",
        "Dropout masks: a new one at each position, or one for a whole sequence.",
    )
    forget_bias: float = setting(
        0.0,
        "network",
        "Initial bias added to the forget gate of lstm and minlstm and gru's update gate; 1 opens"
        " them, so that gradients reach further back.",
        -10.0,
        10.0,
    )
    normalise: tuple[str, ...] = setting(
        (),
        "text",
        "Text normalisation: gutenberg (removes header and licence), chapter-1 (or another: keeps"
        " that alone), nfc, nfd-jamo, lowercase, join-lines; may be repeated.",
    )
    units: Units = setting(
        "characters",
        "text",
        "What the network reads and generates one at a time: characters, words, bytes (of any"
        " file) or subwords (needs the extra 'subwords').",
    )
    min_count: int = setting(
        1,
        "text",
        "Minimum count of a character or word; rarer ones become one unknown symbol, which is"
        " never generated. 1 keeps all characters, and words that occur twice.",
        1,
        1_000_000_000,
    )
    vocabulary_size: int = setting(
        0,
        "text",
        "Most symbols of a vocabulary of words or subwords; 0 keeps all words, and makes 2,000"
        " subwords.",
        0,
        1_000_000,
    )
    val_split: ValSplit = setting(
        "tail",
        "text",
        "Validation split: the tail of the text, or lines spread over it (for lists).",
    )
    seq_length: int = setting(
        64, "batches", "Sequence length of truncated BPTT (stream batches).", 1, 65_536
    )
    window: int = setting(
        0,
        "batches",
        "Window length: train on shuffled windows, each predicting the next character; 0 trains"
        " on streams with carried state.",
        0,
        65_536,
    )
    state_carry: StateCarry = setting(
        "epoch",
        "batches",
        "When the hidden state is carried over: always, within an epoch, or never.",
    )
    remainder: Remainder = setting(
        "drop",
        "batches",
        "Last, shorter piece of the text: drop it, or keep it as a batch of its own"
        " (one sequence, state never carried).",
    )
    average_decay: float = setting(
        0.0,
        "optimizer",
        "Decay of an exponential moving average of the weights, which then generates and is"
        " evaluated; 0 disables.",
        0.0,
        0.99999,
    )
    sample_every: int = setting(
        0, "pace", "Steps between samples; 0 samples at each evaluation.", 0, 1_000_000_000
    )
    sample_every_epochs: int = setting(
        0, "pace", "Epochs between samples; 0 uses --sample-every.", 0, 1_000_000_000
    )
    sample_length: int = setting(200, "pace", "Characters per sample.", 1, 1_000_000)
    sample_mode: Mode = setting("random", "pace", "Sampling mode of the samples.")
    sample_start: SampleStart = setting(
        "prime",
        "pace",
        "Start of the samples: the prime, or random places in the text.",
    )
    engine: Engine = setting("auto", "machine", "Engine that computes training steps.")
    precision: Precision = setting(
        "auto",
        "machine",
        "Precision of matrix products: float32, or float16, which is faster on CUDA and the"
        " default there. Weights stay float32.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        # Sorted, so that the same steps are the same configuration.
        object.__setattr__(self, "normalise", Normalisation(self.normalise).steps)
        if self.units == "bytes" and self.normalise:
            raise ConfigError(
                "--units bytes reads a file as it is; leave --normalise out, or use another"
                " --units."
            )
        if self.vocabulary_size and self.units not in ("words", "subwords"):
            raise ConfigError("--vocabulary-size needs --units words or subwords.")

    @property
    def read_as(self) -> str | None:
        """The text encoding that these units ask for; None where it is detected."""
        return BYTES if self.units == "bytes" else None

    @property
    def carries_state(self) -> bool:
        """Whether the hidden state is carried from batch to batch."""
        return not self.window and self.state_carry != "never"

    def model(self, vocab_size: int) -> ModelConfig:
        """The architecture for a vocabulary of that size."""
        return ModelConfig(**{**fields_from(self, ModelConfig), "vocab_size": vocab_size})
