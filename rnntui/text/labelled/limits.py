"""Size limits of a text and of a labelled corpus."""

from rnntui.errors import CorpusError

LARGEST_TEXT = 16 << 20
"""Most bytes of one text: many times the longest useful one."""

LARGEST_CORPUS = 2 << 30
"""Most bytes of all texts, which are in memory while they are read."""


def check_text_size(size: int, place: str) -> None:
    """Raise `CorpusError` for a text of too many bytes."""
    if size > LARGEST_TEXT:
        raise CorpusError(
            f"{place} is larger than {LARGEST_TEXT >> 20} MB, too large for one labelled text; "
            "leave it out."
        )


def check_corpus_size(size: int, name: str) -> None:
    """Raise `CorpusError` for texts of too many bytes together."""
    if size > LARGEST_CORPUS:
        raise CorpusError(
            f"{name} holds more than {LARGEST_CORPUS >> 30} GB of text, too much to be read; "
            "choose a part of it."
        )
