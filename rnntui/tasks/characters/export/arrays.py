"""The weights alone, by the names of `weight_shapes`: as safetensors, and as NumPy's `.npz`."""

import io
from collections.abc import Mapping

import numpy as np

from rnntui.tasks.characters.export.network import ExportedNetwork


class Safetensors:
    """Weights with the network's description in the file's metadata."""

    name = "safetensors"
    suffix = ".safetensors"
    about = "weights alone, with vocabulary and settings as metadata"

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """A whole file."""
        from safetensors.numpy import save

        weights = {name: np.ascontiguousarray(array) for name, array in network.weights.items()}
        return {self.suffix: save(weights, dict(network.metadata()))}


class Npz:
    """Weights as arrays, and beside them each part of the description as a text."""

    name = "npz"
    suffix = ".npz"
    about = "NumPy arrays: the weights, vocabulary and settings"

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """A whole file; `numpy.load` reads it without pickles."""
        # Texts in JSON, as NumPy's own drop a NUL at their end, which may be a symbol.
        about = {name: np.array(text) for name, text in network.metadata().items()}
        file = io.BytesIO()
        np.savez(file, **network.weights, **about)  # type: ignore[arg-type]
        return {self.suffix: file.getvalue()}
