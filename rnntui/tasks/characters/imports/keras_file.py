"""Networks of Keras: a chain of an Embedding or one-hot input, recurrent layers and a Dense one.

Keras makes layers of what a file describes. So the description is read first, and has to be of
plain layers alone; then Keras loads it in its safe mode, which refuses Python code.
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from rnntui.errors import quoted, shortened
from rnntui.extras import import_extra
from rnntui.nets.arrays import Array
from rnntui.nets.config import ModelConfig
from rnntui.plain_files import open_plain
from rnntui.tasks.characters.imports.network import (
    ForeignNetwork,
    check_room,
    checked_weights,
    refused,
    with_recalled,
)
from rnntui.tasks.characters.imports.torch_file import unreadable
from rnntui.toml_files import is_deep

PURPOSE: Final = "Importing a network of Keras"

_CELLS: Final = {"SimpleRNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
_WITHOUT_EFFECT: Final = ("InputLayer", "Dropout", "SpatialDropout1D")
"""Layers that do nothing after training."""

_LAYERS: Final = (*_CELLS, *_WITHOUT_EFFECT, "Embedding", "Dense", "Activation", "Softmax")

_MODELS: Final = ("Sequential", "Functional", "Model")
_OTHERS: Final = ("DTypePolicy", "Policy", "__keras_tensor__", "__tuple__")

_DEEPEST: Final = 20
_LARGEST_DESCRIPTION: Final = 1 << 20


class KerasFile:
    """A model saved by Keras 3 (`.keras`) or in HDF5 by any version (`.h5`)."""

    suffixes = (".keras", ".h5", ".hdf5")

    def read(self, path: Path) -> ForeignNetwork:
        """The network in a file."""
        # Its default is TensorFlow, which rnntui doesn't need; a choice of the user's stays.
        os.environ.setdefault("KERAS_BACKEND", "torch")
        h5py = import_extra("keras", PURPOSE, "h5py")
        try:
            with open_plain(path, "followed") as file:
                description = _description(path, file.read(), h5py)
        except OSError as error:
            raise unreadable(path, error) from error
        except (
            *(ValueError, KeyError, RuntimeError, EOFError),
            *(zipfile.BadZipFile, zlib.error),
        ) as error:
            # RuntimeError is h5py's, and of nesting that is too deep.
            raise refused(path, "it is not a whole model saved by Keras (model.save)") from error
        _check_plain(path, description)
        keras = import_extra("keras", PURPOSE)
        try:
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # whatever a damaged file makes it raise
            if isinstance(error, MemoryError):
                raise
            said = shortened(" ".join(str(error).split()), 120).rstrip(".")
            raise refused(path, f"Keras can't load it ({said})") from error
        return _network(path, model)


def _description(path: Path, content: bytes, h5py: Any) -> Any:
    """The model's description, parsed. Raises `ValueError`, `KeyError`, `OSError`."""
    if path.suffix.lower() == ".keras":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_room(path, [[entry.file_size // 4] for entry in archive.infolist()])
            if archive.getinfo("config.json").file_size > _LARGEST_DESCRIPTION:
                raise ValueError("its description is too long")
            text: str | bytes = archive.read("config.json")
    else:
        try:
            opened = h5py.File(io.BytesIO(content), "r")
        except OSError as error:  # of h5py's own, for what is no such file
            raise ValueError("it is not HDF5") from error
        with opened as file:
            sizes: list[tuple[int, ...]] = []
            file.visititems(lambda _, part: sizes.append(getattr(part, "shape", ())))
            check_room(path, sizes)
            text = file.attrs["model_config"]
    description = json.loads(text)
    if not isinstance(description, dict) or is_deep(description, _DEEPEST):
        raise ValueError("it is no model's")
    # Of how it was trained nothing is loaded.
    return {name: part for name, part in description.items() if name != "compile_config"}


def _check_plain(path: Path, description: Any) -> None:
    """Raise `CheckpointError` unless a description is of a model of plain layers alone."""
    for part in _parts(description):
        if "class_name" not in part:
            continue
        name, module = part["class_name"], part.get("module")
        is_initializer = module == "keras.initializers"
        known = (*_LAYERS, *_MODELS, *_OTHERS)
        if not isinstance(name, str) or not (name in known or is_initializer or _is_old(part)):
            raise refused(path, f"it has a {quoted(name)}, for which there is no place")
        # Keras imports what stands there.
        if module is not None and not (
            isinstance(module, str) and (module == "keras" or module.startswith("keras."))
        ):
            raise refused(path, f"it has a {quoted(name)} of {quoted(module)}, not of Keras")
        if part.get("registered_name") not in (None, name):
            raise refused(path, f"it has a {quoted(name)} of somebody's own")


def _is_old(part: dict[str, Any]) -> bool:
    """Whether a part is an initial distribution, as older versions describe one."""
    config = part.get("config")
    told = {"seed", "gain", "minval", "maxval", "mean", "stddev", "value", "dtype"}
    more = {"scale", "mode", "distribution"}
    return (
        isinstance(config, dict)
        and set(part) == {"class_name", "config"}
        and (set(config) <= told | more)
    )


def _parts(description: Any) -> Iterator[dict[str, Any]]:
    """All objects in a parsed text."""
    waiting = [description]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _network(path: Path, model: Any) -> ForeignNetwork:
    """The network of a loaded model."""
    if type(model).__name__ != "Sequential":
        pairs = zip(model.layers, model.layers[1:], strict=False)
        if any(layer.input is not before.output for before, layer in pairs):
            raise refused(path, "its layers are not one chain")
    kinds = [(type(layer).__name__, layer) for layer in model.layers]
    chain = [(kind, layer) for kind, layer in kinds if kind not in _WITHOUT_EFFECT]
    embedding = chain.pop(0)[1] if chain and chain[0][0] == "Embedding" else None
    recurrent = [layer for kind, layer in chain if kind in _CELLS]
    cells = {_CELLS[kind] for kind, _ in chain if kind in _CELLS}
    if len(cells) != 1 or len({layer.units for layer in recurrent}) != 1:
        raise refused(path, "it has no recurrent layers, or not all of one kind and size")
    if len({_activation(layer) for layer in recurrent}) != 1:
        raise refused(path, "its recurrent layers have different activations")
    first, last, (cell,) = recurrent[0], recurrent[-1], cells
    above = chain[len(recurrent) :]
    if [kind for kind, _ in above][:1] != ["Dense"] or any(
        kind not in ("Activation", "Softmax") for kind, _ in above[1:]
    ):
        raise refused(path, "after its recurrent layers there isn't one Dense layer")
    dense = above[0][1]
    ends = [_activation(layer, kind) for kind, layer in above]
    if [end for end in ends if end != "linear"] not in ([], ["softmax"]):
        raise refused(path, "its last layer is neither softmax nor linear")
    arrays = dense.get_weights()
    weights = {"head.weight": arrays[0].T, "head.bias": _bias_or_zero(arrays, 1, dense.units)}
    if embedding is not None:
        if embedding.mask_zero:
            raise refused(path, "its embedding masks zeros")
        weights["embedding.weight"] = embedding.get_weights()[0]
    recalled: list[Array] = []
    for number, layer in enumerate(recurrent):
        if number < len(recurrent) - 1 and not layer.return_sequences:
            raise refused(path, "a recurrent layer gives its last output alone to the next one")
        for name, array in _layer_weights(path, cell, layer, recalled).items():
            weights[f"layers.{number}.{name}"] = array
    length = None if last.return_sequences else model.input_shape[1]
    config = ModelConfig(
        vocab_size=dense.units,
        cell=cell,
        nonlinearity="relu" if cell == "rnn" and _activation(first) == "relu" else "tanh",
        input_encoding="one-hot" if embedding is None else "embedding",
        embedding_size=64 if embedding is None else embedding.output_dim,
        hidden_size=first.units,
        num_layers=len(recurrent),
        window=length or 0,
    )
    unsaid = ("window",) if length is None and not last.return_sequences else ()
    network = ForeignNetwork(config, checked_weights(path, config, weights), unsaid)
    return with_recalled(path, network, recalled)


def _layer_weights(path: Path, cell: str, layer: Any, recalled: list[Array]) -> dict[str, Array]:
    """The weights of a recurrent layer, gates in our order; of a GRU adds to `recalled`."""
    activations = _activation(layer), getattr(layer, "recurrent_activation", None)
    plain = activations[0] == "tanh" and getattr(activations[1], "__name__", "") == "sigmoid"
    if cell == "rnn":
        plain = activations[0] in ("tanh", "relu")
    if not plain or layer.go_backwards:
        raise refused(path, f"its {layer.name} has other activations, or reads backwards")
    arrays = layer.get_weights()
    kernel, recurrent = arrays[:2]
    bias = _bias_or_zero(arrays, 2, kernel.shape[1])
    if cell == "gru":
        if not layer.reset_after:
            raise refused(path, f"its {layer.name} has reset_after=False, which is another cell")
        pair = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
        recalled.append(pair[1, 2 * layer.units :].copy())
        pair[1, 2 * layer.units :] = 0
        kernel, recurrent, bias = map(_reset_first, (kernel, recurrent, pair.sum(axis=0)))
    return {"weight_ih": kernel.T, "weight_hh": recurrent.T, "bias": bias}


def _reset_first(array: Array) -> Array:
    """A GRU's gates in our order: Keras has the update gate first."""
    update, reset, new = np.split(array, 3, axis=-1)
    return np.concatenate([reset, update, new], axis=-1)


def _bias_or_zero(arrays: list[Array], index: int, size: int) -> Array:
    """A layer's bias; zeros where it was made without one."""
    return arrays[index] if len(arrays) > index else np.zeros(size, np.float32)


def _activation(layer: Any, kind: str = "") -> str:
    """The name of a layer's activation."""
    return "softmax" if kind == "Softmax" else str(layer.activation.__name__)
