"""Decodes the files of a labelled folder or archive, which are mostly short, together."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.errors import CorpusError
from rnntui.text.decoding import decoded_text
from rnntui.text.encodings import guessed_encoding, public_name, read_as, unicode_encoding


@dataclass(frozen=True)
class LabelledFile:
    """The bytes of a text, and its name in messages."""

    shown: str
    data: bytes


def decoded_files(
    files: Sequence[LabelledFile], text_encoding: str | None, name: str
) -> tuple[list[str], tuple[str, ...]]:
    r"""Return the texts of the files, newlines as `\n`, and sentences about how they were read.

    Files that aren't in Unicode are taken to be in one encoding, which is
    guessed from all of them where none is named. Raises CorpusError.
    """
    encodings = [_encoding(file, text_encoding) for file in files]
    legacy = [file for file, encoding in zip(files, encodings, strict=True) if encoding is None]
    guessed = ""
    notices: tuple[str, ...] = ()
    if legacy:
        detection = guessed_encoding([file.data for file in legacy], name)
        if detection.doubt:
            raise CorpusError(detection.doubt)
        guessed = detection.encoding
        notices = (
            f"Read {len(legacy):,} of the {len(files):,} texts of {name} as "
            f"{public_name(guessed)} (detected); name another with --text-encoding.",
        )
    texts = [
        decoded_text(file.data, encoding or guessed, file.shown)
        for file, encoding in zip(files, encodings, strict=True)
    ]
    return texts, notices


def _encoding(file: LabelledFile, text_encoding: str | None) -> str | None:
    """The encoding that was named or is Unicode; None for one that is to be guessed."""
    if text_encoding is not None:
        return read_as(text_encoding, (file.data,), file.shown) if file.data else text_encoding
    detection = unicode_encoding((file.data,), file.shown)
    return None if detection is None else detection.encoding
