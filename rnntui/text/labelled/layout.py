"""Derives each text's class from the file names of a folder or an archive."""

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
    """A text with its class; `place` names it in messages."""

    part: PartName
    label: str
    text: str
    place: str


@dataclass(frozen=True)
class FileLabel:
    """Part and class of a file; `index` is its index in the list of all files."""

    index: int
    part: PartName
    label: str


def may_be_labelled(path: Parts) -> bool:
    """Whether a file can be a labelled text.

    It is in a folder, isn't hidden, ends with `.txt` or has no suffix, and isn't one of the
    unlabelled texts.
    """
    hidden = any(name.startswith((".", "__MACOSX")) for name in path)
    suffix = path[-1].rpartition(".")[2].lower() if "." in path[-1] else "txt"
    return len(path) > 1 and not hidden and suffix == "txt" and _UNLABELLED not in path[:-1]


def label_files(paths: Sequence[Parts]) -> tuple[FileLabel, ...]:
    """Part and class of each labelled file, in the order of their names.

    Below any folders that contain everything else are either `train` and perhaps `test`, with a
    folder per class, or the class folders themselves. Numbers in names are ordered by value.
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
    """A sort key with numbers by value, and ties by spelling."""
    pieces = re.split(r"([0-9]{1,18})", name)  # bounds the length of a number
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(pieces)), name


def _folders(inner: Sequence[tuple[Parts, int]]) -> set[str]:
    return {path[0].lower() for path, _ in inner}


def _is_nested(inner: Sequence[tuple[Parts, int]]) -> bool:
    return any(len(path) > 2 for path, _ in inner)
