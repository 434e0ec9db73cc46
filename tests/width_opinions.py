"""What others say about the width of a character: the C library, wcwidth's tables by version."""

import ctypes
import locale
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich._unicode_data import VERSIONS, load

Widths = NDArray[np.int8]
"""One for each code point."""

CODE_POINTS = 0x110000
OLDEST_UNICODE = 9
"""Before it, emoji were narrow; whoever has such a terminal has other sorrows."""


@cache
def by_unicode_version() -> dict[str, Widths]:
    """The tables of the wcwidth project, as they come with Rich, untouched by us."""
    return {
        version: _widths_of(version)
        for version in VERSIONS
        if int(version.split(".")[0]) >= OLDEST_UNICODE
    }


def _widths_of(version: str) -> Widths:
    widths = np.ones(CODE_POINTS, np.int8)
    for first, last, width in load(version).widths:
        widths[first : last + 1] = width
    return widths


@cache
def of_the_c_library() -> Widths:
    """What `wcwidth` says here, which tmux goes by; it takes 1 for what that doesn't know."""
    with _utf_8():
        ask = ctypes.CDLL(None).wcwidth
        known = np.array([ask(code) for code in range(CODE_POINTS)], np.int8)
    return np.where(known < 0, np.int8(1), known)


@contextmanager
def _utf_8() -> Iterator[None]:
    before = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
