r"""Normalisation: the recorded steps from the text of a file to the text a model reads.

Newlines are `\n` here; reading has seen to that. A step works on a whole text
or on a stream of chunks, with the same result.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rnntui.errors import ConfigError, quoted
from rnntui.text.chapters import chapter
from rnntui.text.gutenberg import without_frame

_FIRST_SYLLABLE = 0xAC00
_SYLLABLES = 11172
_VOWELS = 21
_TRAILING = 28  # none among them
_JAMO = re.compile("(?:[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?)+")

# A text may be cut before these: they never compose with a preceding character
# (ASCII, ideographs, Hangul syllables) ...
_NFC_BORDER = re.compile("[\x00-\x7f\u4e00-\u9fff\uac00-\ud7a3]")
# ... and these also end the context for lowering a capital sigma: they have no case, and aren't
# ignored in the search for a cased letter.
_CASE_BORDER = re.compile("[\x00-&(-\\-/0-9;-@\\[-\\]_{-\x7f\u4e00-\u9fff\uac00-\ud7a3]")


_CHAPTER = re.compile("chapter-([1-9][0-9]{0,2})")


@dataclass(frozen=True)
class _Step:
    whole: Callable[[str], str]
    stream: Callable[[Iterable[str]], Iterator[str]]


@dataclass(frozen=True)
class Normalisation:
    """Steps by name: `gutenberg`, `chapter-N`, `lowercase`, `nfc` or `nfd-jamo`, `join-lines`.

    - `gutenberg`: remove Project Gutenberg's header and licence (see `text/gutenberg.py`).
    - `chapter-1`, `chapter-2`, ...: only that chapter; texts without chapters, such as a prime,
      stay whole (see `text/chapters.py`).
    - `lowercase`: `str.lower`, with its final sigma.
    - `nfc`: Unicode's composed form.
    - `nfd-jamo`: Hangul syllables as conjoining jamo, nothing else changed.
    - `join-lines`: each line stripped, blank ones dropped, joined by a space.

    Steps given in any order are stored and applied in the order of this list: a licence may have
    chapters of its own, headings have capitals, lowering may leave a composable pair, and joining
    must see the final characters. `nfc` would undo `nfd-jamo`, so they exclude one another. Raises
    `ConfigError` for an unknown name.
    """

    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the names and sort them."""
        for name in self.steps:
            if name not in _STEPS and not _CHAPTER.fullmatch(name):
                known = ", ".join((*NORMALISATION_STEPS, "chapter-1 (or another)"))
                raise ConfigError(f"There is no normalisation {quoted(name)}; there are {known}.")
        if {"nfc", "nfd-jamo"} <= set(self.steps):
            raise ConfigError(
                "The normalisations nfc and nfd-jamo exclude one another; choose one."
            )
        chapters = tuple(dict.fromkeys(name for name in self.steps if name not in _STEPS))
        if len(chapters) > 1:
            raise ConfigError(f"Only one chapter can be taken, not {' and '.join(chapters)}.")
        first, *others = NORMALISATION_STEPS
        names = (first, *chapters, *others)
        ordered = tuple(name for name in names if name in self.steps)
        object.__setattr__(self, "steps", ordered)

    def __str__(self) -> str:
        """The steps' names, or `none`."""
        return ", ".join(self.steps) or "none"

    def apply(self, text: str) -> str:
        """`text`, normalised."""
        for name in self.steps:
            text = _step(name).whole(text)
        return text

    def stream(self, chunks: Iterable[str]) -> Iterator[str]:
        """Normalise a text in chunks, buffering no more than a word or so.

        The joined output is `apply` of the joined input, wherever the chunks are cut.
        """
        pieces = iter(chunks)
        for name in self.steps:
            pieces = _step(name).stream(pieces)
        return pieces

    def restore_for_display(self, text: str) -> str:
        """`text` for display: jamo composed to syllables after `nfd-jamo`."""
        return compose_jamo(text) if "nfd-jamo" in self.steps else text


