"""One recurrent layer over a whole sequence: vanilla RNN, LSTM or GRU, with one bias vector.

The arithmetic is torch's fused kernels; only the parameters are ours.
"""

import math
import warnings

import torch
from torch import Tensor, nn

from rnntui.nets.config import GATES, STATE_TENSORS, Cell, Nonlinearity

# CUDA's kernels have weights copied into one piece first, at 2% of a step; torch would say so.
warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")


class RecurrentLayer(nn.Module):
    """A layer of `hidden_size` units reading `[B, T, I]` and giving `[B, T, H]`.

    With `x` the input and `h` the previous hidden state, per time step:

    - `rnn` (Elman 1990): `h' = f(W_ih x + W_hh h + b)`, `f` tanh or ReLU.
    - `lstm` (Hochreiter and Schmidhuber 1997, with forget gate, Gers et al.
      2000): `i, f, o = sigmoid(...)`, `g = tanh(...)`, each from its block of
      `W_ih x + W_hh h + b`; `c' = f c + i g`; `h' = o tanh(c')`.
    - `gru` (Cho et al. 2014, in the form of cuDNN, the reset gate after the
      product): `r, z = sigmoid(...)`, `n = tanh(W_in x + b_n + r (W_hn h))`,
      `h' = (1 - z) n + z h`.

    Weights: `weight_ih` `[G·H, I]`, `weight_hh` `[G·H, H]`, `bias` `[G·H]`,
    gates in torch's order. They start uniform in ±1/√H, as torch's do.
    """

    def __init__(
        self, cell: Cell, input_size: int, hidden_size: int, nonlinearity: Nonlinearity = "tanh"
    ) -> None:
        """Make the layer's weights from torch's global generator."""
        super().__init__()
        rows = GATES[cell] * hidden_size
        bound = 1.0 / math.sqrt(hidden_size)
        self.cell: Cell = cell
        self.nonlinearity: Nonlinearity = nonlinearity
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
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
        weights = [self.weight_ih, self.weight_hh, self.bias, self.zero_bias]
        hx = tuple(part.unsqueeze(0) for part in state)  # [1, B, H]
        layers, dropout, bidirectional, batch_first = 1, 0.0, False, True
        shape = (True, layers, dropout, self.training, bidirectional, batch_first)
        if self.cell == "lstm":
            out, *last = torch.lstm(x, hx, weights, *shape)
        elif self.cell == "gru":
            out, *last = torch.gru(x, hx[0], weights, *shape)
        elif self.nonlinearity == "tanh":
            out, *last = torch.rnn_tanh(x, hx[0], weights, *shape)
        else:
            out, *last = torch.rnn_relu(x, hx[0], weights, *shape)
        assert len(last) == len(STATE_TENSORS[self.cell])
        return out, tuple(part.squeeze(0) for part in last)
