"""Whether there is memory enough for a training run, told before any of it is taken.

A system that runs out of memory kills the process, or others beside it, without a word.
"""

from typing import Final

from rnntui.errors import ConfigError
from rnntui.machine_memory import available_bytes

_GIGABYTE: Final = 1e9


def check_memory(needed: tuple[int, int], device: str, force: bool) -> None:
    """Raise `ConfigError` where a step and a save take more memory than is there.

    `needed` is what the two take; `force` lets pass what is estimated too large. On a
    graphics card a step takes its memory; whether it has enough is found out by trying,
    which harms nothing else.
    """
    step, saving = needed
    free = available_bytes()
    if force or step + saving <= free:
        return
    if saving <= free and not _is_on_processor(device):
        return
    raise ConfigError(
        f"Training this network takes about {_in_words(step + saving)} of memory, and the machine"
        f" has {_in_words(free)} free. Lower --hidden-size, --num-layers, --batch-size or the"
        " length of what is read at once; on the command line, --force tries it all the same."
    )


def _is_on_processor(device: str) -> bool:
    """Whether a device of that name shares the processor's memory. Loads torch if it has to."""
    if device == "cpu":
        return True
    from rnntui.training.optimizing.devices import find_device

    return find_device(device).type != "cuda"


def _in_words(size: int) -> str:
    if size < _GIGABYTE:
        return f"{size / 1e6:,.0f} MB"
    return f"{size / _GIGABYTE:,.1f} GB"
