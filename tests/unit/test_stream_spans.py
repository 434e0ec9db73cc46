"""Lines as spans of one look, and the levels that looks are made of."""

import math

import pytest

from rnntui.tui.widgets.stream.probability_levels import PRIME, level_of, range_of
from rnntui.tui.widgets.stream.spans import LookFlag, spans


def test_neighbours_of_one_look_make_one_span() -> None:
    assert [(span.start, span.text, span.look) for span in spans("aabb", [1, 1, 2, 2], 10)] == [
        (0, "aa", 1),
        (2, "bb", 2),
    ]


def test_a_wide_character_is_a_span_of_its_own() -> None:
    assert [span.text for span in spans("a한글b", [1] * 4, 10)] == ["a", "한", "글", "b"]


def test_a_letter_with_its_mark_has_the_look_of_the_more_surprising() -> None:
    assert [span.look for span in spans("e\u0301", [4, 0], 10)] == [0]


def test_a_stand_in_is_marked() -> None:
    assert [span.look for span in spans("a\x1b", [3, 3], 10)] == [3, 3 | LookFlag.STAND_IN]


def test_a_space_beyond_the_width_is_left_out() -> None:
    assert [span.text for span in spans("abc ", [1] * 4, 3)] == ["abc"]


@pytest.mark.parametrize(
    ("probability", "level"),
    [(0.0, 0), (0.049, 0), (0.05, 1), (0.2, 2), (0.5, 3), (0.9, 4), (1.0, 4), (math.nan, PRIME)],
)
def test_a_probability_has_its_level(probability: float, level: int) -> None:
    assert level_of(probability) == level


def test_ranges_are_named_from_surprising_to_sure() -> None:
    assert [range_of(level) for level in range(PRIME)] == ["<5%", "≥5%", "≥20%", "≥50%", "≥90%"]
