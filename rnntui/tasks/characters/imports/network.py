"""A network from another program's file, by rnntui's names, and what its formats share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rnntui.errors import CheckpointError, quoted
from rnntui.machine_memory import available_bytes
from rnntui.nets.arrays import Array, Floats32ByName
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.foreign_cells import TORCH_GRU
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class ForeignNetwork:
    """A network, its weights by the names and shapes of `weight_shapes`.

    `unsaid` are settings of `model` that the file says nothing of. `vocabulary` and
    `normalisation` are None where it has none.
    """

    model: ModelConfig
    weights: Floats32ByName
    unsaid: tuple[str, ...] = ()
    vocabulary: Vocabulary | None = None
    normalisation: Normalisation | None = None


class ForeignFormat(Protocol):
    """A format that networks are imported from; one object in one file of this folder."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The ends of its files' names, in lower case."""

    def read(self, path: Path) -> ForeignNetwork:
        """The network in a file, of which nothing is ever run.

        Raises `CheckpointError` for a file that is damaged or another network than rnntui has,
        and `MissingExtraError`.
        """


def refused(path: Path, why: str) -> CheckpointError:
    """The error for a file that can't be imported."""
    return CheckpointError(f"{path} can't be imported: {why}.")


def checked_weights(path: Path, model: ModelConfig, weights: Mapping[str, Any]) -> Floats32ByName:
    """`weights` in float32, checked to be all of a network's, in its shapes and finite."""
    shapes = weight_shapes(model)
    if strange := sorted(set(weights) - set(shapes)):
        raise refused(path, f"it has a tensor {quoted(strange[0])}, for which there is no place")
    arrays = {}
    for name, shape in shapes.items():
        if name not in weights:
            raise refused(path, f"its tensor {name} is missing")
        array = np.ascontiguousarray(weights[name], np.float32)
        if array.shape != shape:
            raise refused(path, f"its {name} is {as_words(array.shape)}, not {as_words(shape)}")
        if not np.isfinite(array).all():
            raise refused(path, f"its {name} holds numbers that are not finite")
        arrays[name] = array
    return arrays


def check_room(path: Path, shapes: Sequence[Sequence[int]]) -> None:
    """Raise `CheckpointError` for tensors that would take more memory than is free."""
    needed, room = sum(4 * math.prod(shape) for shape in shapes), available_bytes()
    if needed > room:
        raise refused(
            path,
            f"its tensors take {needed / 1e9:,.1f} GB of memory, and only {room / 1e9:,.1f} GB"
            " are free",
        )


def with_recalled(path: Path, network: ForeignNetwork, recalled: Sequence[Array]) -> ForeignNetwork:
    """A GRU's network with another bias of each layer, `[H]`, within the reset gate's product.

    It is `network` itself where these are all zero, else one of the cell `TORCH_GRU`.
    """
    if not any(bias.any() for bias in recalled):
        return network
    model, weights = replace(network.model, cell=TORCH_GRU), dict(network.weights)
    new = slice(2 * model.hidden_size, None)
    for layer, bias in enumerate(recalled):
        at = f"layers.{layer}"
        below, beside = weights[f"{at}.weight_ih"], weights[f"{at}.weight_hh"]
        nothing = np.zeros_like(beside[new])
        weights[f"{at}.weight_ih"] = np.concatenate([below, np.zeros_like(below[new])])
        weights[f"{at}.weight_hh"] = np.concatenate([beside[: new.start], nothing, beside[new]])
        weights[f"{at}.bias"] = np.concatenate([weights[f"{at}.bias"], bias])
    return replace(network, model=model, weights=checked_weights(path, model, weights))


def as_words(shape: Sequence[int]) -> str:
    """A shape for sentences: `512 x 128`."""
    return " x ".join(map(str, shape)) or "one number"
