"""A network as a state dict for torch's own layers: `nn.Embedding`, `nn.LSTM` (…), `nn.Linear`."""

import io
import json
from collections.abc import Mapping
from typing import Final

import numpy as np

from rnntui.errors import ConfigError
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.export.network import ExportedNetwork
from rnntui.text.units.stored import to_json

LAYERS: Final = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
"""torch's layers by the cells whose equations they have, gates in the same order."""

EMBEDDING, RECURRENT, HEAD = "embedding", "rnn", "head"
"""The names of a state dict's three modules."""

VOCABULARY_SUFFIX: Final = ".vocabulary.json"


class TorchState:
    """A state dict of a module with `embedding` (unless one-hot), `rnn` and `head`.

    torch's layers have two bias vectors, which are added; the second is zero. A state dict has
    tensors alone, so the vocabulary is in a second file, as in a checkpoint.
    """

    name = "torch"
    suffix = ".pt"
    about = "a state dict for plain torch.nn.LSTM, GRU or RNN, Embedding and Linear"

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """A file that `torch.load(..., weights_only=True)` reads, and the vocabulary."""
        check_is_torchs(network.config)
        import torch

        weights, state = network.weights, {}
        for name, array in weights.items():
            module, _, rest = name.partition(".")
            if module == "layers":
                number, _, kind = rest.partition(".")
                if kind == "bias":
                    state[f"{RECURRENT}.bias_ih_l{number}"] = array
                    state[f"{RECURRENT}.bias_hh_l{number}"] = np.zeros_like(array)
                else:
                    state[f"{RECURRENT}.{kind}_l{number}"] = array
            else:
                state[name] = array
        file = io.BytesIO()
        torch.save({name: torch.tensor(array) for name, array in state.items()}, file)
        vocabulary = json.dumps(to_json(network.vocabulary))
        return {self.suffix: file.getvalue(), VOCABULARY_SUFFIX: vocabulary.encode("ascii")}


def check_is_torchs(config: ModelConfig) -> None:
    """Raise `ConfigError` for a network that torch's layers can't be."""
    others = "export it with --format onnx, safetensors, npz or html"
    if config.cell not in LAYERS:
        raise ConfigError(f"torch has no layer for {config.cell} cells; {others}.")
    if config.connections == "residual" and config.num_layers > 1:
        raise ConfigError(f"torch's layers have no residual connections; {others}.")
