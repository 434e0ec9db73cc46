"""Tells from the names of files which class each text is of, in a folder or an archive."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PartName = Literal["train", "test"]
Parts = tuple[str, ...]
"""A path as its components, relative to the folder or the archive."""

_UNLABELLED = "unsup"


@dataclass(frozen=True)
class LabelledText:
    """One text; `place` says where it is from, in sentences."""

    part: PartName
    label: str
    text: str
    place: str


@dataclass(frozen=True)
class FileLabel:
    """Part and class of a file; `index` is its position in the list of all files."""

    index: int
    part: PartName
    label: str


def may_be_labelled(path: Parts) -> bool:
    """Tell whether a file can be a labelled text.

    It stands in a folder, isn't hidden, is called `.txt` or has no suffix, and
    isn't among the texts that are there to be learned from without a label.
    """
    hidden = any(name.startswith((".", "__MACOSX")) for name in path)
    suffix = path[-1].rpartition(".")[2].lower() if "." in path[-1] else "txt"
    return len(path) > 1 and not hidden and suffix == "txt" and _UNLABELLED not in path[:-1]


def label_files(paths: Sequence[Parts]) -> tuple[FileLabel, ...]:
    """Find part and class of each file that has them, in the order of their names.

    Below any folders that hold all the rest stand either `train` and perhaps
    `test`, with a folder for each class in them, or the folders of the classes
    themselves. Numbers in names are ordered by value.
    """
    inner = [(path, index) for index, path in enumerate(paths) if may_be_labelled(path)]
    folders = _folders(inner)
    while len(folders) == 1 and not folders & {"train", "test"} and _is_nested(inner):
        inner = [(path[1:], index) for path, index in inner if len(path) > 2]
        folders = _folders(inner)
    if "train" in folders:
        found = [
            FileLabel(index, "train" if path[0].lower() == "train" else "test", path[1])
            for path, index in inner
            if path[0].lower() in ("train", "test") and len(path) > 2
        ]
    else:
        found = [FileLabel(index, "train", path[0]) for path, index in inner]
    return tuple(sorted(found, key=lambda place: natural_key("/".join(paths[place.index]))))


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Return what orders names with their numbers by value, and equal ones by spelling."""
    pieces = re.split(r"([0-9]{1,18})", name)  # no number is too long to be read
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(pieces)), name


def _folders(inner: Sequence[tuple[Parts, int]]) -> set[str]:
    return {path[0].lower() for path, _ in inner}


def _is_nested(inner: Sequence[tuple[Parts, int]]) -> bool:
    return any(len(path) > 2 for path, _ in inner)
