"""How this package's functions are compiled, and where compiled code is kept.

Only functions that Python calls (`python_callable`) are compiled by themselves, at their
first call; those that they call become a part of them. Compiled code is under
the user's cache folder, in `kernels/<key>`. The key is a hash of this package's
source and its place, of numba's and LLVM's versions and of the processor, so that
code is never used for what it wasn't made from; deleting the folder is always safe.
Where `NUMBA_CACHE_DIR` is set, its folder takes the place of the user's.
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
    """The folder of this version's compiled code on this processor; it may not exist."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen) if chosen else places.cache_dir() / "kernels"
    return folder / _key()


@cache
def processor() -> str:
    """The name and the features of the processor that code is compiled for."""
    name = numba.config.CPU_NAME or llvm.get_host_cpu_name()
    features = numba.config.CPU_FEATURES or llvm.get_host_cpu_features().flatten()
    return f"{name} {features}"


@cache
def _key() -> str:
    content = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        content.update(source.read_bytes())
    # Its place, too: numba keeps what it compiled apart for each.
    content.update(str(Path(__file__).parent).encode())
    made_by = (numba.__version__, llvmlite.__version__, platform.python_version())
    content.update(repr((made_by, processor())).encode())
    return content.hexdigest()[:16]


def is_complete() -> bool:
    """Whether all functions that Python calls have been compiled and kept before."""
    return (kernels_dir() / _COMPLETE).exists()


def mark_complete() -> None:
    """Note that all those functions are compiled and kept; not so where the folder is read-only."""
    with suppress(OSError):
        (kernels_dir() / _COMPLETE).touch()


def python_callable(function: F) -> F:
    """Compile `function` for calls from Python, without Python's lock, and keep the result.

    Where the folder can't be written, it is compiled in each process.
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
    """Let compiled functions call `function`."""
    return cast(F, numba.njit(nogil=True)(function))


def numba_inlined(function: F) -> F:
    """Make `function` a part of each that calls it, before types are inferred.

    Long ones that are called once are compiled in half the time like this, as
    LLVM then sees them once and not again with each caller.
    """
    return cast(F, numba.njit(nogil=True, inline="always")(function))


def llvm_inlined(function: F) -> F:
    """Make `function` a part of each that calls it, by LLVM: for the short ones in inner loops."""
    return cast(F, numba.njit(forceinline=True)(function))


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let compiled functions call what `function` emits.

    `function` is given a context and the arguments' types; it returns a
    signature, and a function that emits the code.
    """
    return cast(Callable[..., Any], intrinsic(function))
