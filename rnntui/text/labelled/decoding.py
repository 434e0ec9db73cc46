"""Decodes the files of a labelled folder or archive together, as most are short."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.errors import CorpusError
from rnntui.text.decoding import decoded_text
from rnntui.text.encodings import guessed_encoding, public_name, read_as, unicode_encoding


@dataclass(frozen=True)
class LabelledFile:
    """A text's bytes, and its name in messages."""

    shown: str
    data: bytes


def decoded_files(
    files: Sequence[LabelledFile], text_encoding: str | None, name: str
) -> tuple[list[str], tuple[str, ...]]:
    r"""The texts of the files, newlines as `\n`, and sentences about how they were read.

    All files outside Unicode are assumed to have one encoding, guessed from all of them unless it
    is named. Raises `CorpusError`.
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
    """The encoding, if named or Unicode; None for one to be guessed."""
    if text_encoding is not None:
        return read_as(text_encoding, (file.data,), file.shown) if file.data else text_encoding
    detection = unicode_encoding((file.data,), file.shown)
    return None if detection is None else detection.encoding
