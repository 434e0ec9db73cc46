"""What a run and a checkpoint keep of their labelled corpus, and how it is found again by it."""

from dataclasses import dataclass
from pathlib import Path

from rnntui.errors import CorpusError
from rnntui.text.labelled import LabelledCorpus, read_labelled


@dataclass(frozen=True)
class LabelledSource:
    """What reads a labelled corpus; each may be empty (see `read_labelled`)."""

    reference: str = ""
    text_column: str = ""
    label_column: str = ""
    text_encoding: str = ""

    def read(self) -> LabelledCorpus:
        """Read the corpus. Raises `CorpusError`."""
        return read_labelled(
            self.reference,
            text_column=self.text_column,
            label_column=self.label_column,
            text_encoding=self.text_encoding or None,
        )


@dataclass(frozen=True)
class LabelledNote:
    """Which labelled corpus a network was trained on.

    `source` is where it came from in words; the next four are those of its
    `LabelledSource`, the reference an absolute path where it is one;
    `content_hash` tells whether it is still the same; `texts` counts the
    training part, the held-out ones included.
    """

    name: str
    source: str
    reference: str
    text_column: str
    label_column: str
    text_encoding: str
    content_hash: str
    texts: int


def note_of(corpus: LabelledCorpus, source: LabelledSource) -> LabelledNote:
    """The note of a corpus that was read from `source`."""
    path = Path(source.reference)
    absolute = str(path.resolve()) if source.reference and path.exists() else source.reference
    return LabelledNote(
        corpus.name,
        corpus.source,
        absolute,
        source.text_column,
        source.label_column,
        source.text_encoding,
        corpus.content_hash,
        len(corpus.train),
    )


def corpus_of(note: LabelledNote) -> LabelledCorpus:
    """The corpus of a note. Raises `CorpusError` where it is gone, or no longer the same."""
    source = LabelledSource(note.reference, note.text_column, note.label_column, note.text_encoding)
    try:
        corpus = source.read()
    except CorpusError as error:
        raise CorpusError(f"The texts of '{note.name}' can't be found again: {error}") from error
    if corpus.content_hash != note.content_hash:
        raise CorpusError(
            f"The texts of '{note.name}' ({note.reference}) are no longer those that the network"
            " was trained on; bring those back, or start a new run."
        )
    return corpus
