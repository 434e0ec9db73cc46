"""Checks an addition to the library before anything is read or written."""

import os
from dataclasses import dataclass
from typing import Literal

from rnntui.errors import CorpusError, reason
from rnntui.text.encodings import checked_encoding
from rnntui.text.library.entries import existing_source, free_name, name_for, size_in_words
from rnntui.text.library.path_completion import completions

Part = Literal["path", "name", "text_encoding"]


@dataclass(frozen=True)
class Addition:
    """A text to add; an empty name or encoding is derived from the file."""

    path: str
    name: str = ""
    text_encoding: str = ""


@dataclass(frozen=True)
class Verdict:
    """A sentence about an addition, and its wrong part, if any."""

    sentence: str
    wrong: Part | None = None


def check_addition(addition: Addition) -> Verdict:
    """Check that the path exists, the encoding is known and the name is free.

    Whether the file is a text shows only when it is read.
    """
    if not addition.path:
        return Verdict("Name a text file, or a folder of texts that become one.")
    part: Part = "path"
    try:
        path = existing_source(addition.path)
        if not os.access(path, os.R_OK):
            raise CorpusError(f"{path} can't be read: you have no permission.")
        part = "text_encoding"
        if addition.text_encoding:
            checked_encoding(addition.text_encoding)
        part = "name"
        name = free_name(addition.name or name_for(path))
        if path.is_dir():
            return Verdict(f"A folder; its texts become one text called {name}.")
        size = size_in_words(path.stat().st_size)
        return Verdict(f"A file of {size}; the text will be called {name}.")
    except CorpusError as error:
        if part == "path" and completions(addition.path, limit=1).candidates:
            return Verdict("Tab completes the path, the arrow keys pick from the list.")
        return Verdict(str(error), part)
    except OSError as error:  # deleted meanwhile
        return Verdict(f"{addition.path} can't be read: {reason(error)}.", "path")
