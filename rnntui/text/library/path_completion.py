"""Completion of a path while it is typed.

It looks at the disk and keeps nothing; whoever types decides when to ask.
"""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

SHOWN: Final = 200
"""Most candidates returned, unless told otherwise."""

_SEPARATORS = tuple({"/", os.sep})


@dataclass(frozen=True)
class Candidate:
    """A file or folder that the last part of a typed path begins.

    `typed` is the whole path as it would stand in the field: the folder as it
    was typed, the name as it is on disk, and a separator behind a folder.
    """

    typed: str
    name: str
    is_folder: bool


@dataclass(frozen=True)
class Completions:
    """What `typed` could become.

    `extended` is `typed` with all that every candidate goes on with, those
    left out of `candidates` included; `problem` says why a folder can't be
    listed, or is empty.
    """

    typed: str
    candidates: tuple[Candidate, ...] = ()
    extended: str = ""
    problem: str = ""


def completions(typed: str, limit: int = SHOWN) -> Completions:
    """List the folders and readable files that begin with `typed`, in the order of their names.

    `~` means a home. Hidden ones are listed only after a dot. Names that begin
    exactly so are preferred to those that differ in capitals or composition.
    """
    cut = 1 + max(typed.rfind(separator) for separator in _SEPARATORS)
    folder, begun = typed[:cut], typed[cut:]
    if begun in (".", "..") or (begun == "~" and not folder):
        here = Candidate(f"{typed}/", begun, is_folder=True)
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
        Candidate(f"{folder}{entry.name}{'/' if is_folder else ''}", entry.name, is_folder)
        for entry in sorted(matching, key=lambda entry: (_folded(entry.name), entry.name))
        for is_folder in (_is_folder(entry),)
    ]
    common = _common_beginning([candidate.typed for candidate in found])
    extended = common if len(common) > len(typed) else typed
    return Completions(typed, tuple(found[:limit]), extended)


def _common_beginning(texts: list[str]) -> str:
    """Return what all texts begin with: what the first and last in order do."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(char for char, _ in same)


def _offered(folder: Path, hidden: bool) -> Iterator["os.DirEntry[str]"]:
    """Yield what may be chosen or entered, either the hidden ones or the others."""
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
