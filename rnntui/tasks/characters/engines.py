"""The checks whether the chosen engine can train a character network."""

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
"""The settings that `nets/vanilla_rnn.py` is written for."""


def why_not_compiled(config: TrainConfig) -> str:
    """Why the compiled engine can't train a run, as a sentence; empty if it can."""
    from rnntui.nets.compiled.preparation import unavailable_because

    if config.cell not in KERNEL_CELLS:
        return f"The compiled engine has no kernels for --cell {config.cell}."
    if config.optimizer not in ("adam", "adamw"):
        return "The compiled engine has only the optimisers adam and adamw."
    if config.remainder == "keep":
        return "The compiled engine needs batches of one length, so --remainder must be drop."
    if config.precision == "float16":
        return "The compiled engine uses float32; leave --precision out."
    if config.device not in ("auto", "cpu"):
        return "The compiled engine runs on the CPU; leave --device out."
    return unavailable_because()


def check_engine(config: TrainConfig) -> None:
    """Raise `ConfigError` if the chosen engine can't train the network."""
    check_precision(config.precision, config.device)
    if config.engine == "compiled" and (why := why_not_compiled(config)):
        raise ConfigError(f"{why} Or use --engine torch.")
    if config.engine == "numpy":
        _check_numpy(config)


def _check_numpy(config: TrainConfig) -> None:
    for name, value in NEEDED_BY_NUMPY.items():
        if (given := getattr(config, name)) != value:
            raise ConfigError(
                f"--engine numpy trains one plain network, with {flag(name)} {value} and not"
                f" {given}; use another engine, or see 'rnntui recipes show alphabet'."
            )
    if config.device not in ("auto", "cpu"):
        raise ConfigError(f"--engine numpy runs on the CPU only, not on --device {config.device}.")
    if config.precision == "float16":
        raise ConfigError("--engine numpy uses float32; leave --precision out.")
