"""Keeping the unknown symbol out of what is generated, whatever chooses the characters."""

from dataclasses import replace

import numpy as np

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.vocabulary import Vocabulary

NEVER = np.float32(-1e30)
"""A score at which no probability is left at any temperature; finite, as scores must be."""


def without_unknown(weights: NetworkWeights, vocabulary: Vocabulary) -> NetworkWeights:
    """The same weights, but that they never choose the unknown symbol; others share its odds.

    Without such a symbol they are the weights themselves.
    """
    if vocabulary.unknown is None:
        return weights
    bias = weights.arrays["head.bias"].copy()
    bias[vocabulary.unknown] = NEVER
    return replace(weights, arrays={**weights.arrays, "head.bias": bias})
