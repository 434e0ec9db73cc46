"""Small networks with random weights, for tests of what is seen inside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from rnntui.nets.arrays import Arrays
from rnntui.nets.cells import CELLS
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig

Network = tuple[ModelConfig, Arrays]

VOCABULARY = 6


def network(seed: int = 1, **settings: Any) -> Network:
    """A network of few units over six symbols, with weights as a new run has them, in float64."""
    small = {"embedding_size": 3, "hidden_size": 5, "num_layers": 1}
    config = ModelConfig(VOCABULARY, **{**small, **settings})
    model = build_model(config, seed)
    # Larger than a new network's, so that gates open and close.
    return config, {
        name: weight.detach().double().numpy() * 3 for name, weight in model.named_parameters()
    }


def torch_model(config: ModelConfig, arrays: Arrays) -> CharModel:
    """torch's model with these weights, in float64, without dropout."""
    model = build_model(config, 1).double()
    model.load_state_dict(
        {**model.state_dict(), **{name: torch.tensor(array) for name, array in arrays.items()}}
    )
    return model.eval()


def torch_scores(config: ModelConfig, arrays: Arrays, ids: Sequence[int]) -> torch.Tensor:
    """The logits `[T, V]` of torch's model with these weights, from the zero state."""
    model = torch_model(config, arrays)
    with torch.no_grad():
        scores, _ = model(torch.tensor([list(ids)]), model.zero_state(1))
    return scores[0]


def networks(**settings: Any) -> st.SearchStrategy[Network]:
    """Networks of every cell, with one to three layers, both encodings, both connections."""
    choices = {
        "seed": st.integers(0, 99),
        "cell": st.sampled_from(list(CELLS)),
        "num_layers": st.sampled_from([1, 3]),
        "input_encoding": st.sampled_from(["one-hot", "embedding"]),
        "connections": st.sampled_from(["plain", "residual"]),
        "nonlinearity": st.sampled_from(["tanh", "relu"]),
    }
    fixed = {name: st.just(value) for name, value in settings.items()}
    return st.builds(network, **{**choices, **fixed})


def texts(least: int = 1, most: int = 12) -> st.SearchStrategy[Any]:
    """Ids of a short text."""
    ids = st.lists(st.integers(0, VOCABULARY - 1), min_size=least, max_size=most)
    return ids.map(np.array)
