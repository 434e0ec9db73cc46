"""Small networks that aren't trained, with weights as large as training makes them."""

from typing import Any

import numpy as np
import torch

from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NumpyNetwork
from rnntui.sampling.choice import Floats, probabilities
from rnntui.tasks.characters.export.network import ExportedNetwork
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary

SYMBOLS = tuple(" etaonihs\n")


def small_model(seed: int = 2, **settings: Any) -> CharModel:
    """A network of 10 symbols and 6 units with its weights doubled."""
    sizes = {"vocab_size": len(SYMBOLS), "embedding_size": 4, "hidden_size": 6, "num_layers": 1}
    model = build_model(ModelConfig(**{**sizes, **settings}), seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2)
    return model


def small_network(
    symbols: tuple[str, ...] = SYMBOLS, normalise: tuple[str, ...] = (), **settings: Any
) -> ExportedNetwork:
    """The same as it is exported."""
    return network_over(Vocabulary(symbols), normalise, **settings)


def network_over(
    vocabulary: Vocabulary, normalise: tuple[str, ...] = (), **settings: Any
) -> ExportedNetwork:
    """The same over a vocabulary of any units."""
    model = small_model(vocab_size=len(vocabulary), **settings)
    weights = {name: weight.detach().numpy() for name, weight in model.named_parameters()}
    return ExportedNetwork(
        model.config, weights, vocabulary, Normalisation(normalise), "small", "none", 0
    )


def probabilities_along(network: ExportedNetwork, ids: list[int]) -> Floats:
    """The probabilities after each of `ids`, `[len(ids), V]`, by the NumPy network."""
    numpy = NumpyNetwork(network.config, network.weights)
    state, rows = numpy.zero_state(1), []
    for one in ids:
        state = numpy.read(np.array([one]), state)
        rows.append(probabilities(numpy.scores(state)[0], 1.0))
    return np.array(rows)
