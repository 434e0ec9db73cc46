"""A corpus: a text with name and provenance, as ids of its own vocabulary."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rnntui.errors import CorpusError
from rnntui.plain_files import open_plain
from rnntui.text.counting import count_symbols
from rnntui.text.decoding import reading_errors
from rnntui.text.encoded_text import (
    EncodedText,
    TextKey,
    cached_text,
    encode_files,
    have_changed,
    require_characters,
)
from rnntui.text.gutenberg import has_frame
from rnntui.text.ids import IdArray, ids_in_memory
from rnntui.text.library import standard_library
from rnntui.text.library.references import Reference, joined_reference, paths_of, resolve_reference
from rnntui.text.normalisation import Normalisation
from rnntui.text.reading import Doubtful
from rnntui.text.streams import spooled
from rnntui.text.unit_kinds import BYTES
from rnntui.text.units.raw_bytes import BYTE_VOCABULARY
from rnntui.text.vocabulary import Vocabulary

_AS_IT_IS = Normalisation()

FRAME_CHARACTERS = 40_000
"""Characters at either end of a text searched for Project Gutenberg's marks."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text ready for training.

    `ids` is `[n]`, read-only, of the smallest unsigned type; it is memory-mapped, so slices cost
    only what they touch. `source` describes the origin in words; `reference` finds the text again:
    its path, those of several joined files (see `resolve_reference`), or its name without a path
    (standard input, texts given in memory). `content_hash` is of the bytes, before decoding and
    normalising. `lengths` `[n]` are the characters that each unit stands for, None where each is
    one.
    """

    name: str
    source: str
    reference: str
    size_bytes: int
    content_hash: str
    text_encoding: str
    normalisation: Normalisation
    vocabulary: Vocabulary
    counts: tuple[int, ...]
    ids: IdArray
    notices: tuple[str, ...]
    lengths: IdArray | None = None

    def __len__(self) -> int:
        """Count the units, mostly characters."""
        return len(self.ids)

    @property
    def characters(self) -> int:
        """Number of characters, whatever the units."""
        return len(self.ids) if self.lengths is None else int(self.lengths.sum(dtype=np.int64))

    def preview(self, length: int) -> str:
        """The first `length` characters, with jamo composed."""
        start = self.vocabulary.decode(self.ids[:length])
        return self.normalisation.restore_for_display(start)


def load_corpus(
    reference: str | Path,
    *,
    normalisation: Normalisation = _AS_IT_IS,
    text_encoding: str | None = None,
    doubtful: Doubtful = "ask",
    stdin: BinaryIO | None = None,
) -> Corpus:
    """The corpus of a reference (see `resolve_reference`), from the cache if possible.

    `-` is standard input, or `stdin` if given. `text_encoding` is the encoding of the bytes,
    detected if None; `bytes` reads any file as it is, byte by byte. Raises `CorpusError` for a text
    that is missing, binary or empty, and for one of uncertain encoding unless `doubtful` is "read".
    """
    found = resolve_reference(reference, stdin)
    if text_encoding == BYTES:
        return _load_bytes(found)
    if found.open_stream is not None:
        with found.open_stream() as stream, spooled(stream, found.shown, text_encoding) as path:
            corpus = _load(replace(found, paths=(path,)), normalisation, text_encoding, doubtful)
            return replace(corpus, reference=corpus.name)
    if found.origin != "built":
        return _load(found, normalisation, text_encoding, doubtful)
    if not found.paths[0].is_file():
        text = standard_library.build()
        try:
            standard_library.keep(text)
        except OSError:
            corpus = corpus_from_text(
                found.name, text, normalisation=normalisation, source=found.source
            )
            return replace(corpus, notices=standard_library.notices())
    corpus = _load(found, normalisation, "utf-8", doubtful)
    return replace(corpus, notices=(*corpus.notices, *standard_library.notices()))


def corpus_from_cache(
    name: str, source: str, content_hash: str, text_encoding: str, normalisation: Normalisation
) -> Corpus | None:
    """A text from the cache by its hash, or None if it isn't there.

    Neither the original file nor its name is needed.
    """
    encoded = cached_text(TextKey(content_hash, text_encoding, normalisation.steps))
    if encoded is None:
        return None
    return Corpus(
        name=name,
        source=source,
        reference=name,
        size_bytes=0,
        content_hash=content_hash,
        text_encoding=text_encoding,
        normalisation=normalisation,
        vocabulary=encoded.counted.vocabulary,
        counts=encoded.counted.counts,
        ids=encoded.ids,
        notices=(),
    )


def has_changed(reference: str, text_encoding: str, content_hash: str) -> bool:
    """Whether a text's files have changed; False if they are gone.

    The arguments are fields of the earlier `Corpus`.
    """
    try:
        paths = resolve_reference(reference).paths if paths_of(reference) else ()
    except CorpusError:
        return False
    if text_encoding == BYTES:
        try:
            return bool(paths) and _hash_of(_content(paths, reference)) != content_hash
        except CorpusError:
            return False
    return bool(paths) and have_changed(paths, text_encoding, content_hash)


def corpus_from_text(
    name: str,
    text: str,
    *,
    normalisation: Normalisation = _AS_IT_IS,
    source: str = "given as text",
) -> Corpus:
    """A corpus of a text in memory. Raises `CorpusError` if normalisation leaves no characters."""
    data = text.encode("utf-8", "surrogatepass")
    normalised = normalisation.apply(text)
    counted = require_characters(count_symbols([normalised]), name)
    return Corpus(
        name=name,
        source=source,
        reference=name,
        size_bytes=len(data),
        content_hash=hashlib.sha256(data).hexdigest(),
        text_encoding="utf-8",
        normalisation=normalisation,
        vocabulary=counted.vocabulary,
        counts=counted.counts,
        ids=ids_in_memory(counted, normalised),
        notices=(),
    )


def _load_bytes(found: Reference) -> Corpus:
    """The bytes of files or of a stream, in memory: a file may change while it is learned."""
    if found.open_stream is not None:
        with found.open_stream() as stream, reading_errors(found.shown):
            data, reference = stream.read(), found.name
    else:
        if found.origin == "built" and not found.paths[0].is_file():
            standard_library.keep(standard_library.build())
        data = _content(found.paths, found.shown)
        reference = joined_reference(str(path) for path in found.paths)
    if not data:
        raise CorpusError(f"{found.shown} is empty; choose a file with at least one byte.")
    ids = np.frombuffer(data, np.uint8)
    counts = np.bincount(ids, minlength=len(BYTE_VOCABULARY))
    return Corpus(
        name=found.name,
        source=found.source,
        reference=reference,
        size_bytes=len(data),
        content_hash=_hash_of(data),
        text_encoding=BYTES,
        normalisation=_AS_IT_IS,
        vocabulary=BYTE_VOCABULARY,
        counts=tuple(counts.tolist()),
        ids=ids,
        notices=(),
        lengths=BYTE_VOCABULARY.lengths.astype(np.uint8)[ids],
    )


def _content(paths: Sequence[Path], shown: str) -> bytes:
    """The bytes of files, one after the other. Raises `CorpusError`, also for a folder."""
    parts = []
    for path in paths:
        if path.is_dir():
            raise CorpusError(f"{path.name} is a folder; --units bytes reads files: name them.")
        with reading_errors(shown), open_plain(path) as file:
            parts.append(file.read())
    return b"".join(parts)


def _hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _load(
    found: Reference, normalisation: Normalisation, text_encoding: str | None, doubtful: Doubtful
) -> Corpus:
    encoded = encode_files(found.paths, found.shown, normalisation, text_encoding, doubtful)
    return Corpus(
        name=found.name,
        source=found.source,
        reference=joined_reference(str(path) for path in found.paths),
        size_bytes=encoded.size_bytes,
        content_hash=encoded.content.content_hash,
        text_encoding=encoded.content.text_encoding,
        normalisation=normalisation,
        vocabulary=encoded.text.counted.vocabulary,
        counts=encoded.text.counted.counts,
        ids=encoded.text.ids,
        notices=(*encoded.notices, *_suggested(found.shown, encoded.text)),
    )


def _suggested(name: str, text: EncodedText) -> tuple[str, ...]:
    """A sentence about Project Gutenberg's header or licence, if the text has them."""
    ids, decode = text.ids, text.counted.vocabulary.decode
    for end in (ids[:FRAME_CHARACTERS], ids[-FRAME_CHARACTERS:]):
        if has_frame(decode(end)):
            return (
                f"{name} has Project Gutenberg's header or licence, which the network would"
                " learn, too; remove them with --normalise gutenberg.",
            )
    return ()
