"""Kinds of characters, by which lenses tell them apart: vowel, consonant, capital, digit and so on.

Letters are told by their base letter in Latin, Greek and Cyrillic; Hangul by its initial consonant.
"""

import unicodedata
from functools import lru_cache
from typing import Final

VOWEL: Final = "vowel"
CONSONANT: Final = "consonant"
CAPITAL: Final = "capital"
DIGIT: Final = "digit"
PUNCTUATION: Final = "punctuation"
SPACE: Final = "space"
OTHER: Final = "other"
HANGUL: Final = "Hangul"
"""The kind of a Hangul character begins with this, and ends with its initial consonant or vowel."""

_VOWELS: Final = frozenset("aeiouyæœøıαεηιουωаеиоуыэюяіє")
# Compatibility letters in the order of the 19 initial consonants of Unicode's syllables.
_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SYLLABLES: Final = range(0xAC00, 0xD7A4)
_SYLLABLES_PER_INITIAL: Final = 588
_INITIAL_JAMO: Final = range(0x1100, 0x1113)
_JAMO: Final = (range(0x1100, 0x1200), range(0x3131, 0x318F), range(0xA960, 0xA980))
_MORE_JAMO: Final = range(0xD7B0, 0xD800)


@lru_cache(maxsize=1 << 14)
def kind_of(symbol: str) -> str:
    """The kind of a symbol of a vocabulary; a named one, such as `<EOS>`, is of `OTHER`.

    A capital is of kind `CAPITAL`, vowel or consonant. White space and line ends are `SPACE`.
    """
    if len(symbol) != 1:
        return OTHER
    if symbol.isspace():
        return SPACE
    if hangul := _hangul(ord(symbol), symbol):
        return f"{HANGUL} {hangul}"
    if symbol.isupper():
        return CAPITAL
    if is_vowel(symbol):
        return VOWEL
    if is_consonant(symbol):
        return CONSONANT
    category = unicodedata.category(symbol)
    if category.startswith("N"):
        return DIGIT
    return PUNCTUATION if category[0] in "PS" else OTHER


@lru_cache(maxsize=1 << 14)
def is_vowel(symbol: str) -> bool:
    """Whether a character is a vowel, in either case and with any accent; y is one."""
    return _base(symbol) in _VOWELS


@lru_cache(maxsize=1 << 14)
def is_consonant(symbol: str) -> bool:
    """Whether a character is a letter of an alphabet with cases, and no vowel."""
    return symbol.isalpha() and symbol.lower() != symbol.upper() and not is_vowel(symbol)


def _base(symbol: str) -> str:
    """The small letter without its accents."""
    return unicodedata.normalize("NFD", symbol.lower())[:1]


def _hangul(code: int, symbol: str) -> str:
    """The initial consonant of a syllable, or a letter of Hangul itself; else empty."""
    if code in _SYLLABLES:
        return _INITIALS[(code - _SYLLABLES.start) // _SYLLABLES_PER_INITIAL]
    if code in _INITIAL_JAMO:
        return _INITIALS[code - _INITIAL_JAMO.start]
    if code in _MORE_JAMO or any(code in block for block in _JAMO):
        compatible = unicodedata.normalize("NFKD", symbol)
        if len(compatible) == 1 and ord(compatible) in _INITIAL_JAMO:
            return _INITIALS[ord(compatible) - _INITIAL_JAMO.start]
        return "letter"
    return ""
