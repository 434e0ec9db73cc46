"""The kinds of units by name, and what each is called when there is one of it."""

from collections.abc import Mapping
from typing import Final, Literal

Units = Literal["characters", "words", "bytes", "subwords"]

ONE_OF: Final[Mapping[Units, str]] = {
    "characters": "character",
    "words": "word",
    "bytes": "byte",
    "subwords": "subword",
}
"""One unit of each kind, for sentences and headings."""

BYTES: Final = "bytes"
"""The text encoding of a file that is read byte by byte."""
