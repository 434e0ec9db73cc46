"""The cache of encoded texts: ids in a file that is mapped into memory, and what they mean.

An entry is two files, named by a hash of its key: `.ids`, the ids as
little-endian unsigned integers, and `.json`, which is written last and makes
the entry valid. Any doubt about an entry makes it absent, to be made again.
An index remembers which content a file had, by its size, time and inode.
"""

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnntui import places
from rnntui.atomic_files import atomic_write, remove_stale_parts
from rnntui.errors import CorpusError
from rnntui.plain_files import open_plain, read_plain
from rnntui.text.counting import SymbolCounts
from rnntui.text.encoding import BLOCK, Checksums, EncodedText, id_type, map_ids, write_ids
from rnntui.text.reading import FileStamp
from rnntui.text.vocabulary import Vocabulary

_FORMAT_VERSION = 1
_INDEX_VERSION = 2
"""To be raised when encodings are guessed another way."""

_CHECKED_BLOCKS = 64
_SETTLED_NS = 2_000_000_000
_LARGEST_RECORD = 64 << 20


@dataclass(frozen=True)
class CacheKey:
    """What an encoded text depends on: the bytes, their encoding, the normalisation's steps."""

    content_hash: str
    text_encoding: str
    normalisation: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of the entry's files, less their suffix."""
        return _short_hash([_FORMAT_VERSION, asdict(self)])


@dataclass(frozen=True)
class RememberedContent:
    """What the index keeps of a text that was read before.

    `doubt` is a sentence that asks for its encoding where the guess isn't sure.
    """

    content_hash: str
    text_encoding: str
    notices: tuple[str, ...]
    doubt: str = ""


def cached_text(key: CacheKey) -> EncodedText | None:
    """Open the entry of `key`; None when there is none or it's damaged.

    All blocks of up to 64 MiB of ids are checked, of larger ones 64 blocks
    evenly spread.
    """
    folder = _entries()
    # Whatever is wrong with an entry, the text can be encoded again.
    try:
        body = _read_record(folder / f"{key.stem}.json")
        counted = _checked_counts(body)
        ids_path = folder / f"{key.stem}.ids"
        kind = id_type(len(counted.vocabulary))
        if ids_path.stat().st_size != counted.total * kind.itemsize:
            return None
        if not _blocks_match(ids_path, body["checksums"], counted):
            return None
        return EncodedText(counted, map_ids(ids_path, kind))
    except (CorpusError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def cache_text(
    key: CacheKey, counted: SymbolCounts, chunks: Callable[[], Iterable[str]]
) -> EncodedText:
    """Encode a text into the cache and open it. Raises OSError when that can't be written."""
    folder = _entries()
    ids_path = folder / f"{key.stem}.ids"
    checksums = Checksums()
    with atomic_write(ids_path) as file:
        write_ids(counted, chunks(), file, checksums)
    body = {
        "symbols": counted.vocabulary.symbols,
        "counts": counted.counts,
        "total": counted.total,
        "checksums": checksums.blocks(),
    }
    _write_record(folder / f"{key.stem}.json", body)
    remove_stale_parts(folder)
    return EncodedText(counted, map_ids(ids_path, id_type(len(counted.vocabulary))))


def remember(
    paths: tuple[Path, ...],
    text_encoding: str | None,
    stamps: tuple[FileStamp, ...],
    content: RememberedContent,
    read_at_ns: int,
) -> None:
    """Note what the files and folders `paths` held together when they were read at `read_at_ns`.

    A file modified within two seconds before isn't noted: a further change
    could leave its time of modification as it is. Nor is anything when the
    cache can't be written.
    """
    if any(read_at_ns - stamp.mtime_ns < _SETTLED_NS for stamp in stamps):
        return
    body = {"files": [asdict(stamp) for stamp in stamps], **asdict(content)}
    with suppress(OSError):
        _write_record(_index_path(paths, text_encoding), body)


def recall(
    paths: tuple[Path, ...], text_encoding: str | None, stamps: tuple[FileStamp, ...]
) -> RememberedContent | None:
    """Return what `paths` held when their files had these stamps, or None."""
    try:
        body = _read_record(_index_path(paths, text_encoding))
        if body["files"] != [asdict(stamp) for stamp in stamps]:
            return None
        notices = tuple(body["notices"])
        texts = body["content_hash"], body["text_encoding"], body["doubt"], *notices
        if not all(isinstance(text, str) for text in texts):
            return None
        return RememberedContent(
            body["content_hash"], body["text_encoding"], notices, body["doubt"]
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def now_ns() -> int:
    """Return the time that modification times of files are measured in."""
    return time.time_ns()


def _entries() -> Path:
    return places.cache_dir() / "corpora"


def _index_path(paths: tuple[Path, ...], text_encoding: str | None) -> Path:
    # No path has a NUL in it.
    place = "\0".join(str(path.resolve()) for path in paths)
    name = _short_hash([_INDEX_VERSION, place, text_encoding])
    return _entries() / "index" / f"{name}.json"


def _short_hash(value: list[object]) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:40]


def _write_record(path: Path, body: dict[str, Any]) -> None:
    """Write a body of JSON on one line and its checksum on the next."""
    line = json.dumps(body).encode()
    with atomic_write(path) as file:
        file.write(line + b"\n%d\n" % zlib.crc32(line))


def _read_record(path: Path) -> dict[str, Any]:
    line, checksum, _ = read_plain(path, _LARGEST_RECORD).split(b"\n")
    if zlib.crc32(line) != int(checksum):
        raise ValueError(f"{path.name} is damaged")
    body: dict[str, Any] = json.loads(line)
    return body


def _checked_counts(body: dict[str, Any]) -> SymbolCounts:
    """The counts of an entry. Raises ValueError or TypeError for what is not one."""
    symbols, counts, total = tuple(body["symbols"]), tuple(body["counts"]), body["total"]
    if not all(isinstance(symbol, str) and len(symbol) == 1 for symbol in symbols):
        raise ValueError("a symbol is not one character")
    if not all(type(count) is int and count > 0 for count in counts) or sum(counts) != total:
        raise ValueError("a count is not one")
    if len(symbols) != len(counts):
        raise ValueError("not every symbol is counted")
    return SymbolCounts(Vocabulary(symbols), counts, total)


def _blocks_match(path: Path, checksums: list[int], counted: SymbolCounts) -> bool:
    symbols = len(counted.vocabulary)
    kind = id_type(symbols)
    if len(checksums) != -(-counted.total * kind.itemsize // BLOCK):
        return False
    with open_plain(path) as file:
        for block in _checked_blocks(len(checksums)):
            file.seek(block * BLOCK)
            content = file.read(BLOCK)
            if zlib.crc32(content) != checksums[block]:
                return False
            if np.frombuffer(content, kind).max() >= symbols:
                return False
    return True


def _checked_blocks(count: int) -> Iterator[int]:
    checked = min(count, _CHECKED_BLOCKS)
    for step in range(checked):
        # The first and the last block are always among them.
        yield step * (count - 1) // max(checked - 1, 1)
