"""Which engines can train a character network: the checks behind the setting `engine`."""

from rnntui.errors import ConfigError
from rnntui.nets.kernels import KERNEL_CELLS
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.optimizing.devices import check_precision
from rnntui.training.settings.declaring import flag

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
"""The settings that `nets/vanilla_rnn.py` was written for."""


def why_not_compiled(config: TrainConfig) -> str:
    """What keeps a training from the compiled engine, as a sentence; empty where nothing does."""
    from rnntui.nets.compiled.preparation import unavailable_because

    if config.cell not in KERNEL_CELLS:
        return f"The compiled engine has no kernels for --cell {config.cell}."
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
