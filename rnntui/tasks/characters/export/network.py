"""What every format is given: a network that generates, and what its files say of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from rnntui import __version__
from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.text.normalisation import Normalisation
from rnntui.text.units.stored import to_json
from rnntui.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class ExportedNetwork:
    """A network and what is needed to generate with it.

    `weights` are those that generate, by the names of `weight_shapes`. `run`, `corpus` and `step`
    say where it comes from.
    """

    config: ModelConfig
    weights: Floats32ByName
    vocabulary: Vocabulary
    normalisation: Normalisation
    run: str
    corpus: str
    step: int

    def metadata(self) -> Mapping[str, str]:
        """What a file says of its network, each as JSON in ASCII.

        `vocabulary` is as in a checkpoint, `model` the architecture by the names of the settings.
        """
        values = {
            "format": "rnntui network",
            "rnntui": __version__,
            "run": self.run,
            "corpus": self.corpus,
            "step": self.step,
            "model": asdict(self.config),
            "state_tensors": self.config.state_tensors,
            "normalisation": self.normalisation.steps,
            "vocabulary": to_json(self.vocabulary),
        }
        return {name: json.dumps(value) for name, value in values.items()}


class Format(Protocol):
    """A format that networks are exported to; one object in one file of this folder."""

    @property
    def name(self) -> str:
        """Its name on the command line."""

    @property
    def suffix(self) -> str:
        """The end of its file's name."""

    @property
    def about(self) -> str:
        """What it is, for help."""

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """The content of each file by the end of its name, `suffix` first; of `network` alone.

        Raises `MissingExtraError` for a package that isn't installed, and `ConfigError` or
        `CorpusError` for a network that the format has no place for.
        """


def exported_network(path: Path) -> ExportedNetwork:
    """The network in the checkpoint at `path`. Raises `CheckpointError`."""
    return network_of(load_checkpoint(path))


def network_of(checkpoint: Checkpoint) -> ExportedNetwork:
    """The network of a checkpoint."""
    header = checkpoint.header
    return ExportedNetwork(
        header.model,
        checkpoint.network,
        header.vocabulary,
        header.normalisation,
        header.run,
        header.corpus.name,
        header.progress.step,
    )
