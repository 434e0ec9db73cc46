"""Features of a text: each against a plain loop or a picture of what it marks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.lenses.character_kinds import kind_of
from rnntui.lenses.text_features import FEATURES, matched, text_features

MARKED: dict[str, tuple[str, str]] = {
    "quotation": ('a "b c" d\n"e\n\nf "g"', "..^^^^....^^^^..^^."),
    "brackets": ("a(b[c]d)e)f", ".^^^^^^...."),
    "capital": ("aBÉ1 d", ".^^..."),
    "space": ("a b\tc\n", ".^.^.."),
    "line end": ("a\n\nb", ".^^."),
    "vowel": ("Thé sky1", "..^...^."),
    "consonant": ("Thé sky1", "^^..^^.."),
    "capitals line": ("KING IV:\nYes.\nI\nNO", "^^^^^^^^........^^"),
}


@pytest.mark.parametrize("name", MARKED)
def test_a_feature_marks(name: str) -> None:
    text, marks = MARKED[name]
    marks = marks.ljust(len(text), ".")
    drawn = "".join(".^"[int(value)] for value in FEATURES[name](text))
    assert drawn == marks


def test_typographic_quotations_may_be_nested() -> None:
    assert FEATURES["quotation"]("“a «b» c” d”").tolist() == [1] * 8 + [0] * 4


def _loops(text: str) -> dict[str, list[float]]:
    """Counted features, one character after the other."""
    found: dict[str, list[float]] = {"line position": [], "word length": [], "nesting depth": []}
    line = word = depth = 0
    for character in text:
        line = 0 if character == "\n" else line + 1
        word = word + 1 if character.isalnum() or character in "'’" else 0
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        for values, value in zip(found.values(), (line, word, depth), strict=True):
            values.append(value)
    return found


@given(text=st.text(alphabet="ab' \n([)]{}X1한", max_size=40))
def test_counted_features_are_those_of_a_loop(text: str) -> None:
    for name, values in _loops(text).items():
        assert FEATURES[name](text).tolist() == values


@given(text=st.text(max_size=30))
def test_every_feature_has_a_number_for_each_character_of_any_text(text: str) -> None:
    for feature in FEATURES.values():
        values = feature(text)
        assert (values.shape, values.dtype) == ((len(text),), float)
        assert np.isfinite(values).all()


def test_a_pattern_marks_what_it_matches() -> None:
    features = text_features("a cat\na cap", {"start": "^a", "cats": "ca[tp]"})
    assert list(features) == [*FEATURES, "start", "cats"]
    assert features["start"].tolist() == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert features["cats"].tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]
    assert matched("ab", "x*").tolist() == [0, 0]


@pytest.mark.parametrize("pattern", ["(", "[", "*"])
def test_a_pattern_that_is_not_valid_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="is not valid"):
        matched("a", pattern)


@pytest.mark.parametrize(
    ("symbols", "kind"),
    [
        ("aeyéöαи", "vowel"),
        ("bzñçβж", "consonant"),
        ("AZÉΩ", "capital"),
        ("09½", "digit"),
        (".,“—$+", "punctuation"),
        (" \n\t\u3000", "space"),
        ("가각ᄀㄱ", "Hangul ㄱ"),
        ("힣ᄒ", "Hangul ㅎ"),
        ("ᅡᆨㅏ", "Hangul letter"),
        ("猫あ\u200b", "other"),
    ],
)
def test_kinds_of_characters(symbols: str, kind: str) -> None:
    assert {kind_of(symbol) for symbol in symbols} == {kind}


def test_a_named_symbol_is_of_another_kind() -> None:
    assert kind_of("<EOS>") == "other"
