"""The recurrence of a vanilla tanh layer, forward and backward by hand.

On a CPU torch runs such a layer as hundreds of small operations, each recorded by autograd. Here
both directions are plain loops over memory allocated once, and the weights' gradient is a single
product.
Agreement with torch's own layer is tested.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

MAX_NUMPY_PRODUCT = 2**16
"""Multiplications in a time step up to which NumPy is faster than torch.

Small steps cost mostly calls, a quarter as much in NumPy. In larger ones its products would also
start threads beside torch's.
"""


class TanhRecurrence(torch.autograd.Function):
    """`h_t = tanh(p_t + h_(t-1) W_hh^T)` from zero state, for inputs' products `p` `[T, B, H]`.

    Returns all hidden states `[T, B, H]`. For tensors on the CPU only.
    """

    @staticmethod
    def forward(ctx: Any, products: Tensor, weight_hh: Tensor) -> Tensor:
        """All hidden states `[T, B, H]`."""
        length, batch, size = products.shape
        states = products.new_empty(length + 1, batch, size)
        states[0] = 0.0
        ctx.save_for_backward(states, weight_hh)
        if batch * size * size <= MAX_NUMPY_PRODUCT:
            _run(states.numpy(), products.numpy(), weight_hh.t().numpy(), np.dot, np.tanh)
        else:
            _run(states, products, weight_hh.t(), torch.mm, torch.tanh)
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients of `p` `[T, B, H]` and `W_hh` `[H, H]`."""
        (wanted,) = upstream  # [T, B, H]
        states, weight_hh = ctx.saved_tensors
        batch, size = states.shape[1:]
        slopes = 1.0 - states[1:] * states[1:]  # of tanh, by its value
        errors = torch.empty_like(slopes)
        if batch * size * size <= MAX_NUMPY_PRODUCT:
            _run_back(errors.numpy(), wanted.numpy(), slopes.numpy(), weight_hh.numpy(), np.dot)
        else:
            _run_back(errors, wanted, slopes, weight_hh, torch.mm)
        before = states[:-1].reshape(-1, size)
        return errors, errors.reshape(-1, size).t() @ before


def _run(states: Any, products: Any, weight: Any, dot: Any, tanh: Any) -> None:
    """Fill `states` after its first; arrays and functions are NumPy's or torch's."""
    for before, after, product in zip(states[:-1], states[1:], products, strict=True):
        dot(before, weight, out=after)
        after += product
        tanh(after, out=after)


def _run_back(errors: Any, wanted: Any, slopes: Any, weight: Any, dot: Any) -> None:
    """Fill `errors`, the gradients before the tanh, from the last to the first."""
    errors[-1] = wanted[-1] * slopes[-1]
    rows = list(zip(errors, wanted, slopes, strict=True))
    for (now, own, slope), (later, _, _) in zip(rows[-2::-1], rows[:0:-1], strict=True):
        dot(later, weight, out=now)
        now += own
        now *= slope
