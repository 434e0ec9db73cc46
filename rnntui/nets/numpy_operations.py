"""The operations that a cell's equations need, on NumPy arrays.

Apart from the cells, which every command knows by name, so that help loads no NumPy.
"""

from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from rnntui.nets.cells.cell import Operations


def _sigmoid(x: Any) -> Any:
    # By way of tanh, since exp overflows for large negative numbers.
    return 0.5 * np.tanh(0.5 * x) + 0.5


NUMPY: Final[Operations] = SimpleNamespace(
    sigmoid=_sigmoid,
    tanh=np.tanh,
    relu=lambda x: np.maximum(x, 0),
    softplus=lambda x: np.logaddexp(x, 0),
)
"""The operations, by the names that `Operations` has."""
