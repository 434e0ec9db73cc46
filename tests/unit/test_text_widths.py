"""Where opinions on a width differ, lines end where they were laid out to end, in any terminal."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from rnntui.text.cells import CARRIER, printable, units, visible
from rnntui.text.widths import cell_width, is_disputed, with_cursor_placed
from tests.terminal_grid import TerminalGrid
from tests.width_opinions import Widths, by_unicode_version, of_the_c_library

SCRIPTS = {
    "Devanagari": "नमस्ते दुनिया",
    "Tamil": "தமிழ் மொழி",
    "Thai": "ภาษาไทย กำลัง",
    "Arabic": "العربية مَرْحَبًا",
    "Hebrew": "שָׁלוֹם עולם",
    "Hangul": "한글 \u1112\u1161\u11ab \u1161 \ua960\ud7b0",
    "marks": "e\u0301 x\u0323\u0308 \u0301",
    "joined emoji": "👨\u200d👩\u200d👧 ❤\ufe0f 👍🏽 🥹🫠",
    "flags": "🇮🇳🇩🇪",
    "ambiguous": "①→…±§Ω",
    "disputed": "㉈䷀☰𝌀𝍠〮〯ㄮ\U00016ff0\u1cf2",
    "Burmese, Khmer": "မြန်မာ ខ្មែរ",
}
WIDTH = 40


def opinions() -> dict[str, Callable[[], Widths]]:
    tables = {f"Unicode {v}": (lambda v=v: by_unicode_version()[v]) for v in ("9.0.0", "17.0.0")}
    return {**tables, "C library": of_the_c_library}  # type: ignore[dict-item]


def end_of(line: str, opinion: Widths) -> list[str]:
    """The last cells of a row on a terminal of that opinion, beginning with the border."""
    grid = TerminalGrid(WIDTH + 10, 1, lambda character: int(opinion[ord(character)]))
    grid.feed(with_cursor_placed(line))
    return grid.rows[0][WIDTH - 1 : WIDTH + 2]


def bordered(text: str) -> str:
    return "│" + set_cell_size(text, WIDTH - 2) + "││"


@pytest.mark.parametrize("whose", opinions())
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_border_stands_straight_behind_any_script(script: str, whose: str) -> None:
    text = "".join(unit.text for unit in units(SCRIPTS[script]))
    assert end_of(bordered(text), opinions()[whose]()) == ["│", "│", " "]


@pytest.mark.parametrize("whose", opinions())
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_in_any_script_moves_no_border(script: str, whose: str) -> None:
    line = bordered(printable(SCRIPTS[script]))
    assert end_of(line, opinions()[whose]()) == ["│", "│", " "]


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=18), st.sampled_from([*opinions()]))
def test_a_border_stands_straight_behind_any_text(text: str, whose: str) -> None:
    shown = printable(text.replace("\n", ""))
    assert end_of(bordered(shown), opinions()[whose]()) == ["│", "│", " "]


def test_all_of_unicode_is_agreed_on_or_placed_with_room_for_the_widest_opinion() -> None:
    tables = [*by_unicode_version().values(), of_the_c_library()]
    disagreed = np.flatnonzero(np.any([table != tables[0] for table in tables], axis=0))
    drawn = [code for code in disagreed.tolist() if not visible(chr(code)).is_stand_in]
    wrong = []
    for code in drawn:
        character = chr(code)
        # Of the tables only the newest: what a newer one made narrow is narrow now.
        widest = max(tables[-1][code], tables[-2][code])
        if cell_width(character) < widest or not is_disputed(character):
            wrong.append(f"U+{code:04X}")
        elif character not in (sent := with_cursor_placed(character)) or "\x1b8" not in sent:
            wrong.append(f"U+{code:04X} isn't placed")
    assert wrong == []
    assert len(drawn) > 1000


def test_what_nobody_disputes_is_sent_as_it_is() -> None:
    line = "\x1b[1mplain\x1b[0m é Ω Ж 한글 日本 かな ─│╭ ⣿ → …"
    assert with_cursor_placed(line) == line


def test_a_vowel_sign_has_a_cell_of_its_own() -> None:
    assert cell_len("ना") == 2
    assert [(unit.text, unit.width) for unit in units("ना")] == [("न", 1), ("ा", 1)]


def test_a_vowel_sign_with_nothing_before_it_stands_on_a_dotted_circle() -> None:
    assert [unit.text for unit in units("ा ा\x1bा")] == [
        *(CARRIER + "ा", " ", CARRIER + "ा", "␛", CARRIER + "ा")
    ]
