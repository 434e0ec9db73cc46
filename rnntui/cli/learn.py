"""`rnntui learn`: the lessons on screen."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from rnntui.errors import RnntuiError


class Spoken(StrEnum):
    """The languages of the lessons."""

    en = "en"
    ko = "ko"


def learn(
    lesson: Annotated[
        str, typer.Argument(help="A lesson's name or number; without one, where you left off.")
    ] = "",
    language: Annotated[
        Spoken | None,
        typer.Option(
            help="Language of the lessons; the one chosen on screen, or the locale's, where it"
            " isn't given."
        ),
    ] = None,
) -> None:
    """Open the lessons: a page beside a small network that learns, and questions that check you.

    Each has three: one answered by keys, one by a number read off the screen, one by changing
    something. What you have answered is remembered. Nothing is written to your checkpoints.
    """
    from rnntui.lessons.reading import find_lesson, list_lessons

    if lesson:
        find_lesson(lesson, list_lessons())  # which complains before the screen opens
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RnntuiError("The lessons need a terminal; they also stand in docs/lessons.")
    from rnntui.tui.app import open_lessons

    raise typer.Exit(open_lessons(lesson, language.value if language else None))
