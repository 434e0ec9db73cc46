"""The check, before a run starts, that there is enough memory for it.

A system that runs out of memory kills the process, or others, without a message.
"""

from typing import Final

from rnntui.errors import ConfigError
from rnntui.machine_memory import available_bytes

_GIGABYTE: Final = 1e9


def check_memory(needed: tuple[int, int], device: str, force: bool) -> None:
    """Raise `ConfigError` if a step and a save need more than the free memory.

    `needed` are the bytes of the two; `force` skips the check. On a GPU a step uses the
    GPU's memory, which is not checked: running out of it harms nothing else.
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
        " sequence length; on the command line, --force tries anyway."
    )


def _is_on_processor(device: str) -> bool:
    """Whether the device uses the CPU's memory. Loads torch if necessary."""
    if device == "cpu":
        return True
    from rnntui.training.optimizing.devices import find_device

    return find_device(device).type != "cuda"


def _in_words(size: int) -> str:
    if size < _GIGABYTE:
        return f"{size / 1e6:,.0f} MB"
    return f"{size / _GIGABYTE:,.1f} GB"
