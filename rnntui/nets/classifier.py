"""The classifier: from a text's tokens to a score for each class."""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from rnntui.nets.cells import find_cell
from rnntui.nets.classifier_config import ClassifierConfig
from rnntui.nets.recurrent import RecurrentLayer
from rnntui.nets.tanh_recurrence import TanhRecurrence


class Classifier(nn.Module):
    """Embedding or one-hot input, recurrent layers, pooling over time, dropout, a linear head."""

    def __init__(self, config: ClassifierConfig) -> None:
        """Draw the weights from torch's global generator (see `build_classifier`)."""
        super().__init__()
        self.config = config
        if config.input_encoding == "embedding":
            self.embedding = nn.Embedding(config.vocab_size, config.embedding_size)
        widths = [config.input_size] + [config.hidden_size] * (config.num_layers - 1)
        self.layers = nn.ModuleList(
            RecurrentLayer(config.cell, width, config.hidden_size, config.nonlinearity)
            for width in widths
        )
        self.head = nn.Linear(config.hidden_size, config.outputs)

    def forward(
        self, ids: Tensor, lengths: Tensor, dropout: torch.Generator | None = None
    ) -> Tensor:
        """Logits `[B, C]` of texts `[B, T]`, of which the first `lengths` `[B]` positions count.

        With a generator, dropout masks for the head's input are drawn from it; without one
        nothing is dropped.
        """
        pooled = _pooled(self._read(ids), lengths, self.config.pooling)  # [B, H]
        if dropout is not None and self.config.dropout > 0:
            keep = 1.0 - self.config.dropout
            mask = torch.empty_like(pooled).bernoulli_(keep, generator=dropout)
            pooled = pooled * (mask / keep)
        scores: Tensor = self.head(pooled)
        if self.config.head == "sigmoid":
            # The softmax of (0, z) is the sigmoid of z, so both heads are alike from here.
            scores = torch.cat((torch.zeros_like(scores), scores), dim=1)
        return scores

    def _read(self, ids: Tensor) -> Tensor:
        """The last layer's hidden states `[T, B, H]`."""
        tokens = ids.t()  # [T, B]
        first, *others = self.layers
        assert isinstance(first, RecurrentLayer)
        if self.config.input_encoding == "embedding":
            x = _hidden_states(first, _rows(self.embedding.weight, tokens))
        else:
            # The product of a one-hot vector with the input weights is a column of them.
            products = _rows(first.weight_ih.t(), tokens) + first.bias  # [T, B, G·H]
            x = _hidden_states_from_products(first, products)
        for layer in others:
            assert isinstance(layer, RecurrentLayer)
            x = _hidden_states(layer, x)
        return x


def build_classifier(config: ClassifierConfig, seed: int) -> Classifier:
    """A new network, a function of `config` and `seed` alone.

    Leaves torch's global generator as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return Classifier(config)


def _rows(table: Tensor, ids: Tensor) -> Tensor:
    """Rows of `table` `[V, N]` by `ids` `[T, B]`: `[T, B, N]`."""
    if table.device.type != "cpu":
        return functional.embedding(ids, table)  # whose gradient is deterministic on a GPU
    # On a CPU this one's gradient is several times faster.
    return table.index_select(0, ids.reshape(-1)).view(*ids.shape, -1)


def _runs_by_hand(layer: RecurrentLayer) -> bool:
    plain = layer.cell == "rnn" and layer.nonlinearity == "tanh"
    return plain and layer.bias.device.type == "cpu" and layer.bias.dtype == torch.float32


def _hidden_states(layer: RecurrentLayer, x: Tensor) -> Tensor:
    """All hidden states `[T, B, H]` of a layer over `x` `[T, B, I]`, from zero state."""
    if _runs_by_hand(layer):
        products = functional.linear(x, layer.weight_ih, layer.bias)
        return _hidden_states_from_products(layer, products)
    out: Tensor = layer(x.transpose(0, 1), _zero_state(layer, x))[0]
    return out.transpose(0, 1)


def _hidden_states_from_products(layer: RecurrentLayer, products: Tensor) -> Tensor:
    """The same from `W_ih x + b` `[T, B, G·H]`."""
    if _runs_by_hand(layer):
        states: Tensor = TanhRecurrence.apply(products, layer.weight_hh)  # type: ignore[no-untyped-call]
        return states
    # torch's kernels take no products, so these go through a layer with the identity as
    # input weights.
    width = products.shape[-1]
    stand_ins = {
        "weight_ih": torch.eye(width, dtype=products.dtype, device=products.device),
        "bias": torch.zeros_like(layer.bias),
    }
    arguments = (products.transpose(0, 1), _zero_state(layer, products))
    out: Tensor = functional_call(layer, stand_ins, arguments)[0]
    return out.transpose(0, 1)


def _zero_state(layer: RecurrentLayer, x: Tensor) -> tuple[Tensor, ...]:
    shape = (x.shape[1], layer.hidden_size)
    return tuple(x.new_zeros(shape) for _ in find_cell(layer.cell).state_tensors)


def _pooled(states: Tensor, lengths: Tensor, pooling: str) -> Tensor:
    """The head's input `[B, H]` from hidden states `[T, B, H]` up to each text's length."""
    if pooling == "last":
        return states[lengths - 1, torch.arange(len(lengths), device=lengths.device)]
    positions = torch.arange(len(states), device=lengths.device)
    behind = (positions[:, None] >= lengths).unsqueeze(-1)  # [T, B, 1]
    if pooling == "mean":
        return states.masked_fill(behind, 0.0).sum(0) / lengths.unsqueeze(-1)
    return states.masked_fill(behind, float("-inf")).amax(0)
