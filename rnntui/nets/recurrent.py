"""One recurrent layer over a whole sequence, of any cell, with one bias vector.

Runs torch's fused kernels for cells that have them, and the cell's own equations, one time step
after another, for all others.
"""

import math
import warnings
from types import SimpleNamespace
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity, Operations

# CUDA's kernels copy the weights into one chunk first, at 2% of a step, and torch warns of it.
warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")

TORCH: Final[Operations] = SimpleNamespace(
    sigmoid=torch.sigmoid,
    tanh=torch.tanh,
    relu=torch.relu,
    softplus=lambda x: torch.logaddexp(x, torch.zeros_like(x)),
)
"""`Operations` on torch tensors."""

_FUSED: Final[dict[tuple[str, Nonlinearity], Any]] = {
    ("lstm", "tanh"): torch.lstm,
    ("lstm", "relu"): torch.lstm,
    ("gru", "tanh"): torch.gru,
    ("gru", "relu"): torch.gru,
    ("rnn", "tanh"): torch.rnn_tanh,
    ("rnn", "relu"): torch.rnn_relu,
}
"""torch's kernels, by cell and nonlinearity; a gated cell has activations of its own."""


class RecurrentLayer(nn.Module):
    """A layer of `hidden_size` units, from `[B, T, I]` to `[B, T, H]`, by its cell's equations.

    Weights: `weight_ih` `[G·H, I]`, `bias` `[G·H]` and, where the cell is recurrent,
    `weight_hh` `[G·H, H]`, gates in the cell's order. Initially uniform in ±1/√H, as in torch.
    """

    def __init__(
        self, cell: str, input_size: int, hidden_size: int, nonlinearity: Nonlinearity = "tanh"
    ) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        rows = len(find_cell(cell).gate_names) * hidden_size
        bound = 1.0 / math.sqrt(hidden_size)
        self.cell, self.hidden_size = cell, hidden_size
        self.nonlinearity: Nonlinearity = nonlinearity
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
        if find_cell(cell).is_recurrent:
            self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        # torch's kernels add two biases; the second is a constant zero.
        self.zero_bias: Tensor
        self.register_buffer("zero_bias", torch.zeros(rows), persistent=False)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Run over a sequence.

        `x` is `[B, T, I]`; `state` has `h` (and for an LSTM `c`), each `[B, H]`.
        Returns all hidden states `[B, T, H]` and the last state, like `state`.
        """
        if (fused := _FUSED.get((self.cell, self.nonlinearity))) is None:
            return self._step_by_step(x, state)
        weights = [self.weight_ih, self.weight_hh, self.bias, self.zero_bias]
        hx = tuple(part.unsqueeze(0) for part in state)  # [1, B, H]
        layers, dropout, bidirectional, batch_first = 1, 0.0, False, True
        shape = (True, layers, dropout, self.training, bidirectional, batch_first)
        out, *last = fused(x, hx if len(hx) > 1 else hx[0], weights, *shape)
        return out, tuple(part.squeeze(0) for part in last)

    def _step_by_step(
        self, x: Tensor, state: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The same by the cell's own equations, for cells without a torch kernel."""
        cell = find_cell(self.cell)
        from_input = functional.linear(x, self.weight_ih, self.bias)  # [B, T, G·H]
        outputs: list[Tensor] = []
        for time in range(x.shape[1]):
            from_hidden = state[0] @ self.weight_hh.T if cell.is_recurrent else None
            step = cell.step(TORCH, from_input[:, time], from_hidden, state, self.nonlinearity)
            state = step.state
            outputs.append(state[0])
        return torch.stack(outputs, 1), state
