"""Types of NumPy arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of any type of number; in equations that of the weights."""

Arrays = Mapping[str, Array]
"""Arrays by name: a network's weights, mostly."""

Floats32 = NDArray[np.float32]
"""An array of the type in which networks are trained and saved."""

Floats32ByName = Mapping[str, Floats32]
"""Such arrays by name."""
