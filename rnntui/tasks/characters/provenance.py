"""What a run and a checkpoint keep of their text, and how the text is found again by it."""

from dataclasses import dataclass, replace

from rnntui.errors import CorpusError
from rnntui.text.corpus import Corpus, kept_corpus, load_corpus
from rnntui.text.library.references import STANDARD_INPUT, resolve_reference
from rnntui.text.normalisation import Normalisation


@dataclass(frozen=True)
class CorpusProvenance:
    """Which text a network was trained on.

    `source` is where it came from in words; `reference` where it may be read
    again; `content_hash` the SHA-256 of its bytes.
    """

    name: str
    source: str
    reference: str
    text_encoding: str
    content_hash: str
    characters: int


def provenance_of(corpus: Corpus) -> CorpusProvenance:
    """The note of a text."""
    return CorpusProvenance(
        corpus.name,
        corpus.source,
        corpus.reference,
        corpus.text_encoding,
        corpus.content_hash,
        len(corpus),
    )


def corpus_as_it_was(note: CorpusProvenance, normalisation: Normalisation) -> Corpus | None:
    """The text of a note as it was encoded then; None where the cache hasn't it any more."""
    kept = kept_corpus(note.name, note.source, note.content_hash, note.text_encoding, normalisation)
    return None if kept is None else replace(kept, reference=note.reference)


def corpus_of(note: CorpusProvenance, normalisation: Normalisation) -> Corpus:
    """The text of a note: as it was encoded then, or read again from where it was.

    Raises `CorpusError` where it is gone, or no longer the same text.
    """
    if (kept := corpus_as_it_was(note, normalisation)) is not None:
        return kept
    # A folder may hold several encodings, which can't be named together but are found again.
    encoding = None if "+" in note.text_encoding else note.text_encoding
    try:
        # Named by a file that somebody made, a stream could be waited for without end.
        if note.reference == STANDARD_INPUT or resolve_reference(note.reference).open_stream:
            raise CorpusError(f"{note.reference} can be read only once; give the text again.")
        corpus = load_corpus(note.reference, normalisation=normalisation, text_encoding=encoding)
    except CorpusError as error:
        raise CorpusError(f"The text '{note.name}' can't be found again: {error}") from error
    if corpus.content_hash != note.content_hash:
        raise CorpusError(
            f"The text '{note.name}' ({note.reference}) is no longer the one that the network was"
            " trained on; bring that text back, or start a new run."
        )
    return replace(corpus, name=note.name)
