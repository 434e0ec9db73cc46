"""The check that keeps NaN and infinity out of weights, records and checkpoints."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import RnntuiError


def require_finite(what: str, step: int, *values: float | NDArray[Any]) -> None:
    """Raise `RnntuiError` for NaN or infinity, before it is recorded or saved."""
    if not all(np.isfinite(value).all() for value in values):
        raise RnntuiError(
            f"The {what} is no longer finite at step {step}; the last checkpoint is intact."
            " Start a new run from it: --init-from, with a lower --learning-rate or a --clip-norm."
        )
