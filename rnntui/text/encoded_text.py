"""Files as encoded text: from the cache, or read, counted and encoded into it.

A cache entry is two files, named by a hash of its key: `.ids`, the ids as little-endian unsigned
integers, and `.json`, which is written last and makes the entry valid.
"""

import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnntui import places
from rnntui.atomic_files import atomic_write
from rnntui.errors import CorpusError, reason
from rnntui.plain_files import open_plain
from rnntui.text.cache import (
    DAMAGE,
    map_array,
    read_record,
    recall,
    remember,
    short_hash,
    write_record,
)
from rnntui.text.counting import SymbolCounts, count_symbols
from rnntui.text.ids import BLOCK, Checksums, IdArray, id_type, temporary_ids, write_ids
from rnntui.text.normalisation import Normalisation
from rnntui.text.reading import (
    Doubtful,
    FileContent,
    TextSource,
    open_texts,
    read_text,
)
from rnntui.text.stamps import StampedFiles, stamp_all
from rnntui.text.vocabulary import Vocabulary

_FORMAT_VERSION = 1
_INDEX_VERSION = 3
"""Increased when encodings are guessed differently."""

_CHECKED_BLOCKS = 64


@dataclass(frozen=True)
class TextKey:
    """A cache key: the bytes' SHA-256, their encoding, the normalisation's steps."""

    content_hash: str
    text_encoding: str
    normalisation: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The file name of the entry, without suffix."""
        return short_hash([_FORMAT_VERSION, asdict(self)])


@dataclass(frozen=True, eq=False)
class EncodedText:
    """A text as ids, [total] and read-only, over the vocabulary of its counts."""

    counted: SymbolCounts
    ids: IdArray


@dataclass(frozen=True, eq=False)
class EncodedFiles:
    """The encoded text of files, with their content, size and notices."""

    content: FileContent
    size_bytes: int
    text: EncodedText
    notices: tuple[str, ...]


def encode_files(
    paths: tuple[Path, ...],
    shown: str,
    normalisation: Normalisation,
    text_encoding: str | None,
    doubtful: Doubtful,
) -> EncodedFiles:
    """The encoded text of files and folders, joined in order; `shown` names it in messages.

    Files with stamps known to the cache aren't read. Raises `CorpusError` like `read_text`, for an
    empty text, and for files that change while they are read.
    """
    files = stamp_all(paths)
    index = _index_path(paths, text_encoding)
    content = _recalled(index, files)
    text = None if content is None else cached_text(_key(content, normalisation))
    notices: tuple[str, ...] = ()
    if content is None or text is None:
        read_at_ns = time.time_ns()
        source = open_texts(files, text_encoding, shown)
        content, text, notices = _read_and_encode(source, shown, normalisation)
        remember(index, files.stamps, asdict(content), read_at_ns)
    if content.doubt and doubtful == "ask":
        raise CorpusError(content.doubt)
    return EncodedFiles(content, files.size_bytes, text, (*content.notices, *notices))


def have_changed(paths: tuple[Path, ...], text_encoding: str, content_hash: str) -> bool:
    """Whether the files' content differs from the hash; False if they are gone."""
    try:
        files = stamp_all(paths)
    except CorpusError:
        return False
    for encoding in (None, text_encoding):
        if (content := _recalled(_index_path(paths, encoding), files)) is not None:
            return content.content_hash != content_hash
    # Which files of a folder count as texts may depend on a named encoding.
    for encoding in (None, text_encoding):
        with suppress(CorpusError):  # now empty, no text, or of several encodings
            if open_texts(files, encoding).content_hash() == content_hash:
                return False
    return True


def cached_text(key: TextKey) -> EncodedText | None:
    """Open the entry of `key`; None if it is absent or damaged.

    All blocks of up to 64 MiB of ids are checked, of larger ones 64 evenly spread blocks.
    """
    folder = _entries()
    # Whatever is wrong with an entry, the text can be encoded anew.
    try:
        body = read_record(folder / f"{key.stem}.json")
        counted = _checked_counts(body)
        ids_path = folder / f"{key.stem}.ids"
        dtype = id_type(len(counted.vocabulary))
        if ids_path.stat().st_size != counted.total * dtype.itemsize:
            return None
        if not _blocks_match(ids_path, body["checksums"], counted):
            return None
        return EncodedText(counted, map_array(ids_path, dtype, counted.total))
    except (CorpusError, *DAMAGE):
        return None


