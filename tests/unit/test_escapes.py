"""Escapes in texts that are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.text.escapes import escaped, is_begun, unescaped


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        (r"ORSOLA:\n", "ORSOLA:\n"),
        (r"a\tb", "a\tb"),
        (r"a\r\nb", "a\r\nb"),
        (r"\\n", r"\n"),
        (r"\\\n", "\\\n"),
        (r"\u00e9\xe9\U0001f642", "éé🙂"),
        # What is no escape is what it says.
        (r"\d \frac \ ", r"\d \frac \ "),
        (r"\x1 \u12 \U00110000 \U7fffffff", r"\x1 \u12 \U00110000 \U7fffffff"),
        ("one\\", "one\\"),
        ("one\nline", "one\nline"),
    ],
)
def test_escapes_are_read_as_in_python_and_all_else_stays(typed: str, means: str) -> None:
    assert unescaped(typed) == means


@given(st.text(st.characters(), max_size=40))
def test_any_text_is_one_printable_line_and_comes_back_from_it(text: str) -> None:
    line = escaped(text)
    assert line.isprintable()
    assert unescaped(line) == text


@pytest.mark.parametrize("escape", [r"\n", r"\\", r"\xe9", r"\u00e9", r"\U0001f642", r"\U0010ffff"])
def test_an_escape_is_begun_until_it_is_whole(escape: str) -> None:
    assert all(is_begun(escape[:length]) for length in range(1, len(escape)))
    assert not is_begun(escape)


@pytest.mark.parametrize("text", ["", "n", r"\d", r"\xg", r"\u00g", r"\U1", r"\U0011"])
def test_other_texts_do_not_begin_an_escape(text: str) -> None:
    assert not is_begun(text)
