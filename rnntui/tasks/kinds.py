"""The kinds of networks: what files call them, and which commands are for them, in one table.

What else differs between them is in the folder of each task; `task.py` has its outline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rnntui.errors import CheckpointError, quoted
from rnntui.training.checkpoint_file import OpenCheckpoint, open_checkpoint
from rnntui.training.run_folder import RunFolder, read_configuration

RecipeKind = Literal["train", "classify", "trace", "compare"]


@dataclass(frozen=True)
class Kind:
    """What a network is trained for.

    `name` is the kind's in `run.toml` and in checkpoints, `called` what a sentence calls
    its networks, `use` what they do and by which commands. `train` is the command that trains
    them, by recipes of the kind `recipes`.
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
"""Each kind by its name."""


def kind_of_checkpoint(path: Path) -> Kind:
    """The kind of a checkpoint's network. Raises `CheckpointError`, also for an unknown one."""
    with open_checkpoint(path) as file:
        return _kind_of(file)


def header_parts(file: OpenCheckpoint, kind: Kind) -> dict[str, Any]:
    """The parts of a header by name, parsed but not checked.

    Raises `CheckpointError` where the format can't be read or the network is of another kind.
    """
    file.check_version()
    if (found := _kind_of(file)) is not kind:
        raise CheckpointError(f"{file.path} is a network that {found.use}; it can't be used here.")
    return file.parts()


def kind_of_run(folder: RunFolder) -> Kind:
    """The kind of a run's network. Raises `CheckpointError`, also for an unknown one."""
    try:
        return kind_in(read_configuration(folder)["run"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.configuration} is damaged ({error!r}).") from error


def kind_in(about: Mapping[str, Any]) -> Kind:
    """The kind that the table `[run]` of a `run.toml` names. Raises `ValueError`."""
    name = about.get("kind", CHARACTERS.name)
    if name not in KINDS:
        raise ValueError("its kind is not known")
    return KINDS[name]


def _kind_of(file: OpenCheckpoint) -> Kind:
    # Before there were others, headers did not say that they were a character network's.
    found = file.part("kind", CHARACTERS.name)
    if not isinstance(found, str) or found not in KINDS:
        raise file.bad(f"it is of a kind {quoted(found)} that this rnntui doesn't know")
    return KINDS[found]
