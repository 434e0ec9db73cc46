"""Every setting of a training, with its bounds and its sentence of help.

One list for all that show or read settings: command-line flags, recipe files,
`run.toml` and the form on screen are made from the fields below. Needs no torch.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

from rnntui.errors import ConfigError
from rnntui.nets.config import Cell, InputEncoding, ModelConfig, Nonlinearity
from rnntui.text.normalisation import Normalisation

OptimizerName = Literal["adam", "rmsprop", "adagrad", "sgd"]
ScheduleName = Literal["constant", "step", "cosine"]
StateCarry = Literal["always", "epoch", "never"]
Engine = Literal["auto", "torch"]
Section = Literal["network", "text", "batches", "optimizer", "budget", "pace", "machine"]


def _setting(
    default: Any,
    section: Section,
    about: str,
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """A field of `TrainConfig` with what flags, forms and checks need to know of it."""
    return field(
        default=default,
        metadata={"section": section, "about": about, "low": low, "high": high},
    )


@dataclass(frozen=True)
class TrainConfig:
    """A complete configuration of a training; see each field's `about`.

    Raises `ConfigError` where a value is out of bounds or two contradict each
    other; the sentence names the flag.
    """

    cell: Cell = _setting("lstm", "network", "Recurrent layer.")
    nonlinearity: Nonlinearity = _setting(
        "tanh", "network", "Activation of a vanilla RNN; other cells have their own."
    )
    input_encoding: InputEncoding = _setting(
        "embedding", "network", "How a character enters: a learnt vector, or one-hot."
    )
    embedding_size: int = _setting(
        64, "network", "Numbers in a character's learnt vector.", 1, 4096
    )
    hidden_size: int = _setting(128, "network", "Units in each recurrent layer.", 1, 8192)
    num_layers: int = _setting(2, "network", "Recurrent layers.", 1, 64)
    dropout: float = _setting(
        0.0, "network", "Share of each layer's outputs dropped in training.", 0.0, 0.95
    )
    normalise: tuple[str, ...] = _setting(
        (), "text", "Changes to the text: nfc, nfd-jamo, lowercase, join-lines; may be repeated."
    )
    val_fraction: float = _setting(
        0.1, "text", "Share of the text, its tail, held out for validation.", 0.0, 0.9
    )
    batch_size: int = _setting(32, "batches", "Sequences in a batch.", 1, 65_536)
    seq_length: int = _setting(
        64, "batches", "Characters through which a gradient flows back (stream batches).", 1, 65_536
    )
    window: int = _setting(
        0,
        "batches",
        "Train on shuffled windows of that many characters, each predicting the next one;"
        " 0: on streams with carried state.",
        0,
        65_536,
    )
    state_carry: StateCarry = _setting(
        "epoch",
        "batches",
        "How long the hidden state is carried: always, within an epoch, or never.",
    )
    optimizer: OptimizerName = _setting("adam", "optimizer", "How gradients change the weights.")
    learning_rate: float = _setting(
        2e-3, "optimizer", "Learning rate, the highest of its schedule.", 1e-8, 100.0
    )
    schedule: ScheduleName = _setting(
        "constant", "optimizer", "How the learning rate moves over the training."
    )
    warmup_steps: int = _setting(
        0, "optimizer", "Steps over which the learning rate climbs from zero.", 0, 10_000_000
    )
    decay_factor: float = _setting(
        0.5, "optimizer", "What `step` multiplies the learning rate by.", 0.0, 1.0
    )
    decay_epochs: float = _setting(
        5.0, "optimizer", "Epochs from one decay of `step` to the next.", 0.001, 1e9
    )
    final_learning_rate: float = _setting(
        0.0, "optimizer", "Where `cosine` ends, as a share of the learning rate.", 0.0, 1.0
    )
    clip_norm: float = _setting(
        5.0, "optimizer", "Largest norm of all gradients together; 0: no bound.", 0.0, 1e9
    )
    clip_value: float = _setting(
        0.0, "optimizer", "Largest size of any one gradient element; 0: no bound.", 0.0, 1e9
    )
    epochs: int = _setting(0, "budget", "Passes over the text.", 0, 1_000_000_000)
    steps: int = _setting(0, "budget", "Optimiser steps.", 0, 1_000_000_000_000)
    minutes: float = _setting(
        0.0, "budget", "Minutes, turned into steps once the speed is known.", 0.0, 1e6
    )
    patience: int = _setting(
        0, "budget", "Evaluations without a better one before stopping; 0: never.", 0, 1_000_000
    )
    eval_every: int = _setting(
        0, "pace", "Steps between evaluations; 0: chosen from the text.", 0, 1_000_000_000
    )
    save_every: float = _setting(30.0, "pace", "Seconds between checkpoints.", 0.0, 1e6)
    sample_every: int = _setting(
        0, "pace", "Steps between samples; 0: at each evaluation.", 0, 1_000_000_000
    )
    sample_length: int = _setting(200, "pace", "Characters in each sample.", 1, 1_000_000)
    seed: int = _setting(1, "machine", "Where all randomness comes from.", 0, 2**31 - 1)
    engine: Engine = _setting("auto", "machine", "What computes a training step.")
    device: str = _setting("auto", "machine", "auto, cpu, cuda, cuda:N or mps.")
    threads: int = _setting(0, "machine", "Processor threads; 0: as torch chooses.", 0, 1024)

    def __post_init__(self) -> None:
        for setting in fields(self):
            _check(setting, getattr(self, setting.name))
        if sum(bool(budget) for budget in (self.epochs, self.steps, self.minutes)) != 1:
            raise ConfigError("Give exactly one of --epochs, --steps and --minutes.")
        # In one order, so that the same steps are the same configuration.
        object.__setattr__(self, "normalise", Normalisation(self.normalise).steps)

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
            window=self.window,
        )

    def replaced(self, changes: Mapping[str, object]) -> "TrainConfig":
        """This configuration with some settings changed.

        A budget among `changes` takes the place of whichever was set. Raises
        `ConfigError` for an unknown name or a value out of bounds.
        """
        values = {setting.name: getattr(self, setting.name) for setting in fields(self)}
        for name in changes:
            if name not in values:
                raise ConfigError(f"There is no setting called '{name}'.")
        if any(changes.get(name) for name in BUDGETS):
            values.update(dict.fromkeys(BUDGETS, 0))
        values.update(changes)
        return TrainConfig(**values)


BUDGETS = ("epochs", "steps", "minutes")
"""The settings of which exactly one says when a training ends."""


def choices(setting: "Field[Any]") -> tuple[str, ...]:
    """The values that a setting may have, empty where it is not a matter of choice."""
    return get_args(setting.type) if get_origin(setting.type) is Literal else ()


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return "--" + name.replace("_", "-")


def _check(setting: "Field[Any]", value: object) -> None:
    """Raise `ConfigError` where `value` is not one that `setting` may have."""
    name, kind = flag(setting.name), setting.type
    if known := choices(setting):
        if value not in known:
            raise ConfigError(f"{name} {value} is not known; it is one of {', '.join(known)}.")
        return
    kinds: dict[Any, tuple[str, tuple[type, ...]]] = {
        int: ("a whole number", (int,)),
        float: ("a number", (int, float)),
        str: ("a text", (str,)),
    }
    expected, accepted = kinds.get(kind, ("a list of names", (tuple,)))
    if isinstance(value, bool) or not isinstance(value, accepted):
        raise ConfigError(f"{name} must be {expected}, not {value!r}.")
    if isinstance(value, tuple) and not all(isinstance(part, str) for part in value):
        raise ConfigError(f"{name} must be {expected}, not {list(value)!r}.")
    low, high = setting.metadata["low"], setting.metadata["high"]
    # Written so that a NaN fails, too.
    if low is not None and not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low:g} and {high:g}.")
