"""Pictures of each lesson, its network as it is before it learns, in both languages."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from rnntui.lessons.lesson import Language, Lesson
from rnntui.lessons.reading import LANGUAGES, list_lessons
from tests.tui.lesson_screens import LearnApp, Untrained, looking
from tests.tui.test_learn import HELLO
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
SPOKEN = pytest.mark.parametrize("language", LANGUAGES)

FOUND = {
    "unit": "tracked",
    "influence": "influence",
    "surprise": "ngram",
    "map": "map",
    "surgery": "streams",
}
"""What each lens finds beside the forward pass."""


async def settled(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, LearnApp)
    await looking(pilot, app)
    # What the lens finds beside the forward pass comes a little later.
    found = FOUND.get(app.learn.lens)
    await until(pilot, lambda: not found or getattr(app.learn.findings, found) is not None)
    await pilot.pause()


@SIZES
@SPOKEN
@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson(
    snap_compare: Any, tmp_path: Path, lesson: Lesson, language: Language, size: tuple[int, int]
) -> None:
    app = LearnApp(tmp_path / "s.toml", lesson, session=Untrained(), language=language)
    assert snap_compare(app, terminal_size=size, run_before=settled)


@SIZES
@SPOKEN
def test_an_answer(
    snap_compare: Any, tmp_path: Path, language: Language, size: tuple[int, int]
) -> None:
    app = LearnApp(tmp_path / "s.toml", HELLO, session=Untrained(), language=language)

    async def answered(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.press("0", "right", "right", "right")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=answered)


@SIZES
@SPOKEN
def test_the_list(
    snap_compare: Any, tmp_path: Path, language: Language, size: tuple[int, int]
) -> None:
    app = LearnApp(tmp_path / "s.toml", HELLO, session=Untrained(), language=language)

    async def listed(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.press("right", "right", "right", "l")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=listed)
