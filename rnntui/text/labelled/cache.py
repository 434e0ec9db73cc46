"""The cache of labelled corpora: their texts, and the numbers of their tokens.

Entries are named by a hash of what they hold. An index remembers what a file
or folder held, by the size, time and inode of every file.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rnntui import places
from rnntui.text.labelled.choices import Units
from rnntui.text.labelled.store import bytes_of, store, stored
from rnntui.text.labelled.texts import PackedTexts
from rnntui.text.labelled.tokens import TokenisedTexts, tokenise
from rnntui.text.reading import FileStamp

_SETTLED_NS = 2_000_000_000
_INDEX_VERSION = 3
"""To be raised when files are read, or encodings guessed, another way."""

_TOKENS_VERSION = 1
"""To be raised when `tokenise` cuts texts another way."""


@dataclass(frozen=True)
class Remembered:
    """What a file or folder held: the corpus, and sentences about how it was read."""

    content_hash: str
    notices: tuple[str, ...]


def corpus_path(content_hash: str) -> Path:
    """Return where the texts and labels of a corpus are kept."""
    return _entries() / f"{content_hash[:40]}.texts"


def remember(
    source: Path,
    options: Mapping[str, Any],
    stamps: tuple[FileStamp, ...],
    content: Remembered,
    read_at_ns: int,
) -> None:
    """Note what `source` held when it was read, with these options, at `read_at_ns`.

    A file modified within two seconds before isn't noted: a further change
    could leave its time as it is. Nor is anything when the cache can't be written.
    """
    if any(read_at_ns - stamp.mtime_ns < _SETTLED_NS for stamp in stamps):
        return
    with suppress(OSError):
        store(_index_path(source, options), {"stamps": _hash_stamps(stamps), **asdict(content)}, {})


def recall(
    source: Path, options: Mapping[str, Any], stamps: tuple[FileStamp, ...]
) -> Remembered | None:
    """Return what `source` held when its files had these stamps, or None."""
    entry = stored(_index_path(source, options))
    try:
        if entry is None or entry.about["stamps"] != _hash_stamps(stamps):
            return None
        return Remembered(str(entry.about["content_hash"]), tuple(entry.about["notices"]))
    except (KeyError, TypeError):
        return None


def tokenised_from_cache(texts: PackedTexts, content_hash: str, units: Units) -> TokenisedTexts:
    """Return `tokenise(texts, units)`, kept for the next time; `content_hash` is that of `texts`.

    Where the cache can't be written, or an entry is damaged, the texts are cut again.
    """
    path = _entries() / f"{content_hash[:40]}.{units}"
    entry = stored(path)
    try:
        if entry is not None and entry.about["version"] == _TOKENS_VERSION:
            arrays = entry.arrays
            tokens = tuple(entry.about["tokens"])
            return TokenisedTexts(units, tokens, arrays["numbers"], arrays["offsets"])
    except (KeyError, TypeError):
        pass
    cut = tokenise(texts, units)
    about = {"version": _TOKENS_VERSION, "tokens": cut.tokens}
    with suppress(OSError):
        store(path, about, {"numbers": cut.numbers, "offsets": cut.offsets})
    return cut


def hash_texts(texts: PackedTexts) -> str:
    """Return the SHA-256 of texts, in hex."""
    digest = hashlib.sha256(bytes_of(texts.offsets))
    digest.update(bytes_of(texts.data))
    return digest.hexdigest()


def _entries() -> Path:
    return places.cache_dir() / "labelled"


def _index_path(source: Path, options: Mapping[str, Any]) -> Path:
    key = json.dumps([_INDEX_VERSION, str(source.resolve()), dict(options)], sort_keys=True)
    return _entries() / "index" / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"


def _hash_stamps(stamps: tuple[FileStamp, ...]) -> str:
    digest = hashlib.sha256()
    for stamp in stamps:
        digest.update(repr(stamp).encode())
    return digest.hexdigest()
