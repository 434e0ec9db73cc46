"""The device of a training run, the checks of it, and the sentence for lack of memory.

Loads torch only for devices other than the CPU.
"""

import os
from typing import TYPE_CHECKING

from rnntui.errors import ConfigError, quoted

if TYPE_CHECKING:
    import torch

_TENSOR_CORES = (7, 0)
"""CUDA compute capability from which float16 products are faster (Volta, 2017)."""

THREADS_PER_PROCESSOR = 4
"""Further threads only wait for each other: with hundreds, a step takes minutes."""


def check_device(name: str) -> None:
    """Raise `ConfigError` for an unavailable device.

    Needs no torch for `auto` and `cpu`, which are always available.
    """
    if name not in ("auto", "cpu"):
        find_device(name)


def check_threads(threads: int) -> None:
    """Raise `ConfigError` for more threads than are useful."""
    processors = os.cpu_count() or 1
    most = THREADS_PER_PROCESSOR * processors
    if threads > most:
        raise ConfigError(
            f"--threads {threads} is more than {most}, {THREADS_PER_PROCESSOR} for each of this"
            f" machine's processors; --threads {processors} uses all of them."
        )


def check_precision(precision: str, device: str) -> None:
    """Raise `ConfigError` for float16 on a device without it."""
    if precision == "float16":
        mixes_precision(precision, find_device(device))


def find_device(name: str) -> "torch.device":
    """The device of that name; `auto` takes CUDA, then MPS, then the CPU.

    Raises `ConfigError` for one that this machine, or this torch, lacks.
    """
    import torch

    # So that a wide LSTM always adds in the same order (torch.nn.LSTM, on cuDNN's
    # non-determinism): a resumed run repeats what an unbroken one does.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:2")
    # cuDNN's default for float32 is TF32, with 13 bits less of mantissa.
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
    """The device of a run with that engine. Raises as `find_device`.

    The compiled engine always runs on the CPU.
    """
    return find_device("cpu" if engine == "compiled" else name)


def mixes_precision(precision: str, device: "torch.device") -> bool:
    """Whether matrix products on the device use float16: by default, or because asked for.

    Raises `ConfigError` for float16 on a device without it.
    """
    import torch

    able = device.type == "cuda" and torch.cuda.get_device_capability(device) >= _TENSOR_CORES
    if precision == "float16" and not able:
        raise ConfigError(
            "--precision float16 needs a CUDA device with float16 cores; leave it out."
        )
    return able and precision != "float32"


def out_of_memory_sentence(error: Exception) -> str:
    """The sentence for an out-of-memory error; empty for any other."""
    import torch

    words = str(error).lower()
    short = isinstance(error, MemoryError | torch.OutOfMemoryError)
    if short or "can't allocate memory" in words or "out of memory" in words:
        return (
            "There is not enough memory for a step of this network; lower --batch-size,"
            " --seq-length or --hidden-size. The last checkpoint is intact."
        )
    return ""
