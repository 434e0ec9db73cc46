"""Cells of other programs' networks, in the form of a person's own cell.

They are for networks that come from there, not for new ones, so no list has them. Each is known by
the hash of its file, which therefore never changes: runs name it. `rnntui/own_cells.py` loads them.
"""

from typing import Final

TORCH_GRU: Final = "torchgru@5d4861a4"
"""The GRU of torch and Keras with both of their biases (`torchgru.py`)."""
