"""Completion of a path while it is typed. Reads the disk at each call; nothing is cached."""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

SHOWN: Final = 200
"""Default limit on the candidates returned."""

_SEPARATORS = tuple({"/", os.sep})


@dataclass(frozen=True)
class PathCandidate:
    """A file or folder whose name starts with the last part of a typed path.

    `typed` is the completed path for the field: the folder as typed, the name as on disk, and a
    separator after a folder.
    """

    typed: str
    name: str
    is_folder: bool


@dataclass(frozen=True)
class Completions:
    """The completions of `typed`.

    `extended` is `typed` extended by the common continuation of all matches, also of those beyond
    `candidates`; `problem` is the reason why a folder can't be listed, or empty.
    """

    typed: str
    candidates: tuple[PathCandidate, ...] = ()
    extended: str = ""
    problem: str = ""


def completions(typed: str, limit: int = SHOWN) -> Completions:
    """The folders and readable files that start with `typed`, by name.

    `~` is a home folder. Hidden files are listed only after a dot. Exact matches are preferred to
    those that differ in case or Unicode composition.
    """
    cut = 1 + max(typed.rfind(separator) for separator in _SEPARATORS)
    folder, begun = typed[:cut], typed[cut:]
    if begun in (".", "..") or (begun == "~" and not folder):
        here = PathCandidate(f"{typed}/", begun, is_folder=True)
        return Completions(typed, (here,), here.typed)
    try:
        entries = list(_offered(Path(folder or ".").expanduser(), begun.startswith(".")))
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return Completions(typed, extended=typed, problem=f"{folder} can't be listed: {reason}.")
    matching = [entry for entry in entries if entry.name.startswith(begun)]
    if not matching:
        alike = _folded(begun)
        matching = [entry for entry in entries if _folded(entry.name).startswith(alike)]
    found = [
        PathCandidate(f"{folder}{entry.name}{'/' if is_folder else ''}", entry.name, is_folder)
        for entry in sorted(matching, key=lambda entry: (_folded(entry.name), entry.name))
        for is_folder in (_is_folder(entry),)
    ]
    common = _common_beginning([candidate.typed for candidate in found])
    extended = common if len(common) > len(typed) else typed
    return Completions(typed, tuple(found[:limit]), extended)


def _common_beginning(texts: list[str]) -> str:
    """The common prefix of all texts, which is that of the first and last in order."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(char for char, _ in same)


def _offered(folder: Path, hidden: bool) -> Iterator["os.DirEntry[str]"]:
    """Yield folders and readable files, either the hidden ones or the others."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") != hidden:
                continue
            if _is_folder(entry) or _is_readable_file(entry):
                yield entry


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def _is_readable_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file() and os.access(entry.path, os.R_OK)
    except OSError:
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
