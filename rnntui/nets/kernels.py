"""Which cells have faster paths than their own equations. Needs no torch.

These are torch's fused layers (`recurrent.py`) and the compiled functions (`compiled/`), which
tests hold to the cell.
"""

from typing import Final

KERNEL_CELLS: Final = ("rnn", "lstm", "gru")
"""The cells that both are there for."""


def general_path_notice(cell: str) -> tuple[str, ...]:
    """A sentence where a cell trains by its own equations alone; nothing where it has kernels."""
    if cell in KERNEL_CELLS:
        return ()
    return (
        f"There are no fused kernels for the cell {cell}, so it trains on the general path,"
        " one time step after another.",
    )
