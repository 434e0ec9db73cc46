"""The network of a trace recipe, whose weights are fixed, as a network to look into."""

import numpy as np

from rnntui.lenses.fixed_network import fixed_network
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.tasks.recipes import find_recipe_file
from rnntui.text.normalisation import Normalisation


def fixed_recipe_network(name: str) -> tuple[Network, str]:
    """The network of a trace recipe, and the text that it reads. Raises `ConfigError`."""
    file = find_recipe_file(name, "trace")
    fixed = fixed_network(file.tables, file.source)
    weights = NetworkWeights(fixed.config, fixed.arrays, 0)
    network = Network(
        file.name,
        "",
        "",
        fixed.vocabulary,
        Normalisation(),
        lambda: weights,
        lambda: (np.zeros(0, np.uint8), np.zeros(0, np.uint8)),
    )
    return network, str(file.tables["reads"])
