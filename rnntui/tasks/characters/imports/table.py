"""The formats by the ends of their files' names; a new one is a line here and a file beside it."""

from pathlib import Path
from typing import Final

from rnntui.errors import ConfigError
from rnntui.tasks.characters.imports.keras_file import KerasFile
from rnntui.tasks.characters.imports.network import ForeignFormat
from rnntui.tasks.characters.imports.own_exports import NpzFile, SafetensorsFile
from rnntui.tasks.characters.imports.torch_file import TorchFile

FOREIGN_FORMATS: Final[tuple[ForeignFormat, ...]] = (
    TorchFile(),
    SafetensorsFile(),
    NpzFile(),
    KerasFile(),
)


def format_of(path: Path) -> ForeignFormat:
    """The format of a file by its name's end. Raises `ConfigError` for an unknown one."""
    for one in FOREIGN_FORMATS:
        if path.suffix.lower() in one.suffixes:
            return one
    known = ", ".join(suffix for one in FOREIGN_FORMATS for suffix in one.suffixes)
    raise ConfigError(f"{path} is of no format that can be imported, which are {known}.")
