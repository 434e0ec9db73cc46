"""The library of texts: the user's, the shipped ones, and `python`.

Texts are searched for in the current folder's `corpora`, then in the user's library, then among the
shipped ones; the first of a name counts. A text is a file `NAME.txt` or a folder of texts `NAME`.
"""

import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Literal

from rnntui import places
from rnntui.atomic_files import atomic_write
from rnntui.errors import CorpusError, quoted, reason
from rnntui.text.library import standard_library
from rnntui.text.library.catalogue import catalogue
from rnntui.text.library.provenance import provenance_of
from rnntui.text.reading import open_texts, read_text
from rnntui.text.stamps import stamp_all, stamp_files
from rnntui.text.streams import spooled

Origin = Literal["yours", "user", "shipped", "built", "path"]

_SHIPPED_LIST = "shipped.toml"
_FORBIDDEN = frozenset('/\\:*?"<>|')
_LONGEST_NAME = 120  # bytes, so that file names made from it fit everywhere


@dataclass(frozen=True)
class TextEntry:
    """A text of the library, or one outside it known by its path.

    `origin` is `yours` (in the current folder's `corpora`), `user` (added to the library),
    `shipped`, `built` (made on first use; before that `size_bytes` is None), or `path` (outside the
    library; `size_bytes` is None if it is gone).
    """

    name: str
    path: Path
    origin: Origin
    size_bytes: int | None
    title: str
    about: str

    @property
    def reference(self) -> str:
        """The reference to the text: its name in the library, or its path."""
        return str(self.path) if self.origin == "path" else self.name

    @property
    def is_gone(self) -> bool:
        """Whether the file is gone."""
        return self.origin == "path" and self.size_bytes is None


@dataclass(frozen=True)
class AddedText:
    """An added text, and sentences about how it was read."""

    entry: TextEntry
    notices: tuple[str, ...]


def size_in_words(size_bytes: int | None) -> str:
    """A size in words; `not built` for a text before its first use."""
    if size_bytes is None:
        return "not built"
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if size < 9.95 and unit != "B" else f"{size:.0f} {unit}"


def list_texts() -> tuple[TextEntry, ...]:
    """All texts, each name once: yours, the user's, the shipped ones in their order, the built
    one."""
    described = _described()
    shipped_folder = places.shipped_corpora_dir()
    entries: dict[str, TextEntry] = {}
    own = places.corpora_dir()
    # In a checkout the shipped texts are in the user's folder.
    reserved = set(described) if _same_folder(own, shipped_folder) else set()
    for entry in _entries_in(own, "yours"):
        if entry.name not in reserved:
            entries.setdefault(entry.name, entry)
    for entry in _entries_in(places.user_corpora_dir(), "user"):
        entries.setdefault(entry.name, _with_origin(entry))
    for name, text in described.items():
        path = shipped_folder / f"{name}.txt"
        if path.is_file():
            entry = TextEntry(
                name, path, "shipped", path.stat().st_size, text["title"], text["about"]
            )
            entries.setdefault(name, entry)
    entries.setdefault(standard_library.NAME, _built_entry())
    return tuple(entries.values())


def text_names() -> dict[str, str]:
    """The names of all texts, each with its title or ""; reads the names of files alone."""
    described = _described()
    folders = (places.corpora_dir(), places.user_corpora_dir())
    names = {_name_of(path): "" for folder in folders for path in _texts_in(folder)}
    titles = {name: text["title"] for name, text in described.items()}
    return names | titles | {standard_library.NAME: "Python"}


def own_text_names() -> list[str]:
    """The names of the texts that `remove_text` can remove."""
    paths = [
        path
        for folder in (places.corpora_dir(), places.user_corpora_dir())
        if not _same_folder(folder, places.shipped_corpora_dir())
        for path in _texts_in(folder)
    ]
    return sorted({_name_of(path) for path in paths if path.is_file()})


def find_text(name: str) -> TextEntry:
    """The text called `name`. Raises `CorpusError`, with similar names, if there is none."""
    wanted = unicodedata.normalize("NFC", name)
    entries = {entry.name: entry for entry in list_texts()}
    if wanted not in entries:
        raise CorpusError(f"There is no text called {quoted(name)}{names_like(wanted)}.")
    return entries[wanted]


def names_like(name: str) -> str:
    """The end of a sentence about an unknown name: how to get it, or similar names."""
    if any(text.name == name for text in catalogue()):
        return f"; 'rnntui corpora fetch {name}' gets it from the network"
    close = get_close_matches(name, [entry.name for entry in list_texts()], n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}"
    return "; 'rnntui corpora list' lists them all"


def default_text_name() -> str:
    """The name of the default text, the first shipped one."""
    for name in _described():
        if (places.shipped_corpora_dir() / f"{name}.txt").is_file():
            return name
    raise CorpusError("This copy of rnntui has no shipped texts; name a text of your own.")


def add_text(
    source: str | Path | Sequence[str | Path] | BinaryIO,
    name: str | None = None,
    *,
    text_encoding: str | None = None,
    shown: str | None = None,
) -> AddedText:
    r"""Copy a file, a folder of texts or several (as one text) or a stream into the user's library.

    Stored as UTF-8 with `\n`, so that its encoding needn't be named again. The default name is the
    file's; `shown` is what sentences call the source (default: the file's name). Raises
    `CorpusError` if it can't be read as text or the name is taken.
    """
    if isinstance(source, str | Path):
        source = (source,)
    if isinstance(source, Sequence):
        paths = [existing_source(one) for one in source]
        if name is None and len(paths) > 1:
            raise CorpusError("Several files that become one text need a name; give it by --name.")
        return _add(paths, name or name_for(paths[0]), shown or paths[0].name, text_encoding)
    if name is None:
        raise CorpusError("A text from standard input needs a name; give one with --name.")
    with spooled(source, text_encoding=text_encoding) as path:
        return _add([path], name, "standard input", text_encoding)


