"""Detects the encoding of a text from a bounded sample of its bytes."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnntui.errors import CorpusError, quoted
from rnntui.text.guessing import Candidate, guess_encoding

_WINDOW = 64 * 1024
_WINDOWS = 5
_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters never found in texts: all but backspace, white space and escape.
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1b"))
_BINARY_SHARE = 0.05
# Codecs of Python that decode bytes, but aren't used for texts.
_NOT_OF_TEXTS = frozenset(
    ("idna", "punycode", "undefined", "charmap", "unicode_escape", "raw_unicode_escape")
)
_JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B]")
_PARTING = " \n\u3000\u3001\u3002"  # every text has a space, a line end or a stop
# The byte orders of texts without a byte order mark.
_ORDERS = {"utf-16": ("utf-16-le", "utf-16-be"), "utf-32": ("utf-32-le", "utf-32-be")}


class BinaryContentError(CorpusError):
    """The bytes of a file that isn't a text."""


@dataclass(frozen=True)
class Detection:
    """The encoding of a text, by Python's name, and whether it was guessed.

    `doubt` is a sentence that asks for the encoding after an uncertain guess; `is_slight` marks a
    guess based on few bytes (see `Guess`).
    """

    encoding: str
    guessed: bool = False
    doubt: str = ""
    is_slight: bool = False


def checked_encoding(text_encoding: str) -> str:
    """Python's name of an encoding named by the user. Raises `CorpusError` for an unknown one."""
    try:
        name = codecs.lookup(text_encoding).name
        "a".encode(name)  # refuses codecs that aren't for text
        known = name.replace("-", "_") not in _NOT_OF_TEXTS
    except (LookupError, ValueError):
        known = False
    if not known:
        raise CorpusError(
            f"There is no text encoding {quoted(text_encoding)}; "
            "name one such as utf-8, windows-1252 or euc-kr with --text-encoding."
        )
    return name


def take_sample(path: Path, around: int | None = None) -> tuple[bytes, ...]:
    """Read windows of a file: its head, some in the middle, its end, and one `around` a byte.

    A file no larger than all windows is read whole. Raises `OSError`.
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


def detect_encoding(windows: Sequence[bytes], name: str) -> Detection:
    """Detect the encoding of a text, called `name` in messages.

    A byte order mark decides, then valid UTF-8 (even with some damage, which reading will
    report), then a guess. Raises `BinaryContentError`, and `CorpusError` if no encoding fits.
    """
    return unicode_encoding(windows, name) or guessed_encoding(windows, name)


def unicode_encoding(windows: Sequence[bytes], name: str) -> Detection | None:
    """The Unicode encoding of a text; None for a legacy one. Raises `BinaryContentError`."""
    for mark, encoding in _BOMS:
        if windows[0].startswith(mark):
            return Detection(encoding)
    if b"\0" in windows[0] and (order := _order(windows[0], "utf-16")):
        return Detection(order, guessed=True)
    if _is_binary(b"".join(windows)):
        raise _binary(name)
    if _JAPANESE_ESCAPE.search(windows[0]) and b"".join(windows).isascii():
        return Detection("iso2022_jp_2", guessed=True)
    return Detection("utf-8") if _is_mostly_utf8(windows) else None


def guessed_encoding(windows: Sequence[bytes], name: str) -> Detection:
    """Guess the encoding of one or several legacy texts. Raises `CorpusError` if none fits."""
    guess = guess_encoding(windows)
    if guess is None:
        raise CorpusError(
            f"The encoding of {name} can't be detected; name it with --text-encoding."
        )
    return Detection(guess.encoding, True, _doubt(guess.candidates, name), guess.is_slight)


def read_as(text_encoding: str, windows: Sequence[bytes], name: str) -> str:
    """The encoding named by the user, with the text's byte order.

    Raises `CorpusError` for an unknown encoding or byte order, and `BinaryContentError` if the
    decoded head of the text holds NUL characters.
    """
    encoding = checked_encoding(text_encoding)
    if encoding in _ORDERS and not windows[0].startswith(tuple(mark for mark, _ in _BOMS)):
        order = _order(windows[0], encoding)
        if order is None:
            raise CorpusError(
                f"{name} isn't {encoding}: it has no byte order mark, and reads as text in neither "
                "order; name its encoding with --text-encoding."
            )
        encoding = order
    if "\0" in codecs.getincrementaldecoder(encoding)("replace").decode(windows[0]):
        raise _binary(name)
    return encoding


def _order(head: bytes, encoding: str) -> str | None:
    """The only byte order in which the head of a text without a mark is text, if any."""
    fitting = [order for order in _ORDERS[encoding] if _is_text(head, order)]
    return fitting[0] if len(fitting) == 1 else None


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return False
    # In the wrong order, spaces and line ends become rare or unassigned characters.
    characters = set(text)
    return not characters.isdisjoint(_PARTING) and all(map(_may_stand, characters))


def _may_stand(character: str) -> bool:
    return character in "\t\n\v\f\r" or unicodedata.category(character) not in ("Cc", "Cn", "Co")


def _doubt(candidates: Sequence[Candidate], name: str) -> str:
    if not candidates:
        return ""
    told = [f"{public_name(one.encoding)} (\u201c{one.snippet}\u201d)" for one in candidates]
    likeliest = " or ".join(filter(None, (", ".join(told[:-1]), told[-1])))
    return (
        f"The encoding of {name} is uncertain, most likely {likeliest}; "
        "name it with --text-encoding, or on screen where a text is added."
    )


def public_name(encoding: str) -> str:
    """The common name of an encoding: `windows-1252` for `cp1252`."""
    windows = re.sub(r"^cp(125\d)$", r"windows-\1", encoding)
    return re.sub(r"^iso8859", "iso-8859", windows).replace("_", "-")


def _binary(name: str) -> BinaryContentError:
    return BinaryContentError(
        f"{name} isn't a text: it holds NUL or other control characters. "
        "Choose a text file, or name its encoding with --text-encoding."
    )


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return b"\0" in sample or controls > _BINARY_SHARE * len(sample)


def _is_mostly_utf8(windows: Sequence[bytes]) -> bool:
    """Whether all but a few damaged places are UTF-8 beyond ASCII."""
    valid = damaged = 0
    for index, window in enumerate(windows):
        if window.isascii():
            continue
        whole = len(windows) == 1
        inner = window if whole else _without_cut_characters(window, at_start=index == 0)
        text = inner.decode("utf-8", "replace")
        # A replacement character of the text itself counts as damage: rare enough.
        wrong = text.count("\ufffd")
        damaged += wrong
        valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return damaged == 0 or valid > 4 * damaged


def _without_cut_characters(window: bytes, *, at_start: bool) -> bytes:
    """Drop UTF-8 characters cut off at the ends of a window."""
    start = 0
    while not at_start and start < 3 and window[start] & 0xC0 == 0x80:
        start += 1
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(window[start:])
    return window[start : len(window) - len(decoder.getstate()[0])]
