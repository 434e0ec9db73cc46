"""The cache of labelled corpora: their texts, and the ids of their tokens.

Entries are named by a hash of their content. An index remembers the content of a
file or folder by the size, time and inode of every file.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rnntui import places
from rnntui.text import cache
from rnntui.text.cache import bytes_of, read_arrays, write_arrays
from rnntui.text.labelled.choices import Units
from rnntui.text.labelled.texts import PackedTexts
from rnntui.text.labelled.tokens import TokenisedTexts, tokenise
from rnntui.text.stamps import FileStamp

_INDEX_VERSION = 4
"""To be raised when files are read, or encodings guessed, another way."""

_TOKENS_VERSION = 1
"""To be raised when `tokenise` cuts texts another way."""


@dataclass(frozen=True)
class Remembered:
    """The content of a file or folder, and notices about reading it."""

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
    """Note the content of `source`, read with these options; see `cache.remember`."""
    cache.remember(_index_path(source, options), stamps, asdict(content), read_at_ns)


def recall(
    source: Path, options: Mapping[str, Any], stamps: tuple[FileStamp, ...]
) -> Remembered | None:
    """Return the content of `source` when its files had these stamps, or None."""
    body = cache.recall(_index_path(source, options), stamps)
    try:
        return (
            None if body is None else Remembered(str(body["content_hash"]), tuple(body["notices"]))
        )
    except (KeyError, TypeError):
        return None


def tokenised_from_cache(texts: PackedTexts, content_hash: str, units: Units) -> TokenisedTexts:
    """Return `tokenise(texts, units)`, kept for the next time; `content_hash` is that of `texts`.

    Where the cache can't be written, or an entry is damaged, the texts are cut again.
    """
    path = _entries() / f"{content_hash[:40]}.{units}"
    entry = read_arrays(path)
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
        write_arrays(path, about, {"numbers": cut.numbers, "offsets": cut.offsets})
    return cut


def hash_texts(texts: PackedTexts) -> str:
    """Return the SHA-256 of texts, in hex."""
    digest = hashlib.sha256(bytes_of(texts.offsets))
    digest.update(bytes_of(texts.data))
    return digest.hexdigest()


def _entries() -> Path:
    return places.cache_dir() / "labelled"


def _index_path(source: Path, options: Mapping[str, Any]) -> Path:
    key = [_INDEX_VERSION, str(source.resolve()), sorted(options.items())]
    return _entries() / "index" / f"{cache.short_hash(key)}.json"
