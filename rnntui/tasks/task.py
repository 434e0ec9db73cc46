"""The protocol of a task, for code that handles runs, checkpoints and recipes of any task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rnntui.nets.config import LayerRow
from rnntui.tasks.checkpoint_header import CheckpointHeader
from rnntui.tasks.kinds import Kind
from rnntui.tasks.recipes import RecipeFile
from rnntui.training.prepared_run import RunDescription
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder
from rnntui.training.settings.common import CommonSettings

Header = CheckpointHeader[Any, Any, Any, Any]
Description = RunDescription[Any, Any]


class Checkpoint(Protocol):
    """A checkpoint with its tensors."""

    @property
    def header(self) -> Header:
        """All of it but the tensors."""


class Layers(NamedTuple):
    """A network's layer table, introduced by a sentence."""

    sentence: str
    rows: Sequence[LayerRow]


class Task(Protocol):
    """A kind of network with its settings, runs and checkpoints; `table.py` has all of them."""

    @property
    def kind(self) -> Kind:
        """Its name in files and its commands."""

    @property
    def config(self) -> type[CommonSettings]:
        """The type of its configurations."""

    def read_header(self, path: Path) -> Header:
        """Read a checkpoint's header without its tensors. Raises `CheckpointError`."""

    def load(self, path: Path) -> Checkpoint:
        """Read and check a whole checkpoint. Raises `CheckpointError`."""

    def describe(self, folder: RunFolder) -> Description:
        """Read a run's description from `run.toml`. Raises `CheckpointError`."""

    def best(
        self, folder: RunFolder, config: Any, progress: Progress
    ) -> tuple[float | None, float | None]:
        """Bits per character, and accuracy, of a run's best network; None if unknown."""

    def learned_per_step(self, config: Any) -> int:
        """Characters, or texts, that a step trains on."""

    def about(self, header: Any) -> list[tuple[str, str]]:
        """A network's training data, as names and values."""

    def layers(self, header: Any) -> Sequence[LayerRow]:
        """A network's layer table."""

    def recipe_layers(self, file: RecipeFile, corpus: str | None) -> Layers | None:
        """The layer table of a recipe on a text, by default its own; None if not known without it.

        Raises `ConfigError` and `CorpusError`.
        """
