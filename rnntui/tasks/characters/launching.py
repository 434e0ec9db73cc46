"""The checks of a run that several processes are to train together. Needs no torch."""

from dataclasses import replace

from rnntui.errors import ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.run import Run


def check_shared(config: TrainConfig, processes: int) -> None:
    """Raise `ConfigError` for a run that so many processes can't train together."""
    if config.engine in ("numpy", "compiled"):
        raise ConfigError(
            f"--engine {config.engine} trains in one process; give --engine torch, or leave"
            " torchrun out."
        )
    if config.batch_size < processes:
        raise ConfigError(
            f"A batch of {config.batch_size} sequences can't be divided among {processes}"
            " processes; raise --batch-size, or start fewer."
        )


def shared(run: Run, processes: int) -> Run:
    """The run with a notice that so many processes train it. Raises as `check_shared`."""
    check_shared(run.config, processes)
    notice = (
        f"{processes} processes share each batch of {run.config.batch_size} sequences, and compute"
        " by the torch engine."
    )
    return replace(run, notices=(*run.notices, notice))
