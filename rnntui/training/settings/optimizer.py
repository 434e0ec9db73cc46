"""Settings of the optimiser and the learning rate. Needs no torch."""

from typing import Final, Literal, Protocol

from rnntui.errors import ConfigError

OptimizerName = Literal["adam", "adamw", "rmsprop", "rmsprop-keras", "adagrad", "sgd"]
ScheduleName = Literal["constant", "step", "cosine"]
ADAM_BETA_2: Final = 0.999


class OptimizerSettings(Protocol):
    """The optimiser's part of a configuration."""

    @property
    def optimizer(self) -> OptimizerName:
        """Name of the optimiser."""

    @property
    def learning_rate(self) -> float:
        """Peak learning rate."""

    @property
    def weight_decay(self) -> float:
        """Weight decay of adamw, times the learning rate."""

    @property
    def beta_2(self) -> float:
        """Adam's β₂."""


def check_optimizer(config: OptimizerSettings) -> None:
    """Raise `ConfigError` for a setting that the optimiser doesn't use."""
    if config.weight_decay and config.optimizer != "adamw":
        raise ConfigError("--weight-decay needs --optimizer adamw.")
    if config.beta_2 != ADAM_BETA_2 and config.optimizer not in ("adam", "adamw"):
        raise ConfigError("--beta-2 needs --optimizer adam or adamw.")
