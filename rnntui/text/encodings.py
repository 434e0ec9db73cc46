"""Finds how the bytes of a text are encoded, from a bounded sample of them."""

import codecs
import re
from pathlib import Path

from rnntui.errors import CorpusError

_WINDOW = 64 * 1024
_WINDOWS = 5
_BOMS = (
    # UTF-32 first: the little-endian mark of UTF-16 begins that of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that texts don't use: all but backspace, white space and escape.
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1b"))
_BINARY_SHARE = 0.05
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")


class BinaryContentError(CorpusError):
    """The bytes aren't those of a text."""


def checked_encoding(text_encoding: str) -> str:
    """Return the encoding named by a person as Python names it; CorpusError when unknown."""
    try:
        name = codecs.lookup(text_encoding).name
        "a".encode(name)  # refuses codecs that aren't of text
    except (LookupError, ValueError):
        raise CorpusError(
            f"There is no text encoding {text_encoding!r}; "
            "name one such as utf-8, windows-1252 or euc-kr with --text-encoding."
        ) from None
    return name


def take_sample(path: Path, around: int | None = None) -> tuple[bytes, ...]:
    """Read windows of a file: its head, some further in, its end, and one `around` a byte.

    A file no larger than the windows together is read whole. Raises OSError.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size <= _WINDOW * _WINDOWS:
            file.seek(0)
            return (file.read(),)
        last = size - _WINDOW
        starts = [last * step // (_WINDOWS - 1) for step in range(_WINDOWS)]
        if around is not None:
            starts.append(min(max(around - _WINDOW // 2, 0), last))
        windows = []
        for start in starts:
            file.seek(start)
            windows.append(file.read(_WINDOW))
        return tuple(windows)


def detect_encoding(windows: tuple[bytes, ...], name: str) -> str:
    """Return the Python name of the encoding of a text called `name` in messages.

    A byte order mark decides, then valid UTF-8 (also with some damage, which
    reading will name), then charset-normalizer. Raises BinaryContentError, and
    CorpusError when no encoding fits.
    """
    for mark, encoding in _BOMS:
        if windows[0].startswith(mark):
            return encoding
    if _is_binary(b"".join(windows)):
        raise _binary(name)
    if _is_mostly_utf8(windows):
        return "utf-8"
    return _guess(windows, name)


def check_is_text(windows: tuple[bytes, ...], encoding: str, name: str) -> None:
    """Raise BinaryContentError when the head of a file, so decoded, holds NUL characters."""
    if "\0" in codecs.getincrementaldecoder(encoding)("replace").decode(windows[0]):
        raise _binary(name)


def public_name(encoding: str) -> str:
    """Return the name by which people know an encoding: `cp1252` is `windows-1252`."""
    return re.sub(r"^cp(125\d)$", r"windows-\1", encoding).replace("_", "-")


def _binary(name: str) -> BinaryContentError:
    return BinaryContentError(
        f"{name} isn't a text: it holds NUL or other control characters. "
        "Choose a text file, or name its encoding with --text-encoding."
    )


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return b"\0" in sample or controls > _BINARY_SHARE * len(sample)


def _is_mostly_utf8(windows: tuple[bytes, ...]) -> bool:
    """Tell whether what isn't ASCII is UTF-8, but for a few damaged places."""
    valid = damaged = 0
    for index, window in enumerate(windows):
        if window.isascii():
            continue
        whole = len(windows) == 1
        inner = window if whole else _without_cut_characters(window, at_start=index == 0)
        text = inner.decode("utf-8", "replace")
        # A replacement character that the text itself has counts as damage: rare enough.
        wrong = text.count("\ufffd")
        damaged += wrong
        valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return damaged == 0 or valid > 4 * damaged


def _without_cut_characters(window: bytes, *, at_start: bool) -> bytes:
    """Drop the ends of a window that may be parts of UTF-8 characters."""
    start = 0
    while not at_start and start < 3 and window[start] & 0xC0 == 0x80:
        start += 1
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(window[start:])
    return window[start : len(window) - len(decoder.getstate()[0])]


def _guess(windows: tuple[bytes, ...], name: str) -> str:
    from charset_normalizer import from_bytes

    # Only lines that aren't ASCII tell anything; a window's first and last
    # lines may be cut within a character.
    lines: list[bytes] = []
    for window in windows:
        whole = window.splitlines(keepends=True)
        lines += whole[1:-1] if len(windows) > 1 and len(whole) > 2 else whole
    telling = b"".join(line for line in lines if _HIGH_BYTE.search(line))
    best = from_bytes(telling[: _WINDOW * _WINDOWS]).best()
    if best is None or best.encoding == "ascii":
        raise CorpusError(
            f"The encoding of {name} can't be told from its bytes; name it with --text-encoding."
        )
    # Encodings that read the sample alike can't be told apart; the commonest is likeliest.
    return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding
