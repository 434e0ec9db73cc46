"""Labelled corpora on disk: an archive, a folder, or a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rnntui import places
from rnntui.errors import CorpusError, quoted
from rnntui.text.encodings import checked_encoding
from rnntui.text.labelled.archive import ARCHIVES, archive_texts, is_archive
from rnntui.text.labelled.decoding import LabelledFile, decoded_files
from rnntui.text.labelled.faults import Faults
from rnntui.text.labelled.folder import folder_stamps, folder_texts
from rnntui.text.labelled.layout import LabelledText, label_files
from rnntui.text.labelled.table import TABLES, TableColumns, table_texts
from rnntui.text.stamps import FileStamp, stamp_files

SHIPPED_NAME = "reviews"
"""The labelled text that ships with rnntui."""

_SHAPES = (
    "a folder of folders named by class, a tar archive of one, or a CSV, TSV or JSONL "
    "file with a text and a label column"
)


@dataclass(frozen=True)
class LabelledFiles:
    """A labelled corpus on disk, not yet read; `stamps` detect changes."""

    path: Path
    kind: Literal["archive", "folder", "table"]
    stamps: tuple[FileStamp, ...]
    columns: TableColumns
    text_encoding: str | None
    skip_bad: bool

    @property
    def name(self) -> str:
        """The corpus's name: the folder's, or the file's without suffixes."""
        if self.kind == "folder":
            return self.path.name
        suffixes = ARCHIVES if self.kind == "archive" else (self.path.suffix,)
        lower = self.path.name.lower()
        longest = max((len(end) for end in suffixes if lower.endswith(end.lower())), default=0)
        return self.path.name[: len(lower) - longest]

    @property
    def phrase(self) -> str:
        """A phrase about the place of the corpus."""
        if self.path.parent == places.shipped_corpora_dir().resolve():
            return "shipped with rnntui"
        return f"{self.kind if self.kind != 'table' else 'file'} {self.path}"

    @property
    def options(self) -> dict[str, Any]:
        """Everything beside the files that affects reading."""
        return {
            "text_column": self.columns.text,
            "label_column": self.columns.label,
            "has_header": self.columns.has_header,
            "skip_bad": self.skip_bad,
            "text_encoding": self.text_encoding,
        }


def find_labelled(reference: str | Path) -> Path:
    """Resolve a reference to a labelled corpus.

    A bare word (no separator, no suffix) is first a name in `corpora`, in the user's library or
    among the shipped texts, then a file or folder; anything else the other way round. "" means the
    shipped reviews. Raises `CorpusError`.
    """
    if not reference:
        shipped = _named(SHIPPED_NAME, (places.shipped_corpora_dir(),))
        if shipped is None:
            raise CorpusError("This copy of rnntui has no labelled texts; name some of your own.")
        return shipped
    folders = (places.corpora_dir(), places.user_corpora_dir(), places.shipped_corpora_dir())
    try:
        given = Path(reference).expanduser()
        bare = given.name == str(reference) and not given.suffix
        named = _named(given.name, folders) if given.name == str(reference) else None
        if given.exists() and not (bare and named):
            return given.resolve()
        if named is not None:
            return named
    except (OSError, RuntimeError, ValueError):  # a name too long, no such home, NUL in it
        pass
    raise CorpusError(f"There is no labelled text {quoted(reference)}; name {_SHAPES}.")


def _named(name: str, folders: tuple[Path, ...]) -> Path | None:
    """The path of `name`, with or without its suffix, in the first folder that has it."""
    for folder in folders:
        for suffix in ("", *sorted(TABLES), *ARCHIVES):
            path = folder / f"{name}{suffix}"
            if path.exists():
                return path.resolve()
    return None


def open_labelled(
    path: Path, columns: TableColumns, text_encoding: str | None, *, skip_bad: bool = False
) -> LabelledFiles:
    """Classify `path` without reading it. Raises `CorpusError`."""
    encoding = checked_encoding(text_encoding) if text_encoding is not None else None
    if path.is_dir():
        return LabelledFiles(path, "folder", folder_stamps(path), columns, encoding, skip_bad)
    if not path.is_file():
        raise CorpusError(f"{path} is neither a file nor a folder; name {_SHAPES}.")
    if is_archive(path):
        return LabelledFiles(path, "archive", stamp_files(path), columns, encoding, skip_bad)
    if path.suffix.lower() in TABLES:
        return LabelledFiles(path, "table", stamp_files(path), columns, encoding, skip_bad)
    raise CorpusError(f"{path.name} has no labels; name {_SHAPES}.")


def read_files(source: LabelledFiles, faults: Faults) -> tuple[list[LabelledText], tuple[str, ...]]:
    """The texts in order, and sentences about how they were read.

    Unusable rows of a table are added to `faults`. Raises `CorpusError` for anything unreadable,
    damaged or too large.
    """
    if source.kind == "table":
        return table_texts(source.path, source.stamps, source.columns, source.text_encoding, faults)
    if source.columns != TableColumns():
        raise CorpusError(
            f"{source.path.name} is not a table, so it has no header or columns to name."
        )
    if source.kind == "archive":
        files = archive_texts(source.path)
    else:
        files = folder_texts(source.path, source.stamps)
    found = label_files([parts for parts, _ in files])
    if not found:
        raise CorpusError(f"{source.path.name} holds no labelled texts; name {_SHAPES}.")
    labelled = [
        LabelledFile(f"{'/'.join(parts)} in {source.path.name}", data)
        for parts, data in (files[place.index] for place in found)
    ]
    decoded, notices = decoded_files(labelled, source.text_encoding, source.path.name)
    texts = [
        LabelledText(place.part, place.label, text, "/".join(files[place.index][0]))
        for place, text in zip(found, decoded, strict=True)
    ]
    if left_out := len(files) - len(found):
        beside = f"Left out of {source.path.name}: files that are in no class ({left_out})."
        notices = (*notices, beside)
    return texts, notices
