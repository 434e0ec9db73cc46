"""How large a text and a labelled corpus may be, and what a text must be; as sentences."""

import io

from rnntui.errors import CorpusError
from rnntui.text.encodings import public_name

LARGEST_TEXT = 16 << 20
"""Bytes of one text: many times the longest that a network reads with profit."""

LARGEST_CORPUS = 2 << 30
"""Bytes of all texts: as much as may be held in memory while they are read."""


def check_text_size(size: int, place: str) -> None:
    """Raise CorpusError for a text of too many bytes."""
    if size > LARGEST_TEXT:
        raise CorpusError(
            f"{place} is larger than {LARGEST_TEXT >> 20} MB, too large for one labelled text; "
            "leave it out."
        )


def check_corpus_size(size: int, name: str) -> None:
    """Raise CorpusError for texts of too many bytes together."""
    if size > LARGEST_CORPUS:
        raise CorpusError(
            f"{name} holds more than {LARGEST_CORPUS >> 30} GB of text, too much to be read; "
            "choose a part of it."
        )


def decoded_text(data: bytes, encoding: str, place: str) -> str:
    r"""Return the text of a file, newlines as `\n`. Raises CorpusError."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{place} isn't valid {public_name(encoding)} at byte {error.start:,} "
            f"(0x{data[error.start]:02X}); repair it, or name its encoding with --text-encoding."
        ) from None
    except UnicodeError as error:  # of UTF-16 without its mark, for one
        raise CorpusError(
            f"{place} can't be read as {public_name(encoding)} ({error}); "
            "name its encoding with --text-encoding."
        ) from None
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    return str(newlines.decode(text.removeprefix("\ufeff"), final=True))
