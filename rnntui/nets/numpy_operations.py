"""The operations of a cell's equations on NumPy arrays.

Not in `cells/`, which every command loads for the names, so that help loads no NumPy.
"""

from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from rnntui.nets.cells.cell import Operations

# Multiplying by a NumPy scalar is faster than by a Python float, and 0.5 is exact in any type.
_HALF = np.float32(0.5)


def _sigmoid(x: Any) -> Any:
    # Computed from tanh, since exp overflows for large negative numbers.
    return _HALF * np.tanh(_HALF * x) + _HALF


NUMPY: Final[Operations] = SimpleNamespace(
    sigmoid=_sigmoid,
    tanh=np.tanh,
    relu=lambda x: np.maximum(x, 0),
    softplus=lambda x: np.logaddexp(x, 0),
)
"""`Operations` on NumPy arrays."""
