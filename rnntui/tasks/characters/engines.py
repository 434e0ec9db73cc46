"""What computes the steps of a character network: the choice behind the setting `engine`."""

from functools import cache
from typing import TYPE_CHECKING

from rnntui.errors import ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.devices import check_precision, device_for
from rnntui.training.learner import Learner
from rnntui.training.settings import flag

if TYPE_CHECKING:
    from rnntui.nets.compiled.preparation import Preparation
    from rnntui.tasks.characters.run import Run

NEEDED_BY_NUMPY = {
    "cell": "rnn",
    "nonlinearity": "tanh",
    "input_encoding": "one-hot",
    "num_layers": 1,
    "connections": "plain",
    "dropout": 0.0,
    "window": 0,
    "optimizer": "adagrad",
    "clip_norm": 0.0,
    "average_decay": 0.0,
}
"""The settings that `nets/numpy_network.py` was written for."""


def learner_for(run: "Run") -> Learner:
    """The learner that the run's `engine` asks for. Loads what that needs."""
    config = run.config
    if config.engine == "numpy":
        from rnntui.tasks.characters.numpy_learner import NumpyLearner

        return NumpyLearner(run)
    if config.engine != "torch" and not why_not_compiled(config):
        preparing = preparation()
        if device_for(config.engine, config.device).type == "cpu":
            from rnntui.tasks.characters.compiled_learner import CompiledLearner

            return CompiledLearner(run, preparing)
    from rnntui.tasks.characters.torch_learner import TorchLearner

    return TorchLearner(run)


@cache
def preparation() -> "Preparation":
    """The loading of the compiled functions, begun in the background by the first who asks."""
    from rnntui.nets.compiled.preparation import Preparation

    return Preparation()


def why_not_compiled(config: TrainConfig) -> str:
    """What keeps a training from the compiled engine, as a sentence; empty where nothing does."""
    from rnntui.nets.compiled.preparation import unavailable_because

    if config.optimizer not in ("adam", "adamw"):
        return "The compiled engine has no optimizer but adam and adamw."
    if config.remainder == "keep":
        return "The compiled engine takes pieces of one length, so --remainder must be drop."
    if config.precision == "float16":
        return "The compiled engine multiplies float32; leave --precision out."
    if config.device not in ("auto", "cpu"):
        return "The compiled engine runs on the processor; leave --device out."
    return unavailable_because()


def check_engine(config: TrainConfig) -> None:
    """Raise `ConfigError` where the engine that is asked for can't train such a network."""
    check_precision(config.precision, config.device)
    if config.engine == "compiled" and (why := why_not_compiled(config)):
        raise ConfigError(f"{why} Or take --engine torch.")
    if config.engine == "numpy":
        _check_numpy(config)


def _check_numpy(config: TrainConfig) -> None:
    for name, value in NEEDED_BY_NUMPY.items():
        if (given := getattr(config, name)) != value:
            raise ConfigError(
                f"--engine numpy trains one plain network, with {flag(name)} {value} and not"
                f" {given}; take another engine, or see 'rnntui recipes show alphabet'."
            )
    if config.device not in ("auto", "cpu"):
        raise ConfigError(f"--device {config.device} can't be had with --engine numpy; cpu can.")
    if config.precision == "float16":
        raise ConfigError("--precision float16 can't be had with --engine numpy; leave it out.")
