"""RMSprop as Keras defines it, with epsilon inside the root, unlike torch's."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class KerasRmsprop(torch.optim.Optimizer):
    """`v += (1 - rho)(g² - v)`, then `w -= lr · g / sqrt(v + epsilon)`, `v` zero at the start.

    After Tieleman and Hinton (2012), in the form and with the defaults of Keras 3.
    Keeps `square_avg`, which is `v`, for each weight.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        """Optimise `params`, all on one device."""
        super().__init__(list(params), {"lr": lr, "rho": rho, "epsilon": epsilon})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Update the weights by their gradients; `closure` must be None."""
        assert closure is None
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            gradients = [weight.grad for weight in weights]
            for weight in weights:
                kept: dict[str, Any] = self.state[weight]
                if not kept:
                    kept["square_avg"] = torch.zeros_like(weight)
            averages = [self.state[weight]["square_avg"] for weight in weights]
            torch._foreach_mul_(averages, group["rho"])
            torch._foreach_addcmul_(averages, gradients, gradients, value=1.0 - group["rho"])
            roots = torch._foreach_add(averages, group["epsilon"])
            torch._foreach_sqrt_(roots)
            torch._foreach_addcdiv_(weights, gradients, roots, value=-group["lr"])
