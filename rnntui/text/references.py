"""Finds what a person means by a text: a name of the library, a path, or standard input."""

import sys
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from rnntui.errors import CorpusError
from rnntui.text import standard_library
from rnntui.text.library import Origin, TextEntry, entry_at, list_texts, names_like
from rnntui.text.streams import is_stream

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Reference:
    """A text that was found: its name, its place, and how sentences call it.

    `open_stream` is set, and `path` means nothing, for a text that can be read only once.
    """

    name: str
    source: str
    shown: str
    path: Path
    origin: Origin | Literal["stream"]
    open_stream: Callable[[], AbstractContextManager[BinaryIO]] | None = None


def resolve_reference(reference: str | Path, stdin: BinaryIO | None = None) -> Reference:
    """Find the text that `reference` means.

    `-` is standard input. A bare word (no separator, no suffix) is first a
    name of the library, then a file or folder. Anything else, and every
    `Path`, is first a file or folder, then a name of the library: so
    `play.txt` is a file of the current folder and `play` the shipped play,
    whatever the current folder holds. Raises CorpusError when there is neither.
    """
    if reference == STANDARD_INPUT:
        stream = stdin if stdin is not None else sys.stdin.buffer
        return _streamed("stdin", "standard input", lambda: nullcontext(stream))
    path = Path(reference).expanduser()
    bare = isinstance(reference, str) and path.name == reference and not path.suffix
    entries = {entry.name: entry for entry in list_texts()}
    entry = entries.get(unicodedata.normalize("NFC", str(reference)))
    if entry is not None and (bare or not _exists(path)):
        return _of_entry(entry)
    if not _exists(path):
        what = "text, file or folder called" if bare else "file or folder"
        raise CorpusError(f"There is no {what} {str(reference)!r}{names_like(path.stem)}.")
    if is_stream(path):
        return _streamed(path.name, f"stream {path}", lambda: path.open("rb"))
    place = path.resolve()
    kind = "folder" if place.is_dir() else "file"
    name = place.name if place.is_dir() else place.stem
    return Reference(name, f"{kind} {place}", place.name, place, "path")


def entry_of(reference: str, name: str = "") -> TextEntry:
    """The text that `reference` means, as lists show it; never raises.

    A path that leads to a text of the library means that text. Where nothing is
    left of it, it's the library's text called `name`, or an entry that `is_gone`.
    """
    entries = list_texts()
    try:
        found = resolve_reference(reference)
        for entry in entries:
            if entry.path.resolve() == found.path:
                return entry
        if found.open_stream is None:
            return entry_at(found.path, "path")
    except CorpusError:
        for entry in entries:
            if entry.name == name:
                return entry
    path = Path(reference)
    return TextEntry(name or path.stem, path, "path", None, "", "")


def _streamed(
    name: str, source: str, open_stream: Callable[[], AbstractContextManager[BinaryIO]]
) -> Reference:
    return Reference(name, source, source, Path(), "stream", open_stream)


def _of_entry(entry: TextEntry) -> Reference:
    place = entry.path.resolve()
    sources = {
        "yours": f"your text {place}",
        "user": f"text of your library {place}",
        "shipped": "shipped with rnntui",
        "built": standard_library.source_sentence(),
    }
    return Reference(entry.name, sources[entry.origin], place.name, place, entry.origin)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder that may not be entered
        return False
