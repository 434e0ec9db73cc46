"""The network of the hello recipe, whose fixed weights spell a word."""

import numpy as np

from rnntui.lenses.fixed_network import fixed_network
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.tasks.recipes import find_recipe_file
from rnntui.text.normalisation import Normalisation


def hello_network() -> tuple[Network, str]:
    """The network of three units that spells hello, and the text that it reads."""
    file = find_recipe_file("hello", "trace")
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