def decompose_syllables(text: str) -> str:
    """Replace each Hangul syllable by its two or three conjoining jamo (Unicode, section 3.12)."""
    # Imported here, so that naming a normalisation doesn't load NumPy.
    import numpy as np

    from rnntui.text.vocabulary import codepoints

    codes = codepoints(text)
    rank = codes - np.uint32(_FIRST_SYLLABLE)  # wraps round below the first
    is_syllable = rank < _SYLLABLES
    if not is_syllable.any():
        return text
    has_trailing = is_syllable & (rank % _TRAILING > 0)
    ends = np.cumsum(1 + is_syllable.astype(np.intp) + has_trailing)
    jamo = codes.repeat(np.diff(ends, prepend=0))  # [characters after]
    last = ends - 1
    jamo[last[has_trailing]] = 0x11A7 + rank[has_trailing] % _TRAILING
    vowel = (last - has_trailing)[is_syllable]
    syllable = rank[is_syllable]
    jamo[vowel] = 0x1161 + syllable // _TRAILING % _VOWELS
    jamo[vowel - 1] = 0x1100 + syllable // (_TRAILING * _VOWELS)
    data: bytes = jamo.tobytes()
    return data.decode("utf-32-le", "surrogatepass")


def compose_jamo(text: str) -> str:
    """Replace conjoining jamo by syllables; stray jamo stay.

    The inverse of `decompose_syllables` for texts that had no conjoining jamo.
    """
    return _JAMO.sub(lambda run: unicodedata.normalize("NFC", run[0]), text)


def join_lines(text: str) -> str:
    """Strip each line, drop blank ones and join the rest by single spaces."""
    return " ".join(filter(None, map(str.strip, text.split("\n"))))


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _between(
    border: re.Pattern[str], change: Callable[[str], str]
) -> Callable[[Iterable[str]], Iterator[str]]:
    """A streaming version of `change`, applied to pieces cut before a character of `border`."""

    def stream(chunks: Iterable[str]) -> Iterator[str]:
        held: list[str] = []
        for chunk in chunks:
            cut = _last_border(border, chunk)
            if cut is None:
                held.append(chunk)
                continue
            piece = "".join((*held, chunk[:cut]))
            held = [chunk[cut:]]
            if piece:
                yield change(piece)
        rest = "".join(held)
        if rest:
            yield change(rest)

    return stream


def _last_border(border: re.Pattern[str], chunk: str) -> int | None:
    for position in range(len(chunk) - 1, -1, -1):
        if border.match(chunk, position):
            return position
    return None


def _stream_decomposed(chunks: Iterable[str]) -> Iterator[str]:
    return map(decompose_syllables, chunks)


def _stream_joined(chunks: Iterable[str]) -> Iterator[str]:
    joiner = _LineJoiner()
    for chunk in chunks:
        first, *others = chunk.split("\n")
        pieces = [joiner.continued(first)]
        if others:
            pieces += [joiner.whole(others[:-1]), joiner.continued(others[-1])]
        joined = "".join(pieces)
        if joined:
            yield joined


class _LineJoiner:
    """Joins lines that arrive in parts."""

    def __init__(self) -> None:
        self._separator = ""  # precedes the next line with content
        self._line_open = False  # the current line has content
        self._held = ""  # white space that counts only if more of the line follows

    def continued(self, part: str) -> str:
        """Add to the current line."""
        part = self._held + part if self._line_open else part.lstrip()
        body = part.rstrip()
        self._held = part[len(body) :]
        if not body:
            return ""
        joined = body if self._line_open else self._separator + body
        self._line_open = True
        self._separator = " "
        return joined

    def whole(self, lines: list[str]) -> str:
        """End the current line, and add whole ones."""
        self._line_open, self._held = False, ""
        body = " ".join(filter(None, map(str.strip, lines)))
        if not body:
            return ""
        joined = self._separator + body
        self._separator = " "
        return joined


_STEPS: dict[str, _Step] = {
    "gutenberg": _Step(lambda text: "".join(without_frame([text])), without_frame),
    "lowercase": _Step(str.lower, _between(_CASE_BORDER, str.lower)),
    "nfc": _Step(_compose, _between(_NFC_BORDER, _compose)),
    "nfd-jamo": _Step(decompose_syllables, _stream_decomposed),
    "join-lines": _Step(join_lines, _stream_joined),
}

NORMALISATION_STEPS = tuple(_STEPS)
"""The steps in the order of their application; `chapter-N` comes second."""


def _step(name: str) -> _Step:
    found = _CHAPTER.fullmatch(name)
    if found is None:
        return _STEPS[name]
    number = int(found[1])
    return _Step(
        lambda text: "".join(chapter([text], number)), lambda chunks: chapter(chunks, number)
    )
