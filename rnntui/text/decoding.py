"""Decodes the bytes of one file of a text, block by block."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rnntui.errors import CorpusError, reason
from rnntui.text.encodings import BinaryContentError, public_name

_BLOCK = 1 << 20


@dataclass(frozen=True)
class TextPart:
    """One file of a text, with its name in messages and its encoding.

    `origin` is where the encoding comes from: `named` by the user, `detected` by guessing, or
    `plain` (UTF-8, or a byte order mark). `doubt` is a sentence that asks for the encoding after an
    uncertain guess, and `is_slight` marks a guess based on few bytes.
    """

    path: Path
    name: str
    encoding: str
    origin: Literal["named", "detected", "plain"]
    doubt: str = ""
    is_slight: bool = False


class UndecodableTextError(CorpusError):
    """Bytes that are invalid in a text's encoding."""

    def __init__(self, sentence: str, part: TextPart, position: int) -> None:
        """Keep the part, and the position in bytes."""
        super().__init__(sentence)
        self.part = part
        self.position = position


def decode_part(part: TextPart) -> Iterator[str]:
    r"""Yield the text of a part, about a million characters at a time, newlines as `\n`.

    Raises `CorpusError` for an unreadable or binary file, and `UndecodableTextError` at bytes
    that are invalid in its encoding.
    """
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(part.encoding)(), translate=True
    )
    read = 0
    begun = False
    with reading_errors(part.name), part.path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            read += len(block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise _undecodable(part, read, error) from None
            except UnicodeError as error:
                raise _unreadable(part.name, part.encoding, error) from None
            if text and not begun:
                text, begun = text.removeprefix("\ufeff"), True
            if "\0" in text:
                raise BinaryContentError(
                    f"{part.name} isn't a text: it holds NUL characters. "
                    "Choose a text file, or name its encoding with --text-encoding."
                )
            if text:
                yield text
            if not block:
                return


def decoded_text(data: bytes, encoding: str, name: str) -> str:
    r"""Decode a text in memory, newlines as `\n`. Raises `CorpusError`."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(_invalid(name, encoding, error.start, data[error.start])) from None
    except UnicodeError as error:
        raise _unreadable(name, encoding, error) from None
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    return str(newlines.decode(text.removeprefix("\ufeff"), final=True))


def _undecodable(part: TextPart, read: int, error: UnicodeDecodeError) -> UndecodableTextError:
    # The decoder's input is what it had kept, and the last block.
    position = read - len(error.object) + error.start
    byte = error.object[error.start]
    return UndecodableTextError(_invalid(part.name, part.encoding, position, byte), part, position)


def _invalid(name: str, encoding: str, position: int, byte: int) -> str:
    return (
        f"{name} isn't valid {public_name(encoding)} at byte {position:,} (0x{byte:02X}); "
        "repair the file there, or name its encoding with --text-encoding."
    )


def _unreadable(name: str, encoding: str, error: UnicodeError) -> CorpusError:
    return CorpusError(
        f"{name} can't be read as {public_name(encoding)} ({error}); "
        "name its encoding with --text-encoding."
    )


@contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Turn an `OSError` about the file called `name` into `CorpusError`."""
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{name} can't be read: {reason(error)}.") from error
