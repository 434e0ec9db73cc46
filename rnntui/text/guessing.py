"""Guesses the encoding of a legacy text, with a measure of certainty.

chardet scores how well the bytes fit each encoding and language. The score is weighted by how
well-formed the decoded text is, and by a prior: Windows-1252 is by far the commonest, which decides
for texts with too few letters to identify the language.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

COMMONEST = "cp1252"
"""The encoding of most legacy texts."""

_ENCODINGS = (
    *(COMMONEST, "iso8859-15", "cp850", "cp437", "mac-roman"),
    *("cp1250", "iso8859-2", "cp852", "cp1254", "cp1257", "cp1258"),
    *("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866"),
    *("cp1253", "iso8859-7", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc-jp", "cp949", "gb18030", "big5hkscs"),
)
"""The encodings of real texts; the library's rarer ones only mislead it."""

_USUAL_NAMES = {"euc_jis_2004": "euc_jp", "mac-roman": "mac_roman"}
_SAMPLE = 16 * 1024
_STRICTNESS = 8
"""The exponent of the share of well-formed words, which weights chardet's score."""
_TELLING_BYTES = 6
"""Number of distinct bytes beyond ASCII that halves the prior of Windows-1252."""
_CLEARLY_AHEAD = 1.15
_FEWEST_BYTES = 6
_FEWEST_BYTES_UNLIKE_LATIN = 24
_MOST_MALFORMED = 0.1
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(r"[^\W\d_]+")
_MARK = re.compile(r"[^\x00-\x7f\w\s]")
_JOINING = frozenset("’‘–—·…\u00ad")
_OPENING = frozenset("‚„¿¡")
_UNITS = frozenset("™®©°")
_EAST_ASIAN = frozenset(
    ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "HANGUL", "BOPOMOFO")
)
_SNIPPET = 12
"""Characters of a snippet on each side of the place it shows."""


@dataclass(frozen=True)
class Candidate:
    """A possible encoding, and a snippet decoded in it that differs from the other candidates."""

    encoding: str
    snippet: str


@dataclass(frozen=True)
class Guess:
    """The likeliest encoding of some bytes; `candidates`, likeliest first, if it is uncertain.

    `is_slight` marks a guess based on few bytes, which the guess for other texts may overrule.
    """

    encoding: str
    is_slight: bool
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """The sample decoded in one encoding; `malformed` is the share of malformed words and marks."""

    score: float
    encoding: str
    text: str
    malformed: float


def guess_encoding(windows: Sequence[bytes]) -> Guess | None:
    """Guess from windows of a text, or of several in one encoding; None if no encoding fits."""
    sample = _telling_lines(windows)
    readings = _readings(sample)
    if not readings:
        return None
    is_slight = len(_HIGH_BYTE.findall(sample)) < _FEWEST_BYTES_UNLIKE_LATIN
    candidates = () if _is_sure(readings, sample) else _candidates(readings[:3], sample)
    return Guess(readings[0].encoding, is_slight, candidates)


def _telling_lines(windows: Sequence[bytes]) -> bytes:
    """The lines beyond ASCII; of many, some from all over the text."""
    lines: list[bytes] = []
    for window in windows:
        whole = window.splitlines(keepends=True)
        # A window's first and last lines may be cut within a character.
        inner = whole[1:-1] if len(windows) > 1 and len(whole) > 2 else whole
        lines += [line for line in inner if _HIGH_BYTE.search(line)]
    step = 1 + sum(map(len, lines)) // _SAMPLE
    return b"".join(lines[::step])[:_SAMPLE]


def _readings(sample: bytes) -> list[_Reading]:
    """Possible readings of the sample, likeliest first; encodings with the same text count once."""
    import chardet

    ahead = 1 / (1 + len(set(_HIGH_BYTE.findall(sample))) / _TELLING_BYTES)
    found = chardet.detect_all(
        sample,
        include_encodings=_ENCODINGS,
        no_match_encoding=COMMONEST,
        ignore_threshold=True,
        compat_names=False,
    )
    commonest = _decoded(sample, COMMONEST)
    best: dict[str, _Reading] = {}
    for result in found:
        encoding = str(result["encoding"])
        text = _decoded(sample, encoding)
        if text is None:
            continue
        malformed = _malformed_share(text)
        score = result["confidence"] * (1 - malformed) ** _STRICTNESS
        encoding = _USUAL_NAMES.get(encoding, encoding)
        if text == commonest:
            encoding, score = COMMONEST, score * (1 + ahead)
        if text not in best or score > best[text].score:
            best[text] = _Reading(score, encoding, text, malformed)
    return sorted(best.values(), key=lambda reading: -reading.score)


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except (LookupError, UnicodeError):
        return None


def _malformed_share(text: str) -> float:
    """The share of malformed words and marks among those beyond ASCII.

    Malformed are words in two scripts, capitals among small letters, control characters, and
    marks or symbols within a word.
    """
    seen = malformed = 0
    for word, count in Counter(_WORD.findall(text)).items():
        if not word.isascii():
            cased = word.isupper() or word[1:] == word[1:].lower()
            seen += count
            malformed += count * (not cased or len(set(map(_script, word))) > 1)
    for match in _MARK.finditer(text):
        if unicodedata.category(match.group())[0] != "M":
            seen += 1
            malformed += _is_misplaced(match, text)
    return malformed / seen if seen else 0.0


def _is_misplaced(match: re.Match[str], text: str) -> bool:
    mark, category = match.group(), unicodedata.category(match.group())
    before = _is_spaced_letter(text[match.start() - 1 : match.start()])
    after = _is_spaced_letter(text[match.end() : match.end() + 1])
    if mark in _JOINING:
        return False
    if category[0] == "C" or (before and after) or (before and mark in _OPENING):
        return True
    is_symbol = category in ("So", "Sm", "Sk", "No") or mark in "¶§"
    return is_symbol and mark not in _UNITS and (before or after)


def _is_spaced_letter(character: str) -> bool:
    """Whether it is a letter of a script with spaces between words."""
    return character.isalpha() and _script(character) != "EAST ASIAN"


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    first = unicodedata.name(character, "?").split()[0]
    return "EAST ASIAN" if first in _EAST_ASIAN else first


def _is_sure(readings: list[_Reading], sample: bytes) -> bool:
    """Whether the first reading is well-formed, clearly ahead, and of enough letters."""
    first = readings[0]
    if first.malformed > _MOST_MALFORMED:
        return False
    if len(readings) > 1 and first.score < _CLEARLY_AHEAD * readings[1].score:
        return False
    if first.encoding == COMMONEST:
        return True
    scripts = Counter(_script(letter) for letter in first.text if letter.isalpha())
    is_latin = scripts["LATIN"] > scripts.total() / 2
    fewest = _FEWEST_BYTES if is_latin else _FEWEST_BYTES_UNLIKE_LATIN
    return len(_HIGH_BYTE.findall(sample)) >= fewest


def _candidates(readings: list[_Reading], sample: bytes) -> tuple[Candidate, ...]:
    """The readings, each with the first line on which they differ."""
    for line in sample.splitlines() or [sample]:
        shown = [_decoded(line, reading.encoding) or "" for reading in readings]
        if len(set(shown)) == len(readings):
            break
    return tuple(
        Candidate(reading.encoding, _snippet(text))
        for reading, text in zip(readings, shown, strict=True)
    )


def _snippet(line: str) -> str:
    at = next((at for at, character in enumerate(line) if not character.isascii()), 0)
    start, end = max(at - _SNIPPET, 0), at + _SNIPPET
    return "…" * (start > 0) + line[start:end].strip() + "…" * (end < len(line))
