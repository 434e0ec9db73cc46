"""How characters are drawn: safe for a terminal, of known width, marks in their places."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rnntui.text.cells import CLUSTER_LIMIT, TAB, WIDEST, units, visible

ODD = "a नाி\u302e\u3248한글\u1112\u1161\u11abe\u0301\u0308◌日😀🏽🇰" + (
    "\t\x1b\x07\x9b\u202e\u200b\u200d\ufe0f\ud800\ue000"
)
characters = st.one_of(st.sampled_from(ODD), st.characters(codec=None))
lines = st.text(characters, max_size=40).map(lambda text: text.replace("\n", ""))


def drawn(line: str) -> str:
    return "".join(unit.text for unit in units(line))


@given(characters)
def test_a_drawn_character_has_the_width_it_claims(char: str) -> None:
    text, width, _ = visible(char)
    assert cell_len(text) == width
    assert 1 <= width <= WIDEST


@given(lines)
@settings(max_examples=200)
def test_nothing_drawn_can_move_a_cursor_turn_the_writing_or_vanish(line: str) -> None:
    assert not {unicodedata.category(char) for char in drawn(line)} & {
        *("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }


@given(lines)
@settings(max_examples=200)
def test_units_hold_every_character_once_and_have_the_width_they_claim(line: str) -> None:
    parts = list(units(line))
    assert "".join(line[part.start : part.start + part.length] for part in parts) == line
    assert [cell_len(part.text) for part in parts] == [part.width for part in parts]


@pytest.mark.parametrize(
    ("char", "picture"),
    [
        ("\x00", "␀"),
        ("\x1b", "␛"),
        ("\r", "␍"),
        ("\x7f", "␡"),
        ("\t", TAB),
        ("\x9b", "\ufffd"),
        ("\ud800", "\ufffd"),
        ("\ue000", "\ufffd"),
        ("\u0378", "\ufffd"),
        ("\u202e", "·"),
        ("\u2066", "·"),
        ("\u200b", "·"),
        ("\u200d", "·"),
        ("\ufeff", "·"),
        ("\ufe0f", "·"),
        ("\u2028", "·"),
        ("\u3164", "·"),
        ("\U0001f3fd", "·"),
        ("\U0001f1f0", "K"),
    ],
)
def test_what_cannot_be_drawn_has_a_stand_in(char: str, picture: str) -> None:
    assert visible(char) == (picture, cell_len(picture), True)


@pytest.mark.parametrize(("char", "width"), [("a", 1), ("한", 2), ("日", 2), ("😀", 2), ("é", 1)])
def test_what_can_be_drawn_is_drawn_as_itself(char: str, width: int) -> None:
    assert visible(char) == (char, width, False)


def test_a_mark_joins_the_letter_before_it() -> None:
    assert [(unit.text, unit.width, unit.length) for unit in units("e\u0301x")] == [
        ("é", 1, 2),
        ("x", 1, 1),
    ]


def test_a_mark_with_nothing_before_it_stands_on_a_dotted_circle() -> None:
    assert drawn("\u0301a") == "◌\u0301a"


def test_a_mark_does_not_join_a_stand_in() -> None:
    assert drawn("\x1b\u0301") == "␛◌\u0301"


def test_a_pile_of_marks_is_spread_over_several_places() -> None:
    assert max(unit.length for unit in units("e" + "\u0301" * 100)) == CLUSTER_LIMIT


def test_decomposed_hangul_is_drawn_as_syllables() -> None:
    assert drawn(unicodedata.normalize("NFD", "한국어 글자")) == "한국어 글자"


def test_a_trailing_consonant_joins_a_composed_syllable() -> None:
    assert drawn("하\u11ab") == "한"


def test_loose_jamo_are_drawn_as_letters_of_their_own() -> None:
    assert drawn("\u1112\u1112\u1161\u1161\u11ab") == "ㅎ하ㅏㄴ"


def test_markup_is_drawn_as_it_is() -> None:
    assert drawn("[red]bold[/red]") == "[red]bold[/red]"
