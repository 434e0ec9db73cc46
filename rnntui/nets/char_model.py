"""The character model: from ids to a score for each character of the vocabulary."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnntui.nets.config import DropoutMasks, ModelConfig
from rnntui.nets.recurrent import RecurrentLayer

State = tuple[Tensor, ...]
"""The recurrent state: `h` (and for an LSTM `c`), each `[L, B, H]`."""


class CharModel(nn.Module):
    """Embedding or one-hot input, recurrent layers with dropout after each, a linear head."""

    def __init__(self, config: ModelConfig) -> None:
        """Draw the weights from torch's global generator (see `build_model`)."""
        super().__init__()
        self.config = config
        if config.input_encoding == "embedding":
            self.embedding = nn.Embedding(config.vocab_size, config.embedding_size)
        widths = [config.input_size] + [config.hidden_size] * (config.num_layers - 1)
        self.layers = nn.ModuleList(
            RecurrentLayer(config.cell, width, config.hidden_size, config.nonlinearity)
            for width in widths
        )
        self.head = nn.Linear(config.hidden_size, config.vocab_size)

    def zero_state(self, batch_size: int) -> State:
        """The state before the first character."""
        config, like = self.config, self.head.weight
        shape = (config.num_layers, batch_size, config.hidden_size)
        return tuple(like.new_zeros(shape) for _ in config.state_tensors)

    def read(
        self,
        ids: Tensor,
        state: State,
        dropout: torch.Generator | None = None,
        masks: DropoutMasks = "position",
    ) -> tuple[Tensor, State]:
        """Read `ids` `[B, T]` from `state`: the last layer's outputs `[B, T, H]`, new state.

        With a generator, dropout masks are drawn from it (each element is kept
        with probability `1 - dropout` and scaled up, Srivastava et al. 2014);
        without one nothing is dropped, as in evaluation and sampling. `masks` concerns
        the layers' outputs; an embedding's masks are always drawn for each position.
        """
        if self.config.input_encoding == "embedding":
            x = self.embedding(ids)  # [B, T, E]
            if dropout is not None and self.config.embedding_dropout > 0:
                x = x * _mask(x, 1.0 - self.config.embedding_dropout, dropout)
        else:
            x = functional.one_hot(ids, self.config.vocab_size).to(self.head.weight.dtype)
        last: list[State] = []
        for number, layer in enumerate(self.layers):
            below = x
            x, after = layer(below, tuple(part[number] for part in state))
            last.append(after)
            if dropout is not None and self.config.dropout > 0:
                drawn = x if masks == "position" else x[:, :1]
                x = x * _mask(drawn, 1.0 - self.config.dropout, dropout)
            if number > 0 and self.config.connections == "residual":
                x = x + below
        return x, tuple(torch.stack(parts) for parts in zip(*last, strict=True))

    def forward(
        self,
        ids: Tensor,
        state: State,
        dropout: torch.Generator | None = None,
        masks: DropoutMasks = "position",
    ) -> tuple[Tensor, State]:
        """Scores (logits) for the next character, and the state after `ids` `[B, T]`.

        Scores are `[B, T, V]` for a network on streams, `[B, 1, V]` (the last position's)
        for one on windows.
        """
        hidden, state = self.read(ids, state, dropout, masks)
        if self.config.window:
            hidden = hidden[:, -1:]
        return self.head(hidden), state


def _mask(like: Tensor, keep: float, generator: torch.Generator) -> Tensor:
    """Zeros, and `1 / keep` where a number stays, in the shape of `like`."""
    return torch.empty_like(like).bernoulli_(keep, generator=generator) / keep


def build_model(config: ModelConfig, seed: int) -> CharModel:
    """A new network, a function of `config` and `seed` alone.

    Leaves torch's global generator as it was.
    """
    with torch.random.fork_rng(devices=[]):
        # Not `torch.manual_seed`, which seeds the generators of all accelerators, too.
        torch.default_generator.manual_seed(seed)
        return CharModel(config)
