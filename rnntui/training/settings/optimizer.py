"""What any training may set of its optimiser and its learning rate. Needs no torch."""

from typing import Final, Literal, Protocol

from rnntui.errors import ConfigError

OptimizerName = Literal["adam", "adamw", "rmsprop", "rmsprop-keras", "adagrad", "sgd"]
ScheduleName = Literal["constant", "step", "cosine"]
ADAM_BETA_2: Final = 0.999


class OptimizerSettings(Protocol):
    """What a configuration says of the optimiser."""

    @property
    def optimizer(self) -> OptimizerName:
        """Which one."""

    @property
    def learning_rate(self) -> float:
        """Its learning rate at the top of the schedule."""

    @property
    def weight_decay(self) -> float:
        """What adamw takes off each weight, times the learning rate."""

    @property
    def beta_2(self) -> float:
        """The decay of Adam's mean square."""


def check_optimizer(config: OptimizerSettings) -> None:
    """Raise `ConfigError` for a setting that the optimiser has no use for."""
    if config.weight_decay and config.optimizer != "adamw":
        raise ConfigError("--weight-decay needs --optimizer adamw.")
    if config.beta_2 != ADAM_BETA_2 and config.optimizer not in ("adam", "adamw"):
        raise ConfigError("--beta-2 needs --optimizer adam or adamw.")