def add_pasted(name: str, text: str) -> TextEntry:
    """Store a typed or pasted text in the user's library.

    Raises `CorpusError` if it is empty, contains NUL characters, or the name is taken.
    """
    if not text:
        raise CorpusError("The text is empty.")
    if "\0" in text:
        raise CorpusError("This isn't a text: it holds NUL characters.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _keep(free_name(name), iter([lines]))


def existing_source(source: str | Path) -> Path:
    """A file or folder to add, `~` expanded. Raises `CorpusError` if there is none."""
    try:
        path = Path(source).expanduser()
        if path.is_file() or path.is_dir():
            return path
    except (OSError, RuntimeError, ValueError):  # no such home, no permission, NUL in it
        path = Path(source)
    raise CorpusError(f"There is no file or folder {quoted(path)} to add.")


def name_for(path: Path) -> str:
    """The default name of the text of a file or folder."""
    place = path.resolve()
    return place.name if place.is_dir() else place.stem


def free_name(name: str) -> str:
    """`checked_name(name)`. Raises `CorpusError` if a text of that name exists."""
    checked = checked_name(name)
    for entry in list_texts():
        # Some file systems ignore case.
        if entry.name.casefold() == checked.casefold():
            raise CorpusError(
                f"There is already a text called {entry.name} ({entry.origin}, {entry.path}); "
                "choose another name with --name."
            )
    return checked


def remove_text(name: str) -> TextEntry:
    """Delete a text file of yours or of the user's library, and return its entry.

    Raises `CorpusError` for a text refused by `check_removable`.
    """
    entry = find_text(name)
    check_removable(entry)
    try:
        entry.path.unlink()
    except OSError as error:
        raise CorpusError(f"{entry.path} can't be removed: {reason(error)}.") from error
    return entry


def check_removable(entry: TextEntry) -> None:
    """Raise `CorpusError` for a shipped or built text, and for a folder.

    A folder may contain other files.
    """
    if entry.origin == "shipped":
        raise CorpusError(f"{entry.name} ships with rnntui and can't be removed.")
    if entry.origin == "built":
        raise CorpusError(f"{entry.name} is built when it's needed and can't be removed.")
    if entry.path.is_dir():
        raise CorpusError(f"{entry.name} is the folder {entry.path}; delete it yourself.")


def checked_name(name: str) -> str:
    """`name` in NFC. Raises `CorpusError` unless it is a valid file name on every system."""
    composed = unicodedata.normalize("NFC", name)
    bad = (
        composed != composed.strip()
        or composed.startswith((".", "-"))
        or composed.endswith(".")
        or any(character in _FORBIDDEN or not character.isprintable() for character in composed)
        or len(composed.encode("utf-8", "replace")) > _LONGEST_NAME
    )
    if not composed or bad:
        raise CorpusError(
            f"{quoted(name)} can't name a text: use letters, digits, spaces, dots, hyphens "
            "and underscores, beginning with neither a dot nor a hyphen."
        )
    return composed


def _add(paths: list[Path], name: str, shown: str, text_encoding: str | None) -> AddedText:
    free = free_name(name)
    source = open_texts(stamp_all(paths), text_encoding, shown)
    source, entry = read_text(source, lambda chunks: _keep(free, chunks))
    return AddedText(entry, source.notices)


def _keep(name: str, chunks: Iterator[str]) -> TextEntry:
    path = places.user_corpora_dir() / f"{name}.txt"
    try:
        with atomic_write(path) as file:
            for chunk in chunks:
                file.write(chunk.encode("utf-8", "replace"))
        return entry_at(path, "user")
    except OSError as error:
        raise CorpusError(f"{path} can't be written: {reason(error)}.") from error


def _entries_in(folder: Path, origin: Origin) -> list[TextEntry]:
    return [entry_at(path, origin) for path in _texts_in(folder)]


def _texts_in(folder: Path) -> list[Path]:
    """The texts in a folder, files and folders, by name."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    return [
        path
        for path in paths
        if not path.name.startswith(".")
        and ((path.suffix.lower() == ".txt" and path.is_file()) or path.is_dir())
    ]


def _name_of(path: Path) -> str:
    return unicodedata.normalize("NFC", path.name if path.is_dir() else path.stem)


def entry_at(path: Path, origin: Origin) -> TextEntry:
    """The entry of a file or a folder. Raises `CorpusError` if it can't be read."""
    stamps = stamp_files(path)
    about = f"a folder of {len(stamps)} files" if path.is_dir() else ""
    size = sum(stamp.size for stamp in stamps)
    return TextEntry(_name_of(path), path, origin, size, "", about)


def _with_origin(entry: TextEntry) -> TextEntry:
    """The entry with what is known of where it was fetched, if it was."""
    known = provenance_of(entry.name, entry.size_bytes)
    if known is None:
        return entry
    return replace(entry, title=known.title, about=f"fetched from {known.host}")


def _built_entry() -> TextEntry:
    path = standard_library.cached_path()
    return TextEntry(
        name=standard_library.NAME,
        path=path,
        origin="built",
        size_bytes=path.stat().st_size if path.is_file() else None,
        title="Python",
        about=f"programs, {standard_library.source_sentence()}",
    )


def _described() -> dict[str, dict[str, str]]:
    """The list of shipped texts: name -> title and about, in order."""
    try:
        with (places.shipped_corpora_dir() / _SHIPPED_LIST).open("rb") as file:
            texts = tomllib.load(file)["text"]
        return {text["name"]: {"title": text["title"], "about": text["about"]} for text in texts}
    except FileNotFoundError:
        return {}


def _same_folder(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
