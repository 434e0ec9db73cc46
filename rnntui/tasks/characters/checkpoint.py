"""The checkpoint of a character network: all that a resume or a generator needs.

Needs no torch: tensors are NumPy arrays here. A file is fully checked (version, names, shapes,
types, finite weights) before anything in it is used. docs/file-formats.md describes the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.provenance import CorpusProvenance
from rnntui.tasks.checkpoint_header import CheckpointHeader, fields_alike, reading_header
from rnntui.tasks.kinds import CHARACTERS, header_parts
from rnntui.text.normalisation import Normalisation
from rnntui.text.units.stored import from_json, to_json
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.checkpoint_file import (
    OpenCheckpoint,
    Shapes,
    open_checkpoint,
    optimizer_shapes,
)


@dataclass(frozen=True, kw_only=True)
class Header(CheckpointHeader[ModelConfig, Vocabulary, CorpusProvenance, TrainConfig]):
    """The header of a character network."""

    normalisation: Normalisation


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training run.

    `weights` are named as in `weight_shapes`, and so are `averages`, empty if not used;
    `optimizer` is named `<weight>.<kept>`, mostly empty before the first step; `state` is the
    carried `h` (and `c`), each `[L, B, H]`, empty if not carried.
    """

    header: Header
    weights: Floats32ByName
    optimizer: Floats32ByName
    state: Floats32ByName
    averages: Floats32ByName = field(default_factory=dict)

    @property
    def network(self) -> Floats32ByName:
        """The weights for sampling and evaluation: the averages if there are any."""
        return self.averages or self.weights

    @property
    def for_sampling(self) -> NetworkWeights:
        """These weights for a character stream."""
        return NetworkWeights(self.header.model, self.network, self.header.progress.step)

    def groups(self) -> Mapping[str, Floats32ByName]:
        """The tensors by group and name."""
        return {
            "model": self.weights,
            "average": self.averages,
            "optimizer": self.optimizer,
            "state": self.state,
        }

    def about(self) -> Mapping[str, Any]:
        """The parts of the header."""
        return self.header.as_json(
            to_json(self.header.vocabulary),
            normalisation=list(self.header.normalisation.steps),
        )


def read_header(path: Path) -> Header:
    """Read a checkpoint's header without its tensors. Raises `CheckpointError`."""
    with open_checkpoint(path) as file:
        return _header(file)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint. Raises `CheckpointError`."""
    with open_checkpoint(path) as file:
        header = _header(file)
        groups = file.groups(_expected_shapes(header), required=("model", "average"))
        file.check_optimizer(groups["optimizer"], header.progress.step)
    return Checkpoint(
        header, groups["model"], groups["optimizer"], groups["state"], groups["average"]
    )


def _header(file: OpenCheckpoint) -> Header:
    parts = header_parts(file, CHARACTERS)
    with reading_header(file):
        header = Header(
            **fields_alike(parts, ModelConfig, CorpusProvenance),
            vocabulary=from_json(parts["vocabulary"]),
            normalisation=Normalisation(tuple(parts["normalisation"])),
            config=TrainConfig(
                **{**parts["config"], "normalise": tuple(parts["config"]["normalise"])}
            ),
        )
    if len(header.vocabulary) != header.model.vocab_size:
        raise file.bad("its vocabulary and its network differ in size")
    if header.vocabulary.units != header.config.units:
        raise file.bad("its vocabulary is not of the units of its configuration")
    # The configuration is checked for bounds and types, so this covers the network's, too.
    if header.model != header.config.model(len(header.vocabulary)):
        raise file.bad("its network is not the one of its configuration")
    return replace(header, model=header.config.model(len(header.vocabulary)))


def _expected_shapes(header: Header) -> dict[str, Shapes]:
    """Shapes of all tensors by group and name."""
    model = header.model
    weights = weight_shapes(model)
    state = (model.num_layers, header.config.batch_size, model.hidden_size)
    return {
        "model": weights,
        "average": weights if header.config.average_decay else {},
        "optimizer": optimizer_shapes(header.config.optimizer, weights),
        "state": dict.fromkeys(model.state_tensors, state),
    }
