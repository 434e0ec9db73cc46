"""The cells with faster paths than their own equations. Needs no torch and no numba.

The faster paths are torch's fused layers (`recurrent.py`) and the compiled functions
(`compiled/`); both are tested against the cell.
"""

from typing import Final

from rnntui.errors import ConfigError

_GATES_APART: Final = {"rnn": 0, "lstm": 0, "gru": 1}

KERNEL_CELLS: Final = tuple(_GATES_APART)
"""The cells with both."""


def gates_apart(cell: str) -> int:
    """Number of a cell's last gates whose recurrent product is kept apart from the input's.

    It is 1 for a GRU, whose reset gate scales the new state's recurrent product alone. Raises
    `ConfigError` for a cell without compiled kernels.
    """
    if cell not in _GATES_APART:
        raise ConfigError(f"There are no compiled kernels for the cell {cell}.")
    return _GATES_APART[cell]


def general_path_notice(cell: str) -> tuple[str, ...]:
    """A sentence for a cell that trains by its own equations alone; empty for one with kernels."""
    if cell in KERNEL_CELLS:
        return ()
    return (
        f"There are no fused kernels for the cell {cell}, so it trains on the general path,"
        " one time step after another.",
    )
