"""The optimisers, their state as arrays for a checkpoint, and gradient clipping."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rnntui.training.optimizing.keras_rmsprop import KerasRmsprop
from rnntui.training.settings.common import CommonSettings

BETA_1 = 0.9
"""Adam's β₁: decay rate of the mean gradient."""


def build_optimizer(config: CommonSettings, model: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of `config` over the model's weights, with torch's defaults for the rest."""
    weights = list(model.parameters())
    rate = config.learning_rate
    if config.optimizer in ("adam", "adamw"):
        kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
        return kind(
            weights,
            lr=rate,
            betas=(BETA_1, config.beta_2),
            weight_decay=config.weight_decay,
            fused=weights[0].device.type != "mps",
        )
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(weights, lr=rate)
    if config.optimizer == "rmsprop-keras":
        return KerasRmsprop(weights, lr=rate)
    if config.optimizer == "adagrad":
        return torch.optim.Adagrad(weights, lr=rate)
    return torch.optim.SGD(weights, lr=rate)


def optimizer_tensors(
    optimizer: torch.optim.Optimizer, model: nn.Module
) -> dict[str, NDArray[np.float32]]:
    """Copies of the optimiser's state, named `<weight>.<name>`.

    Empty before the first step, except for Adagrad's sums.
    """
    return {
        f"{name}.{key}": value.detach().to("cpu", torch.float32, copy=True).numpy()
        for name, weight in model.named_parameters()
        for key, value in optimizer.state.get(weight, {}).items()
    }


def restore_optimizer(
    optimizer: torch.optim.Optimizer,
    model: nn.Module,
    tensors: Mapping[str, NDArray[np.float32]],
) -> None:
    """Restore a state from `optimizer_tensors`, already checked by the checkpoint."""
    fused = bool(optimizer.defaults.get("fused"))
    for name, weight in model.named_parameters():
        kept = {
            key.rpartition(".")[2]: torch.from_numpy(np.array(value))
            for key, value in tensors.items()
            if key.rpartition(".")[0] == name
        }
        # As in torch: a fused optimiser counts its steps on the device, others on the CPU.
        optimizer.state[weight] = {
            key: value.to(weight if key != "step" else weight.device if fused else "cpu")
            for key, value in kept.items()
        }


def clip_gradients(model: nn.Module, config: CommonSettings) -> float:
    """Clip gradients by norm, then by value; returns the norm before clipping."""
    weights = list(model.parameters())
    norm = float(nn.utils.clip_grad_norm_(weights, config.clip_norm or math.inf))
    if config.clip_value:
        nn.utils.clip_grad_value_(weights, config.clip_value)
    return norm
