"""Keeps the unknown symbol out of generated text, whatever the generator."""

from dataclasses import replace

import numpy as np

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.vocabulary import Vocabulary

NEVER = np.float32(-1e30)
"""A score with zero probability at any temperature; finite, as scores must be."""


def without_unknown(weights: NetworkWeights, vocabulary: Vocabulary) -> NetworkWeights:
    """The same weights with a head bias that excludes the unknown symbol.

    The weights themselves for a vocabulary without one.
    """
    if vocabulary.unknown is None:
        return weights
    bias = weights.arrays["head.bias"].copy()
    bias[vocabulary.unknown] = NEVER
    return replace(weights, arrays={**weights.arrays, "head.bias": bias})
