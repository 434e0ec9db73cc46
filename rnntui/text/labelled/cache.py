"""The cache of labelled corpora: their texts, and the ids of their tokens.

Entries are named by a hash of their content. An index maps the stamps of a file or folder to its
content.
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
"""Increased when files are read, or encodings guessed, differently."""

_TOKENS_VERSION = 1
"""Increased when `tokenise` cuts texts differently."""


@dataclass(frozen=True)
class StoredContent:
    """The content of a file or folder, and notices about reading it."""

    content_hash: str
    notices: tuple[str, ...]


def corpus_path(content_hash: str) -> Path:
    """The path of a corpus's texts and labels."""
    return _entries() / f"{content_hash[:40]}.texts"


def remember(
    source: Path,
    options: Mapping[str, Any],
    stamps: tuple[FileStamp, ...],
    content: StoredContent,
    read_at_ns: int,
) -> None:
    """Store the content of `source`, read with these options (see `cache.remember`)."""
    cache.remember(_index_path(source, options), stamps, asdict(content), read_at_ns)


def recall(
    source: Path, options: Mapping[str, Any], stamps: tuple[FileStamp, ...]
) -> StoredContent | None:
    """The content stored for `source` with these stamps, or None."""
    body = cache.recall(_index_path(source, options), stamps)
    if body is None:
        return None
    try:
        return StoredContent(str(body["content_hash"]), tuple(body["notices"]))
    except (KeyError, TypeError):
        return None


def tokenised_from_cache(texts: PackedTexts, content_hash: str, units: Units) -> TokenisedTexts:
    """`tokenise(texts, units)`, cached by `content_hash`, the hash of `texts`."""
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
    """The SHA-256 of texts, in hex."""
    digest = hashlib.sha256(bytes_of(texts.offsets))
    digest.update(bytes_of(texts.data))
    return digest.hexdigest()


def _entries() -> Path:
    return places.cache_dir() / "labelled"


def _index_path(source: Path, options: Mapping[str, Any]) -> Path:
    key = [_INDEX_VERSION, str(source.resolve()), sorted(options.items())]
    return _entries() / "index" / f"{cache.short_hash(key)}.json"
