"""`rnntui learn`, and which language its lessons are in."""

import pytest

from rnntui.lessons.language import language_of
from tests.command_line import misused, rnntui, stated


def test_a_lesson_that_is_not_there_is_refused_with_those_that_are() -> None:
    stated(rnntui("learn", "yodel"), "There is no lesson 'yodel'", "1 hello")


def test_without_a_terminal_it_says_where_the_lessons_stand() -> None:
    stated(rnntui("learn", "hello"), "need a terminal", "docs/lessons")


def test_a_language_that_is_not_spoken_is_wrong_usage() -> None:
    misused(rnntui("learn", "--language", "fr"), "'en', 'ko'")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ko:en"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "KO_kr"}, "ko"),
    ],
)
def test_the_language_is_that_of_the_locale(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
