"""The settings of a classifier's training run, with their bounds and help. Needs no torch."""

from dataclasses import dataclass
from typing import Literal

from rnntui.errors import ConfigError
from rnntui.nets.classifier_config import ClassifierConfig, Head, Pooling
from rnntui.nets.config import fields_from
from rnntui.text.labelled.choices import End, Side, Units
from rnntui.training.settings.common import CommonSettings
from rnntui.training.settings.declaring import setting, varied

InitialWeights = Literal["torch", "keras"]


@dataclass(frozen=True)
class ClassifyConfig(CommonSettings):
    """The configuration of a classifier's run; each field has its help in `about`.

    Raises `ConfigError` for a value out of bounds or settings that contradict each
    other; the sentence names the flag.
    """

    hidden_size: int = varied(CommonSettings, "hidden_size", 64)
    num_layers: int = varied(CommonSettings, "num_layers", 1)
    dropout: float = varied(CommonSettings, "dropout", about="Dropout on the output layer's input.")
    initial_weights: InitialWeights = varied(
        CommonSettings, "initial_weights", about="Weight initialisation: as torch or as keras."
    )
    val_fraction: float = varied(
        CommonSettings,
        "val_fraction",
        0.2,
        "Fraction of the texts, chosen at random, held out for validation.",
    )
    batch_size: int = varied(CommonSettings, "batch_size", 64, "Texts per batch.")
    learning_rate: float = varied(CommonSettings, "learning_rate", 1e-3)
    eval_every: int = varied(
        CommonSettings,
        "eval_every",
        about="Steps between evaluations; 0 evaluates at the end of each epoch.",
    )
    pooling: Pooling = setting(
        "last",
        "network",
        "Pooling over time: the last hidden state, or the mean or maximum.",
    )
    head: Head = setting(
        "softmax", "network", "Output layer: a softmax over all classes, or one sigmoid for two."
    )
    units: Units = setting(
        "words",
        "text",
        "Units of a text: words without punctuation, tokens between white space, or characters.",
    )
    vocab_size: int = setting(
        0, "text", "Vocabulary size, four reserved ids included; 0 takes all tokens.", 0, 10_000_000
    )
    min_count: int = setting(1, "text", "Minimum count of a token in the vocabulary.", 1, 1_000_000)
    max_length: int = setting(
        0, "text", "Maximum tokens read of a text; 0 reads all.", 0, 1_000_000
    )
    keep: End = setting("last", "text", "Which end of a longer text is kept.")
    padding: Side = setting(
        "behind",
        "text",
        "Padding of shorter texts: in front, where the network reads it, too, or behind, where it"
        " changes nothing.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.padding == "front" and not self.max_length:
            raise ConfigError("--padding front needs a length to pad to: give --max-length.")

    def model(self, vocab_size: int, classes: int) -> ClassifierConfig:
        """The architecture for a vocabulary of that size and that number of classes.

        Raises `ConfigError` if the head doesn't fit the classes.
        """
        sizes = {"vocab_size": vocab_size, "classes": classes}
        return ClassifierConfig(**{**fields_from(self, ClassifierConfig), **sizes})
