"""Compiled kernels that lie ready for a process with a home of its own."""

from functools import cache

from rnntui.nets.compiled.compiling import kernels_dir
from rnntui.nets.compiled.preparation import prepare


@cache
def ready_kernels() -> dict[str, str]:
    """Compile them where that hasn't been done; the environment in which a process finds them."""
    prepare()
    return {"NUMBA_CACHE_DIR": str(kernels_dir().parent)}
