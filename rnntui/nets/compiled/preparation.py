"""Loads or compiles the compiled functions in the background.

Importing this module imports no compiler, so a program can start without one and poll
`Preparation.ready`.
"""

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache

_POLITENESS = 5


def unavailable_because() -> str:
    """The reason why nothing can be compiled here, as a sentence; empty if it can."""
    if importlib.util.find_spec("numba") is None:
        return "The compiled engine needs numba, which isn't installed."
    if sys.byteorder != "little":
        return "The compiled engine needs a little-endian processor."
    return ""


def load_compiled() -> bool:
    """Load the compiled functions from the cache, if there; return whether they are loaded.

    Takes a third of a second at the first call; compiles nothing.
    """
    if unavailable_because():
        return False
    try:
        from rnntui.nets.compiled.compiling import is_complete

        if is_complete():
            prepare()
            return True
    except Exception:
        # As with a numba that doesn't fit this NumPy; callers can do without.
        return False
    return False


def try_to_prepare() -> str:
    """Call `prepare`; return its error as a sentence, empty for success."""
    if problem := unavailable_because():
        return problem
    try:
        prepare()
    except Exception as error:
        # Whatever a compiler stumbles over, there are other engines.
        return f"The compiled engine can't be used: {type(error).__name__}: {error}."
    return ""


@cache
def prepare() -> None:
    """Load the compiled functions, first compiling those that aren't cached."""
    import numpy as np

    from rnntui.nets.compiled.compiling import mark_complete
    from rnntui.nets.compiled.generator import CompiledGenerator
    from rnntui.nets.compiled.network import CompiledNetwork
    from rnntui.nets.config import ModelConfig, weight_shapes

    # Code doesn't depend on sizes, so the smallest network needs all of it.
    config = ModelConfig(vocab_size=1, hidden_size=1, embedding_size=1, num_layers=1)
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    ids = np.zeros((1, 1), np.int64)
    CompiledNetwork(config, 1, 1, 1, weights).step(ids, ids, None, 0, 1.0)
    generator = CompiledGenerator(config, weights, 1, 1)
    generator.read([[0]])
    generator.generate([[0]])
    mark_complete()


class Preparation:
    """Loads the compiled functions in a thread, compiling them if need be.

    Another process compiles, as compiling would hold the GIL for seconds, and caches the result
    for later starts. If that fails, the thread compiles for itself.
    """

    def __init__(self) -> None:
        """Start the thread."""
        self._ended = threading.Event()
        self._decided = threading.Event()
        """Set when it has ended, or is known to compile."""
        self._problem = ""
        threading.Thread(target=self._prepare, name="kernels", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether a `CompiledNetwork` can be trained now without compiling."""
        return self._ended.is_set() and not self._problem

    @property
    def is_compiling(self) -> bool:
        """Whether it is compiling."""
        return self._decided.is_set() and not self._ended.is_set()

    @property
    def problem(self) -> str:
        """Its error as a sentence; empty without one."""
        return self._problem

    def wait(self) -> bool:
        """Wait until it has ended; return whether all is ready."""
        self._ended.wait()
        return self.ready

    def wait_unless_compiling(self) -> None:
        """Wait until it has ended, or is known to compile."""
        self._decided.wait()

    def _prepare(self) -> None:
        try:
            self._problem = _compile_and_load(self._decided.set)
        finally:
            self._ended.set()
            self._decided.set()


def _compile_and_load(compiling: Callable[[], None]) -> str:
    """Load all, calling `compiling` first if something must be compiled; return the error."""
    if load_compiled():
        return ""
    compiling()
    if not unavailable_because():
        command = [sys.executable, "-P", "-m", "rnntui.nets.compiled.preparation"]
        silence = subprocess.DEVNULL
        with suppress(OSError):
            # In a session of its own, so that an interrupt leaves it to serve the next start.
            subprocess.run(
                command,
                stdin=silence,
                stdout=silence,
                stderr=silence,
                start_new_session=True,
                check=False,
            )
    return try_to_prepare()


if __name__ == "__main__":
    with suppress(AttributeError, OSError):
        os.nice(_POLITENESS)
    prepare()
