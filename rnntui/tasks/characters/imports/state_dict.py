"""A state dict of torch's own layers, whatever its modules are called, as a network of rnntui.

It is one recurrent module (`nn.LSTM`, `nn.GRU` or `nn.RNN`), one `nn.Linear` after it and, unless
the network reads one-hot vectors, one `nn.Embedding` before it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from rnntui.errors import quoted
from rnntui.nets.arrays import Array
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.imports.network import (
    ForeignNetwork,
    as_words,
    checked_weights,
    refused,
    with_recalled,
)

UNSAID: Final = ("nonlinearity", "window")
"""Settings that a state dict says nothing of."""

_GATES: Final = {"lstm": 4, "gru": 3, "rnn": 1}
"""torch's layers with the number of their gates."""

_RECURRENT: Final = re.compile(r"(?:(.*)\.)?(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d{1,3})")


def network_of_state(path: Path, state: Mapping[str, Array]) -> ForeignNetwork:
    """The network of a state dict, its tensors as arrays by name. Raises `CheckpointError`."""
    recurrent: dict[str, Array] = {}
    others: dict[str, Array] = {}
    modules: set[str] = set()
    for name, array in state.items():
        if (parts := _RECURRENT.fullmatch(name)) is not None:
            recurrent[f"{parts[2]}_l{int(parts[3])}"] = array
            modules.add(parts[1] or "")
        else:
            others[name] = array
    if not modules:
        raise refused(path, "it has no weights of an nn.LSTM, nn.GRU or nn.RNN")
    if len(modules) > 1:
        named = " and ".join(map(quoted, sorted(modules)[:3]))
        raise refused(
            path, f"it has several recurrent modules, {named}; one with all its layers can be"
        )
    if strange := [name for name in others if re.search(r"_l\d+(_reverse)?$", name)]:
        raise refused(path, f"it has {quoted(strange[0])}: it is bidirectional or has projections")
    cell, hidden, layers, width = _sizes(path, recurrent)
    head, embedding = _around(path, others, hidden)
    vocab_size = others[head + "weight"].shape[0]
    if embedding is None and width != vocab_size:
        raise refused(
            path,
            f"its recurrent layers read {width} numbers and it has no embedding, so they should"
            f" be a one-hot vector of the {vocab_size} symbols that it predicts",
        )
    model = ModelConfig(
        vocab_size,
        cell,
        input_encoding="one-hot" if embedding is None else "embedding",
        embedding_size=64 if embedding is None else width,
        hidden_size=hidden,
        num_layers=layers,
    )
    weights = {"head.weight": others[head + "weight"], "head.bias": others[head + "bias"]}
    if embedding is not None:
        weights["embedding.weight"] = others[embedding]
    rows, recalled = _GATES[cell] * hidden, []
    for layer in range(layers):
        for kind in ("weight_ih", "weight_hh"):
            if (found := recurrent.get(f"{kind}_l{layer}")) is not None:
                weights[f"layers.{layer}.{kind}"] = found
        weights[f"layers.{layer}.bias"], beside = _biases(path, recurrent, layer, rows)
        if cell == "gru":  # whose reset gate multiplies this one
            recalled.append(beside[2 * hidden :].copy())
            beside[2 * hidden :] = 0
        weights[f"layers.{layer}.bias"] += beside
    network = ForeignNetwork(model, checked_weights(path, model, weights), UNSAID)
    return with_recalled(path, network, recalled)


def _sizes(path: Path, recurrent: Mapping[str, Array]) -> tuple[str, int, int, int]:
    """The cell, the hidden size, the number of layers, and the width of the first one's input."""
    first, square = recurrent.get("weight_ih_l0"), recurrent.get("weight_hh_l0")
    if first is None or square is None or first.ndim != 2 or square.ndim != 2:
        raise refused(path, "its first recurrent layer is not complete")
    rows, hidden = square.shape
    gates = rows // max(1, hidden)
    cells = [cell for cell, count in _GATES.items() if count == gates]
    if rows != gates * hidden or not cells:
        raise refused(
            path, f"its weight_hh_l0 of {as_words(square.shape)} is of no LSTM, GRU or RNN"
        )
    layers = 1 + max(int(name.rpartition("_l")[2]) for name in recurrent)
    return cells[0], hidden, layers, first.shape[1]


def _around(path: Path, others: Mapping[str, Array], hidden: int) -> tuple[str, str | None]:
    """The beginning of the linear layer's names, and the embedding's name if there is one."""
    linear = [
        name.removesuffix("bias")
        for name in others
        if name.endswith("bias") and name.removesuffix("bias") + "weight" in others
    ]
    if len(linear) != 1:
        raise refused(path, f"it has {len(linear) or 'no'} linear layers with a bias, not one")
    head = linear[0]
    if (weight := others[head + "weight"]).ndim != 2 or weight.shape[1] != hidden:
        raise refused(
            path,
            f"its {head}weight of {as_words(weight.shape)} doesn't read {hidden} hidden units",
        )
    rest = [name for name in others if not name.startswith(head)]
    if not rest:
        return head, None
    tables = [name for name in rest if name.endswith("weight") and others[name].ndim == 2]
    if strange := [name for name in rest if name not in tables[:1]]:
        raise refused(path, f"it has a tensor {quoted(strange[0])}, for which there is no place")
    return head, tables[0]


def _biases(
    path: Path, recurrent: Mapping[str, Array], layer: int, rows: int
) -> tuple[Array, Array]:
    """Copies of a layer's two bias vectors, `[rows]`; zeros where it was made without."""
    pair = [recurrent.get(f"bias_{of}_l{layer}") for of in ("ih", "hh")]
    found = [bias for bias in pair if bias is not None]
    if not found:
        return np.zeros(rows, np.float32), np.zeros(rows, np.float32)
    if [bias.shape for bias in found] != [(rows,)] * 2:
        raise refused(path, f"the two biases of its recurrent layer {layer} don't go together")
    return found[0].copy(), found[1].copy()
