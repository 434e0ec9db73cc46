"""Files that `checkpoints export` wrote as safetensors or `.npz`; and others' safetensors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnntui.errors import RnntuiError
from rnntui.nets.cells.own import UnknownOwnCellError
from rnntui.nets.config import ModelConfig
from rnntui.plain_files import open_plain
from rnntui.tasks.characters.imports.network import (
    ForeignNetwork,
    check_room,
    checked_weights,
    refused,
)
from rnntui.tasks.characters.imports.state_dict import network_of_state
from rnntui.tasks.characters.imports.torch_file import arrays_of, unreadable
from rnntui.text.normalisation import Normalisation
from rnntui.text.units.stored import from_json
from rnntui.training.checkpoint_file import check_header_size


class SafetensorsFile:
    """An export with its description, or a state dict of torch's layers without one."""

    suffixes = (".safetensors",)

    def read(self, path: Path) -> ForeignNetwork:
        """The network in a file."""
        from safetensors import SafetensorError, safe_open

        try:
            with open_plain(path, "followed") as file:
                check_header_size(path, file)
            with safe_open(str(path), framework="pt") as opened:
                about = opened.metadata() or {}
                if "format_version" in about:
                    raise refused(path, "it is a checkpoint of rnntui, which every command takes")
                names = opened.keys()
                check_room(path, [opened.get_slice(name).get_shape() for name in names])
                state = {name: opened.get_tensor(name) for name in names}
        except OSError as error:
            raise unreadable(path, error) from error
        except (SafetensorError, ValueError) as error:
            raise refused(path, f"it is not a complete safetensors file ({error})") from error
        arrays = arrays_of(path, state)
        return (
            _described(path, about, arrays) if "model" in about else network_of_state(path, arrays)
        )


class NpzFile:
    """An export with its description."""

    suffixes = (".npz",)

    def read(self, path: Path) -> ForeignNetwork:
        """The network in a file."""
        try:
            with open_plain(path, "followed") as file, np.load(file, allow_pickle=False) as packed:
                content = {name: packed[name] for name in packed.files}
        except OSError as error:
            raise unreadable(path, error) from error
        except Exception as error:  # whatever a damaged archive makes NumPy and zipfile raise
            if isinstance(error, MemoryError):
                raise
            raise refused(path, "it is not a complete .npz file without pickles") from error
        about = {name: str(array) for name, array in content.items() if array.dtype.kind == "U"}
        if "model" not in about:
            raise refused(path, "it doesn't describe its network, as 'checkpoints export' does")
        return _described(path, about, {k: v for k, v in content.items() if k not in about})


def _described(path: Path, about: Mapping[str, str], weights: Mapping[str, Any]) -> ForeignNetwork:
    """The network that a file describes."""
    try:
        model = ModelConfig(**json.loads(about["model"]))
        vocabulary = from_json(json.loads(about["vocabulary"]))
        normalisation = Normalisation(tuple(json.loads(about["normalisation"])))
    except UnknownOwnCellError:
        raise
    except (KeyError, TypeError, ValueError, RecursionError, RnntuiError) as error:
        raise refused(path, f"its description is damaged ({error})") from error
    return ForeignNetwork(
        model, checked_weights(path, model, weights), (), vocabulary, normalisation
    )
