"""Keras's initial weights for a torch network."""

import math

import torch
from torch import Tensor, nn

from rnntui.nets.cells import find_cell
from rnntui.nets.initial_weights import EMBEDDING_BOUND
from rnntui.nets.recurrent import RecurrentLayer


def start_as_keras(model: nn.Module, seed: int) -> None:
    """Draw the initial weights of Keras's layers for a network on the CPU, in place.

    Input weights and heads are Glorot uniform (Glorot and Bengio 2010), recurrent
    weights orthogonal (Saxe et al. 2013), biases the cell's `initial_biases`, embeddings
    uniform in ±0.05. A function of `seed` alone.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Embedding):
                module.weight.uniform_(-EMBEDDING_BOUND, EMBEDDING_BOUND, generator=generator)
            elif isinstance(module, nn.Linear):
                _glorot_uniform(module.weight, generator)
                module.bias.zero_()
            elif isinstance(module, RecurrentLayer):
                _glorot_uniform(module.weight_ih, generator)
                cell = find_cell(module.cell)
                if cell.is_recurrent:
                    nn.init.orthogonal_(module.weight_hh, generator=generator)
                gates = module.bias.chunk(len(cell.gate_names))
                for bias, start in zip(gates, cell.initial_biases, strict=True):
                    bias.fill_(start)


def _glorot_uniform(weight: Tensor, generator: torch.Generator) -> None:
    """Fill `weight` `[out, in]` uniformly in ±sqrt(6 / (in + out))."""
    bound = math.sqrt(6.0 / sum(weight.shape))
    weight.uniform_(-bound, bound, generator=generator)
