"""Resolves a reference to a text: a name of the library, a path, or standard input."""

import shlex
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from rnntui.errors import CorpusError, quoted
from rnntui.text.library import standard_library
from rnntui.text.library.entries import (
    Origin,
    TextEntry,
    entry_at,
    list_texts,
    names_like,
)
from rnntui.text.reading import list_names
from rnntui.text.stamps import stamp_all
from rnntui.text.streams import is_stream, standard_input

STANDARD_INPUT = "-"

NAMED_PATHS = 3
"""Most paths named in a sentence."""


@dataclass(frozen=True)
class Reference:
    """A resolved text: its name, its paths, and `shown`, its name in messages.

    Several `paths` are joined in order. A text that can be read only once has `open_stream` and no
    paths.
    """

    name: str
    source: str
    shown: str
    paths: tuple[Path, ...]
    origin: Origin | Literal["stream"]
    open_stream: Callable[[], AbstractContextManager[BinaryIO]] | None = None


def joined_reference(references: Iterable[str]) -> str:
    """The reference to several joined texts, quoted as for a shell; a single one is unchanged."""
    words = list(references)
    return words[0] if len(words) == 1 else shlex.join(words)


def resolve_reference(reference: str | Path, stdin: BinaryIO | None = None) -> Reference:
    """Resolve a reference to a text.

    `-` is standard input. A bare word (no separator, no suffix) is first a
    name of the library, then a file or folder. Anything else, and every
    `Path`, is first a file or folder, then a name of the library: so
    `play.txt` is a file of the current folder and `play` the shipped play,
    whatever the current folder contains. Anything else may be several references, quoted as for a
    shell (see `joined_reference`). Raises `CorpusError` if there is no such text.
    """
    if reference == STANDARD_INPUT:
        stream = stdin if stdin is not None else standard_input()
        return _streamed("stdin", "standard input", lambda: nullcontext(stream))
    path = Path(reference).expanduser()
    bare = isinstance(reference, str) and path.name == reference and not path.suffix
    entries = {entry.name: entry for entry in list_texts()}
    entry = entries.get(unicodedata.normalize("NFC", str(reference)))
    if entry is not None and (bare or not _exists(path)):
        return _of_entry(entry)
    if not _exists(path):
        if len(words := _words(str(reference))) > 1:
            return _joined(words)
        what = "text, file or folder called" if bare else "file or folder"
        raise CorpusError(f"There is no {what} {quoted(reference)}{names_like(path.stem)}.")
    if is_stream(path):
        return _streamed(path.name, f"stream {path}", lambda: path.open("rb"))
    place = path.resolve()
    kind = "folder" if place.is_dir() else "file"
    name = place.name if place.is_dir() else place.stem
    return Reference(name, f"{kind} {place}", place.name, (place,), "path")


def _words(reference: str) -> list[str]:
    try:
        return shlex.split(reference)
    except ValueError:  # an unbalanced quotation mark
        return []


def _joined(words: list[str]) -> Reference:
    """Several texts as one. Raises `CorpusError` for one that is missing or has no path."""
    found = [resolve_reference(word) for word in words]
    for word, one in zip(words, found, strict=True):
        if one.open_stream is not None:
            raise CorpusError(
                f"{quoted(word)} can be read only once, so it can't be joined to other texts;"
                " name files and folders, or give it alone."
            )
        if one.origin == "built" and not one.paths[0].is_file():
            raise CorpusError(
                f"{quoted(word)} is built on its first use; 'rnntui corpora show {word}' does that,"
                " then it can be joined to other texts."
            )
    paths = tuple(path for one in found for path in one.paths)
    listed = list_names([str(path) for path in paths], NAMED_PATHS)
    return Reference(
        f"{found[0].name}+{len(paths) - 1}",
        f"{len(paths)} texts joined: {listed}",
        f"the {len(paths)} texts",
        paths,
        "path",
    )


def paths_of(reference: str) -> tuple[str, ...]:
    """The absolute paths in a `Corpus.reference`; none for a name."""
    words = _words(reference)
    if len(words) > 1 and all(Path(word).is_absolute() for word in words):
        return tuple(words)
    return (reference,) if Path(reference).is_absolute() else ()


def entry_of(reference: str, name: str = "") -> TextEntry:
    """The text of `reference` for a list; never raises.

    The path of a text in the library gives that text. If the file is gone, the result is the
    library's text called `name`, or an entry that `is_gone`.
    """
    entries = list_texts()
    try:
        found = resolve_reference(reference)
        for entry in entries:
            if (entry.path.resolve(),) == found.paths:
                return entry
        if len(found.paths) > 1:
            size = stamp_all(found.paths).size_bytes
            return TextEntry(
                found.name, Path(reference), "path", size, "", f"{len(found.paths)} texts joined"
            )
        if found.open_stream is None:
            return entry_at(found.paths[0], "path")
    except CorpusError:
        for entry in entries:
            if entry.name == name:
                return entry
    path = Path(reference)
    return TextEntry(name or path.stem, path, "path", None, "", "")


def _streamed(
    name: str, source: str, open_stream: Callable[[], AbstractContextManager[BinaryIO]]
) -> Reference:
    return Reference(name, source, source, (), "stream", open_stream)


def _of_entry(entry: TextEntry) -> Reference:
    place = entry.path.resolve()
    sources = {
        "yours": f"your text {place}",
        "user": f"text of your library {place}",
        "shipped": "shipped with rnntui",
        "built": standard_library.source_sentence(),
    }
    return Reference(entry.name, sources[entry.origin], place.name, (place,), entry.origin)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder without permission
        return False
