"""Which processor a training runs on, and how its lack of memory is put into words.

Loads torch when it is asked for more than the processor.
"""

import os
from typing import TYPE_CHECKING

from rnntui.errors import ConfigError, quoted

if TYPE_CHECKING:
    import torch

_TENSOR_CORES = (7, 0)
"""From which CUDA compute capability on a device multiplies float16 faster (Volta, 2017)."""

THREADS_PER_PROCESSOR = 4
"""More threads than this only wait for each other: with hundreds a step takes minutes."""


def check_device(name: str) -> None:
    """Raise `ConfigError` for a device that can't be used.

    Needs no torch for `auto` and `cpu`, which always can.
    """
    if name not in ("auto", "cpu"):
        find_device(name)


def check_threads(threads: int) -> None:
    """Raise `ConfigError` for so many threads that they would only wait for each other."""
    processors = os.cpu_count() or 1
    most = THREADS_PER_PROCESSOR * processors
    if threads > most:
        raise ConfigError(
            f"--threads {threads} is more than {most}, {THREADS_PER_PROCESSOR} for each of this"
            f" machine's processors; --threads {processors} keeps all of them busy."
        )


def check_precision(precision: str, device: str) -> None:
    """Raise `ConfigError` for float16 on a device that isn't asked for it."""
    if precision == "float16":
        mixes_precision(precision, find_device(device))


def find_device(name: str) -> "torch.device":
    """The device of that name; `auto` takes CUDA, then MPS, then the CPU.

    Raises `ConfigError` for one that this machine, or this torch, doesn't have.
    """
    import torch

    # So that a wide LSTM adds in the same order each time (torch.nn.LSTM, on cuDNN's
    # non-determinism): a resumed run repeats what an unbroken one does.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:2")
    # And so that float32 means that; cuDNN would multiply numbers of ten bits less.
    torch.backends.cudnn.allow_tf32 = False
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, ImportError) as error:
        raise ConfigError(
            f"--device {name} can't be used on this machine; --device auto finds one that can."
        ) from error
    if device.type not in ("cpu", "cuda", "mps"):
        raise ConfigError(f"--device {quoted(name)} is not one of auto, cpu, cuda, cuda:N and mps.")
    return device


def device_for(engine: str, name: str) -> "torch.device":
    """The device that a training with such an engine is on; raises as `find_device`.

    Compiled functions run on the processor, whatever else the machine has.
    """
    return find_device("cpu" if engine == "compiled" else name)


def mixes_precision(precision: str, device: "torch.device") -> bool:
    """Whether products on the device are of float16 numbers: its own ones, or those asked for.

    Raises `ConfigError` for a device that isn't asked for any but float32.
    """
    import torch

    able = device.type == "cuda" and torch.cuda.get_device_capability(device) >= _TENSOR_CORES
    if precision == "float16" and not able:
        raise ConfigError(
            "--precision float16 needs a CUDA device with cores for such numbers; leave it out."
        )
    return able and precision != "float32"


def out_of_memory_sentence(error: Exception) -> str:
    """A sentence for an error that is a lack of memory; empty for any other."""
    import torch

    words = str(error).lower()
    short = isinstance(error, MemoryError | torch.OutOfMemoryError)
    if short or "can't allocate memory" in words or "out of memory" in words:
        return (
            "There is not enough memory for a step of this network; lower --batch-size,"
            " --seq-length or --hidden-size. The last checkpoint is good."
        )
    return ""
