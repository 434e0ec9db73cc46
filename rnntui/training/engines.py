"""What computes the steps of a character network: the choice behind the setting `engine`."""

from typing import TYPE_CHECKING

from rnntui.errors import ConfigError
from rnntui.training.config import TrainConfig
from rnntui.training.learner import Learner
from rnntui.training.settings import flag

if TYPE_CHECKING:
    from rnntui.training.run import Run

NEEDED_BY_NUMPY = {
    "cell": "rnn",
    "nonlinearity": "tanh",
    "input_encoding": "one-hot",
    "num_layers": 1,
    "dropout": 0.0,
    "window": 0,
    "optimizer": "adagrad",
    "clip_norm": 0.0,
}
"""The settings that `nets/numpy_network.py` was written for."""


def learner_for(run: "Run") -> Learner:
    """The learner that the run's `engine` asks for. Loads what that needs."""
    if run.config.engine == "numpy":
        from rnntui.training.numpy_learner import NumpyLearner

        return NumpyLearner(run)
    from rnntui.training.torch_learner import TorchLearner

    return TorchLearner(run)


def check_engine(config: TrainConfig) -> None:
    """Raise `ConfigError` where the engine that is asked for can't train such a network."""
    if config.engine != "numpy":
        return
    for name, value in NEEDED_BY_NUMPY.items():
        if (given := getattr(config, name)) != value:
            raise ConfigError(
                f"--engine numpy trains one plain network, with {flag(name)} {value} and not"
                f" {given}; take another engine, or see 'rnntui recipes show alphabet'."
            )
    if config.device not in ("auto", "cpu"):
        raise ConfigError(f"--device {config.device} can't be had with --engine numpy; cpu can.")
