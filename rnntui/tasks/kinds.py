"""The kinds of networks: their names in files, and their commands, in one table.

All else that differs is in the folder of each task, behind the protocol in `task.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rnntui.errors import CheckpointError, quoted
from rnntui.training.checkpoint_file import OpenCheckpoint, open_checkpoint
from rnntui.training.runs.folder import RunFolder, read_configuration

RecipeKind = Literal["train", "classify", "trace", "compare"]


@dataclass(frozen=True)
class Kind:
    """The kind of a network: what it is trained for.

    `name` stands in `run.toml` and checkpoints; `called` and `use` word sentences: what such a
    network is, and what it does by which commands. `train` is the command that trains it, with
    recipes of kind `recipes`.
    """

    name: str
    called: str
    use: str
    train: str
    recipes: RecipeKind


CHARACTERS: Final = Kind(
    name="characters",
    called="a character network",
    use="generates text; 'rnntui sample' and 'rnntui eval' use it",
    train="rnntui train",
    recipes="train",
)
CLASSIFIER: Final = Kind(
    name="classifier",
    called="a classifier",
    use="classifies; 'rnntui classify predict' and 'rnntui classify eval' use it",
    train="rnntui classify train",
    recipes="classify",
)
KINDS: Final = {kind.name: kind for kind in (CHARACTERS, CLASSIFIER)}
"""The kinds by name."""


def kind_of_checkpoint(path: Path) -> Kind:
    """The kind of a checkpoint's network. Raises `CheckpointError`, also if it is unknown."""
    with open_checkpoint(path) as file:
        return _kind_of(file)


def header_parts(file: OpenCheckpoint, kind: Kind) -> dict[str, Any]:
    """The parts of a header by name, parsed but not checked.

    Raises `CheckpointError` for an unknown format version or a network of another kind.
    """
    file.check_version()
    if (found := _kind_of(file)) is not kind:
        raise CheckpointError(f"{file.path} is a network that {found.use}; it can't be used here.")
    return file.parts()


def kind_of_run(folder: RunFolder) -> Kind:
    """The kind of a run's network. Raises `CheckpointError`, also if it is unknown."""
    try:
        return kind_in(read_configuration(folder)["run"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.configuration} is damaged ({error!r}).") from error


def kind_in(about: Mapping[str, Any]) -> Kind:
    """The kind named in the table `[run]` of a `run.toml`. Raises `ValueError`."""
    name = about.get("kind", CHARACTERS.name)
    if name not in KINDS:
        raise ValueError("its kind is unknown")
    return KINDS[name]


def _kind_of(file: OpenCheckpoint) -> Kind:
    # The first versions, which had only character networks, did not name the kind.
    found = file.part("kind", CHARACTERS.name)
    if not isinstance(found, str) or found not in KINDS:
        raise file.bad(f"its kind {quoted(found)} is unknown to this rnntui")
    return KINDS[found]
