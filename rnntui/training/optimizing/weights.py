"""Weights of a torch network from and to arrays."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rnntui.nets.arrays import Floats32ByName


def load_weights(model: nn.Module, weights: Floats32ByName) -> None:
    """Load weights into a network on any device.

    If the network has more symbols than the weights, the rows and columns of the additional
    ones stay as they are.
    """
    with torch.no_grad():
        for name, weight in model.named_parameters():
            part = tuple(slice(size) for size in weights[name].shape)
            weight[part].copy_(torch.from_numpy(np.array(weights[name])))


def copies(model: nn.Module) -> dict[str, NDArray[np.float32]]:
    """Copies of a network's weights by name, from any device."""
    return {
        name: weight.detach().to("cpu", torch.float32, copy=True).numpy()
        for name, weight in model.named_parameters()
    }
