"""A corpus: a text with a name and a provenance, as ids over its own vocabulary."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from rnntui.errors import CorpusError, reason
from rnntui.text.cache import (
    CacheKey,
    RememberedContent,
    cache_text,
    cached_text,
    now_ns,
    recall,
    remember,
)
from rnntui.text.counting import SymbolCounts, count_symbols
from rnntui.text.encoding import EncodedText, IdArray, ids_in_memory, temporary_ids
from rnntui.text.gutenberg import has_frame
from rnntui.text.library import standard_library
from rnntui.text.library.references import Reference, joined_reference, paths_of, resolve_reference
from rnntui.text.normalisation import Normalisation
from rnntui.text.reading import (
    Doubtful,
    FileStamp,
    TextSource,
    open_texts,
    read_text,
    stamp_files,
)
from rnntui.text.streams import spooled
from rnntui.text.vocabulary import Vocabulary

_AS_IT_IS = Normalisation()

FRAME_CHARACTERS = 40_000
"""Characters at either end of a text among which Project Gutenberg's marks are looked for."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text ready for training.

    `ids` is [n], read-only, of the smallest unsigned type that holds the ids;
    it's mapped from a file, so slices cost only what they touch. `source`
    says in words where the text came from; `reference` is what finds it again:
    its path, those of several files joined (see `resolve_reference`), or its
    name where it has no path (standard input, texts given in memory).
    `content_hash` is of the bytes, before decoding and normalising.
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

    def __len__(self) -> int:
        """Count the characters."""
        return len(self.ids)

    def preview(self, length: int) -> str:
        """Return the first `length` characters, with jamo composed for reading."""
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
    """Return the corpus that `reference` means, encoded now or on an earlier day.

    What a reference means is said at `resolve_reference`; `-` is standard
    input, or `stdin` when given. `text_encoding` is that of the bytes;
    without it it's found out. Raises CorpusError for what isn't there, isn't
    text or is empty, and to ask for an encoding that can't be told for sure
    unless `doubtful` says to read the text as what is likeliest.
    """
    found = resolve_reference(reference, stdin)
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


def kept_corpus(
    name: str, source: str, content_hash: str, text_encoding: str, normalisation: Normalisation
) -> Corpus | None:
    """Return a text that was read on an earlier day by its hash, or None if the cache hasn't it.

    It needs neither the file that it was read from nor its name.
    """
    encoded = cached_text(CacheKey(content_hash, text_encoding, normalisation.steps))
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
    """Whether other bytes stand now where a text was read from; False where nothing does.

    The arguments are those of the `Corpus` that it was.
    """
    try:
        paths = resolve_reference(reference).paths if paths_of(reference) else ()
        files = [(path, stamp_files(path)) for path in paths]
        if not files:
            return False
        stamps = tuple(stamp for _, own in files for stamp in own)
    except CorpusError:
        return False
    for encoding in (None, text_encoding):
        if (content := recall(paths, encoding, stamps)) is not None:
            return content.content_hash != content_hash
    # Which files of a folder are texts may depend on whether their encoding was named.
    for encoding in (None, text_encoding):
        with suppress(CorpusError):  # empty by now, no longer a text, or of several encodings
            if open_texts(files, encoding).content_hash() == content_hash:
                return False
    return True


def corpus_from_text(
    name: str,
    text: str,
    *,
    normalisation: Normalisation = _AS_IT_IS,
    source: str = "given as text",
) -> Corpus:
    """Return a corpus of a text in memory; CorpusError when it has no characters left."""
    data = text.encode("utf-8", "surrogatepass")
    normalised = normalisation.apply(text)
    counted = _required(count_symbols([normalised]), name)
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


def _load(
    found: Reference, normalisation: Normalisation, text_encoding: str | None, doubtful: Doubtful
) -> Corpus:
    files = [(path, stamp_files(path)) for path in found.paths]
    stamps = tuple(stamp for _, own in files for stamp in own)
    content = recall(found.paths, text_encoding, stamps)
    encoded = None
    if content is not None:
        encoded = cached_text(_key(content, normalisation))
    notices: tuple[str, ...] = ()
    if content is None or encoded is None:
        read_at_ns = now_ns()
        source = open_texts(files, text_encoding, found.shown)
        content, encoded, notices = _prepare(found, source, stamps, normalisation)
        remember(found.paths, text_encoding, stamps, content, read_at_ns)
    if content.doubt and doubtful == "ask":
        raise CorpusError(content.doubt)
    return Corpus(
        name=found.name,
        source=found.source,
        reference=joined_reference(str(path) for path in found.paths),
        size_bytes=sum(stamp.size for stamp in stamps),
        content_hash=content.content_hash,
        text_encoding=content.text_encoding,
        normalisation=normalisation,
        vocabulary=encoded.counted.vocabulary,
        counts=encoded.counted.counts,
        ids=encoded.ids,
        notices=(*content.notices, *notices, *_suggested(found.shown, encoded)),
    )


def _prepare(
    found: Reference,
    source: TextSource,
    stamps: tuple[FileStamp, ...],
    normalisation: Normalisation,
) -> tuple[RememberedContent, EncodedText, tuple[str, ...]]:
    """Hash, count and encode a text, as far as the cache doesn't have it."""
    content_hash = source.content_hash()
    content = RememberedContent(content_hash, source.encoding, source.notices, source.doubt)
    encoded = cached_text(_key(content, normalisation))
    if encoded is not None:
        return content, encoded, ()
    source, counts = read_text(
        source, lambda chunks: count_symbols(normalisation.stream(chunks)), doubtful="read"
    )
    counted = _required(counts, found.shown)
    content = RememberedContent(content_hash, source.encoding, source.notices, source.doubt)

    def unchanged_chunks() -> Iterator[str]:
        yield from normalisation.stream(source.chunks())
        # An entry must never stand under the hash of another content.
        if tuple(stamp for path in found.paths for stamp in stamp_files(path)) != stamps:
            raise CorpusError(f"{found.shown} was changed while it was being read; try again.")

    try:
        return content, cache_text(_key(content, normalisation), counted, unchanged_chunks), ()
    except OSError as error:
        notice = (
            f"The encoded text couldn't be kept in the cache ({reason(error)}); "
            "it will be encoded again next time."
        )
    try:
        return content, EncodedText(counted, temporary_ids(counted, unchanged_chunks())), (notice,)
    except OSError as error:
        raise CorpusError(
            f"There is no room for the encoded text ({reason(error)}); "
            "free some disk space, or name a folder with RNNTUI_HOME."
        ) from error


def _suggested(name: str, encoded: EncodedText) -> tuple[str, ...]:
    """A sentence about Project Gutenberg's header or licence, where they frame the text."""
    ids, decode = encoded.ids, encoded.counted.vocabulary.decode
    for end in (ids[:FRAME_CHARACTERS], ids[-FRAME_CHARACTERS:]):
        if has_frame(decode(end)):
            return (
                f"{name} has Project Gutenberg's header or licence, which the network would"
                " learn, too; leave them out by --normalise gutenberg.",
            )
    return ()


def _key(content: RememberedContent, normalisation: Normalisation) -> CacheKey:
    return CacheKey(content.content_hash, content.text_encoding, normalisation.steps)


def _required(counted: SymbolCounts | None, name: str) -> SymbolCounts:
    if counted is None:
        raise CorpusError(f"{name} has no characters to learn from; choose another text.")
    return counted
