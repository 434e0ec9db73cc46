"""The width of characters in cells, for terminals that disagree about it.

Rich (and so Textual) measures by the tables of the wcwidth project; tmux and xterm ask the C
library or an older table. They differ on spacing marks (the vowel signs of Devanagari or Tamil take
no cell in one and one cell in the other), hexagrams, and additions of newer Unicode versions. So
layout uses the largest of the widths: importing this module patches Rich's table, for want of a
public way. And all output to a terminal passes through `with_cursor_placed`, which sets the cursor
explicitly after each such character.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

from rich import cells as rich_cells
from rich._unicode_data import load as _rich_table
from rich.cells import CellTable

# Wider in the C library than in wcwidth, spacing marks apart.
_WIDER: Final = ((0x302E, 0x302F, 2), (0x3248, 0x324F, 2), (0x16FF0, 0x16FF1, 2))
# Of different width in older Unicode versions or other tables: Vedic signs, trigrams,
# newer Bopomofo, circled numbers, hexagrams; Tangut to counting rods; emoji.
_DISPUTED: Final = (
    *((0x1CF2, 0x1CF3), (0x2630, 0x2637), (0x268A, 0x268F), (0x312E, 0x312F), (0x31BB, 0x31BF)),
    *((0x3248, 0x324F), (0x32FF, 0x32FF), (0x4DC0, 0x4DFF)),
    *((0x16FE0, 0x1D37F), (0x1F000, 0x1FAFF)),
)
_UNDISPUTED: Final = (
    *((0x370, 0x482), (0x2010, 0x2027), (0x2190, 0x22FF), (0x2500, 0x25FF), (0x2800, 0x28FF)),
    *((0x3041, 0x3096), (0x30A0, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)),
)
_FIRST_MARK: Final = 0x300


def cell_width(character: str) -> int:
    """Cells of one character in layout: 0, 1 or 2, the most that any terminal takes."""
    return rich_cells.get_character_cell_size(character)


def with_cursor_placed(text: str) -> str:
    """`text` with the cursor set explicitly after each character of disputed width.

    Its cells are blanked first, as it may fill fewer. Escape sequences in `text` stay; the terminal
    must know those of a VT100.
    """
    return text if text.isascii() else _disputed().sub(_placed, text)


@lru_cache(maxsize=4096)
def is_disputed(character: str) -> bool:
    """Whether terminals take different numbers of cells for a character."""
    code = ord(character)
    if code < _FIRST_MARK:
        return False
    return (
        cell_width(character) == 0
        or _cells_of_mark(code) == 1
        or any(first <= code <= last for first, last in _DISPUTED)
    )


def _placed(found: "re.Match[str]") -> str:
    """One character with its marks, between saving and setting the cursor."""
    shown = found.group()
    letter, marks = ("", shown) if not cell_width(shown[0]) else (shown[0], shown[1:])
    if letter and is_disputed(letter):
        width = cell_width(letter)
        return f"\x1b7{' ' * width}\x1b8{shown}\x1b8\x1b[{width}C"
    return f"{letter}\x1b7{marks}\x1b8" if marks else letter


@cache
def _disputed() -> "re.Pattern[str]":
    """Candidates for a disputed width, with their marks: all but the commonest letters."""
    # A few ranges, as each is tried for every character of a whole screen.
    marks = _class_of((first, last) for first, last, width in _agreed_table().widths if not width)
    return re.compile(f"[^\0-{chr(_FIRST_MARK - 1)}{_class_of(_UNDISPUTED)}][{marks}]*")


def _class_of(ranges: Iterable[tuple[int, int]]) -> str:
    """The inside of a character class of a regular expression."""
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges if first >= _FIRST_MARK)


@cache
def _agreed_table(unicode_version: str = "auto") -> CellTable:
    """Rich's table with the largest width of all tables."""
    table = _rich_table(unicode_version)
    wider = {code: width for first, last, width in _WIDER for code in range(first, last + 1)}
    ranges = [(code, code, width) for code, width in wider.items()]
    for first, last, width in table.widths:
        if width or first < _FIRST_MARK:
            ranges.append((first, last, width))
            continue
        for cells, codes in groupby(range(first, last + 1), _cells_of_mark):
            same = list(codes)
            if same[0] not in wider:
                ranges.append((same[0], same[-1], cells))
    return table._replace(widths=sorted(ranges))


def _cells_of_mark(code: int) -> int:
    return int(unicodedata.category(chr(code)) == "Mc")


rich_cells.load_cell_table = _agreed_table  # type: ignore[attr-defined]
rich_cells.get_character_cell_size.cache_clear()
rich_cells.cached_cell_len.cache_clear()