def cache_text(
    key: TextKey,
    counted: SymbolCounts,
    source: TextSource,
    shown: str,
    normalisation: Normalisation,
) -> EncodedText:
    """Encode a text into the cache and open it. Raises `OSError` if that fails."""
    folder = _entries()
    ids_path = folder / f"{key.stem}.ids"
    checksums = Checksums()
    with atomic_write(ids_path) as file:
        write_ids(counted, normalisation.stream(source.chunks()), file, checksums)
        # An entry must never be stored under the hash of another content.
        source.check_unchanged(shown)
    body = {
        "symbols": counted.vocabulary.symbols,
        "counts": counted.counts,
        "total": counted.total,
        "checksums": checksums.blocks(),
    }
    write_record(folder / f"{key.stem}.json", body)
    dtype = id_type(len(counted.vocabulary))
    return EncodedText(counted, map_array(ids_path, dtype, counted.total))


def require_characters(counted: SymbolCounts | None, name: str) -> SymbolCounts:
    """The counts of a text. Raises `CorpusError` for one without characters."""
    if counted is None:
        raise CorpusError(f"{name} has no characters to learn from; choose another text.")
    return counted


def _read_and_encode(
    source: TextSource, shown: str, normalisation: Normalisation
) -> tuple[FileContent, EncodedText, tuple[str, ...]]:
    """Hash, count and encode a text, unless it is cached."""
    content = source.content()
    text = cached_text(_key(content, normalisation))
    if text is not None:
        return content, text, ()
    source, counts = read_text(
        source, lambda chunks: count_symbols(normalisation.stream(chunks)), doubtful="read"
    )
    counted = require_characters(counts, shown)
    content = source.content(content.content_hash)
    key = _key(content, normalisation)
    try:
        return content, cache_text(key, counted, source, shown, normalisation), ()
    except OSError as error:
        notice = (
            f"The encoded text couldn't be cached ({reason(error)}); "
            "it will be encoded again next time."
        )
    try:
        ids = temporary_ids(counted, normalisation.stream(source.chunks()))
    except OSError as error:
        raise CorpusError(
            f"There is no disk space for the encoded text ({reason(error)}); "
            "free some, or name another folder with RNNTUI_HOME."
        ) from error
    source.check_unchanged(shown)
    return content, EncodedText(counted, ids), (notice,)


def _recalled(index: Path, files: StampedFiles) -> FileContent | None:
    body = recall(index, files.stamps)
    try:
        if body is None:
            return None
        notices = tuple(body["notices"])
        content = FileContent(body["content_hash"], body["text_encoding"], notices, body["doubt"])
    except DAMAGE:
        return None
    texts = (content.content_hash, content.text_encoding, content.doubt, *notices)
    return content if all(isinstance(text, str) for text in texts) else None


def _key(content: FileContent, normalisation: Normalisation) -> TextKey:
    return TextKey(content.content_hash, content.text_encoding, normalisation.steps)


def _entries() -> Path:
    return places.cache_dir() / "corpora"


def _index_path(paths: tuple[Path, ...], text_encoding: str | None) -> Path:
    # No path contains NUL.
    joined = "\0".join(str(path.resolve()) for path in paths)
    return _entries() / "index" / f"{short_hash([_INDEX_VERSION, joined, text_encoding])}.json"


def _checked_counts(body: dict[str, Any]) -> SymbolCounts:
    """The counts of an entry. Raises `ValueError` or `TypeError` for invalid ones."""
    symbols, counts, total = tuple(body["symbols"]), tuple(body["counts"]), body["total"]
    if not all(isinstance(symbol, str) and len(symbol) == 1 for symbol in symbols):
        raise ValueError("a symbol is not one character")
    if not all(type(count) is int and count > 0 for count in counts) or sum(counts) != total:
        raise ValueError("a count is not a positive integer")
    if len(symbols) != len(counts):
        raise ValueError("not every symbol is counted")
    return SymbolCounts(Vocabulary(symbols), counts, total)


def _blocks_match(path: Path, checksums: list[int], counted: SymbolCounts) -> bool:
    symbols = len(counted.vocabulary)
    dtype = id_type(symbols)
    if len(checksums) != -(-counted.total * dtype.itemsize // BLOCK):
        return False
    with open_plain(path) as file:
        for block in _checked_blocks(len(checksums)):
            file.seek(block * BLOCK)
            content = file.read(BLOCK)
            if zlib.crc32(content) != checksums[block]:
                return False
            if np.frombuffer(content, dtype).max() >= symbols:
                return False
    return True


def _checked_blocks(count: int) -> Iterator[int]:
    checked = min(count, _CHECKED_BLOCKS)
    for step in range(checked):
        # The first and the last block are always included.
        yield step * (count - 1) // max(checked - 1, 1)
