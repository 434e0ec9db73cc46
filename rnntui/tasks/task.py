"""What every task can say of its runs, checkpoints and recipes, to those that know no task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rnntui.nets.config import LayerRow
from rnntui.tasks.checkpoint_header import CheckpointHeader
from rnntui.tasks.description import RunDescription
from rnntui.tasks.kinds import Kind
from rnntui.tasks.recipes import RecipeFile
from rnntui.training.progress import Progress
from rnntui.training.run_folder import RunFolder
from rnntui.training.settings.common import CommonSettings

Header = CheckpointHeader[Any, Any, Any, Any]
Description = RunDescription[Any, Any]


class Layers(NamedTuple):
    """A network's layers, and a sentence about what sizes them."""

    sentence: str
    rows: Sequence[LayerRow]


class Task(Protocol):
    """What a network is trained for (see `kinds.py`); `table.py` has them all."""

    @property
    def kind(self) -> Kind:
        """What files and commands call it."""

    @property
    def config(self) -> type[CommonSettings]:
        """The settings of its runs and recipes."""

    def read_header(self, path: Path) -> Header:
        """Read what a checkpoint says of itself, not its tensors. Raises `CheckpointError`."""

    def check_checkpoint(self, path: Path) -> Header:
        """Read a whole checkpoint, its tensors too, for its header. Raises `CheckpointError`."""

    def describe(self, folder: RunFolder) -> Description:
        """Read what a run was begun with. Raises `CheckpointError`."""

    def best(self, folder: RunFolder, progress: Progress) -> tuple[float | None, float | None]:
        """How good a run's best network is: its bits per character, or its accuracy."""

    def learned_per_step(self, config: Any) -> int:
        """Characters, or texts, that a step learns from."""

    def about(self, header: Any) -> list[tuple[str, str]]:
        """What a network learned from, as names and values."""

    def layers(self, header: Any) -> Sequence[LayerRow]:
        """A network's layers."""

    def recipe_layers(self, file: RecipeFile, corpus: str | None) -> Layers | None:
        """The layers of a recipe's network on a text (None: its own); None where it fixes none.

        Raises `ConfigError` and `CorpusError`.
        """
