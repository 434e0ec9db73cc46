"""The provenance of a training text, as runs and checkpoints keep it, and finding it again."""

from dataclasses import dataclass, replace

from rnntui.errors import CorpusError
from rnntui.text.corpus import Corpus, corpus_from_cache, load_corpus
from rnntui.text.library.references import STANDARD_INPUT, resolve_reference
from rnntui.text.normalisation import Normalisation


@dataclass(frozen=True)
class CorpusProvenance:
    """Which text a network was trained on.

    `source` describes where it came from; `reference` is what it can be read by again;
    `content_hash` the SHA-256 of its bytes.
    """

    name: str
    source: str
    reference: str
    text_encoding: str
    content_hash: str
    characters: int


def provenance_of(corpus: Corpus) -> CorpusProvenance:
    """The provenance of a text."""
    return CorpusProvenance(
        corpus.name,
        corpus.source,
        corpus.reference,
        corpus.text_encoding,
        corpus.content_hash,
        corpus.characters,
    )


def cached_corpus(provenance: CorpusProvenance, normalisation: Normalisation) -> Corpus | None:
    """The text of a provenance from the cache; None if it is no longer there."""
    kept = corpus_from_cache(
        provenance.name,
        provenance.source,
        provenance.content_hash,
        provenance.text_encoding,
        normalisation,
    )
    return None if kept is None else replace(kept, reference=provenance.reference)


def corpus_of(provenance: CorpusProvenance, normalisation: Normalisation) -> Corpus:
    """The text of a provenance, from the cache or read again.

    Raises `CorpusError` if it is missing or has changed.
    """
    if (kept := cached_corpus(provenance, normalisation)) is not None:
        return kept
    # A folder with several encodings has no single one to give; they are detected again.
    encoding = None if "+" in provenance.text_encoding else provenance.text_encoding
    try:
        # The reference is from a file: reading a stream because of it might block forever.
        if (
            provenance.reference == STANDARD_INPUT
            or resolve_reference(provenance.reference).open_stream
        ):
            raise CorpusError(f"{provenance.reference} can be read only once; give the text again.")
        corpus = load_corpus(
            provenance.reference, normalisation=normalisation, text_encoding=encoding
        )
    except CorpusError as error:
        raise CorpusError(f"The text '{provenance.name}' can't be found again: {error}") from error
    if corpus.content_hash != provenance.content_hash:
        raise CorpusError(
            f"The text '{provenance.name}' ({provenance.reference}) is no longer the one that the"
            " network was trained on; restore that text, or start a new run."
        )
    return replace(corpus, name=provenance.name)
