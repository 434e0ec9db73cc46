"""How this package's functions are compiled, and where the result is cached.

Only functions that Python calls (`python_callable`) are compiled on their own, at the first call;
the others become a part of their callers. Compiled code is in the user's cache folder, under
`kernels/<key>`. The key is a hash of this package's source and path, of the versions of numba and
LLVM, and of the processor, so code never outlives its source; deleting the folder is always safe.
`NUMBA_CACHE_DIR` replaces the user's folder.
"""

import hashlib
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import llvmlite.binding as llvm
import numba
from numba.extending import intrinsic

from rnntui import places

F = TypeVar("F", bound=Callable[..., Any])

_COMPLETE = "complete"


def kernels_dir() -> Path:
    """The cache folder for this source and processor; it may not exist."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen) if chosen else places.cache_dir() / "kernels"
    return folder / _key()


@cache
def processor() -> str:
    """Name and features of the target processor."""
    name = numba.config.CPU_NAME or llvm.get_host_cpu_name()
    features = numba.config.CPU_FEATURES or llvm.get_host_cpu_features().flatten()
    return f"{name} {features}"


@cache
def _key() -> str:
    content = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        content.update(source.read_bytes())
    # The path, too: numba's cache depends on it.
    content.update(str(Path(__file__).parent).encode())
    made_by = (numba.__version__, llvmlite.__version__, platform.python_version())
    content.update(repr((made_by, processor())).encode())
    return content.hexdigest()[:16]


def is_complete() -> bool:
    """Whether all functions that Python calls are compiled and cached."""
    return (kernels_dir() / _COMPLETE).exists()


def mark_complete() -> None:
    """Record that all of them are cached; does nothing if that can't be written."""
    with suppress(OSError):
        (kernels_dir() / _COMPLETE).touch()


def python_callable(function: F) -> F:
    """Compile `function` for calls from Python, without the GIL, and cache the result.

    If the folder can't be written, it is compiled anew in each process.
    """
    folder = kernels_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return compiled(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        return cast(F, numba.njit(nogil=True, cache=True)(function))
    finally:
        numba.config.CACHE_DIR = before


def compiled(function: F) -> F:
    """Compile `function` for calls from compiled functions."""
    return cast(F, numba.njit(nogil=True)(function))


def numba_inlined(function: F) -> F:
    """Inline `function` into its callers before type inference.

    Long functions with one call compile in half the time, as LLVM sees them once, not again with
    each caller.
    """
    return cast(F, numba.njit(nogil=True, inline="always")(function))


def llvm_inlined(function: F) -> F:
    """Have LLVM inline `function` into its callers: for short functions in inner loops."""
    return cast(F, numba.njit(forceinline=True)(function))


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let compiled functions call code emitted by `function`.

    `function` receives a context and the arguments' types; it returns a signature and a function
    that emits the code.
    """
    return cast(Callable[..., Any], intrinsic(function))
