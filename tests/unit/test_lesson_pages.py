"""The lessons' pages show what the lessons on screen say, and what the program prints."""

import json
import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest

from rnntui.lessons.lesson import ChangeQuestion, Language, Lesson, NumberQuestion
from rnntui.lessons.quantities import measure
from rnntui.lessons.reading import LANGUAGES, list_lessons
from rnntui.runtime.lesson_session import learned_reading
from tests.command_line import rnntui

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "lessons"
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "lessons.py"))
ANSWERS = json.loads((PAGES / "source" / "answers.json").read_text(encoding="utf-8"))
LESSONS = list_lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
each_language = pytest.mark.parametrize("language", LANGUAGES)
STABLE = [
    pytest.param(one, id=one.command)
    for source in sorted((PAGES / "source").glob("[0-9]*.md"))
    for one in SCRIPT["recordings_of"](source).values()
    if one.stable
]


@each_lesson
@each_language
def test_a_page_is_its_lesson_and_source_with_what_was_recorded(
    lesson: Lesson, language: Language
) -> None:
    page = SCRIPT["folder_of"](PAGES, language) / SCRIPT["page_name"](lesson)
    made = SCRIPT["page_of"](lesson, language)
    assert page.read_text(encoding="utf-8") == made, "run scripts/lessons.py"


@each_language
def test_the_page_that_lists_the_lessons_has_their_titles(language: Language) -> None:
    page = SCRIPT["folder_of"](PAGES, language) / "README.md"
    made = SCRIPT["contents"](language)
    assert page.read_text(encoding="utf-8") == made, "run scripts/lessons.py"


@pytest.mark.parametrize(
    "page", sorted(PAGES.glob("**/*.md")), ids=lambda page: str(page.relative_to(PAGES))
)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    if "source" in page.relative_to(PAGES).parts:
        return
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_lesson
def test_the_answers_on_a_page_are_those_of_the_network(lesson: Lesson) -> None:
    """Within what the question takes for right: machines round differently."""
    reading, kept = learned_reading(lesson.network)[0], ANSWERS[lesson.name]
    for question in lesson.questions:
        if isinstance(question, NumberQuestion):
            answer = measure(question.quantity, reading)
            assert float(kept["answer"]) == pytest.approx(answer, abs=question.tolerance)
        elif isinstance(question, ChangeQuestion):
            before = measure(question.quantity, reading)
            assert float(kept["before"]) == pytest.approx(before, rel=0.05, abs=0.01)


@each_lesson
@each_language
def test_no_sentence_of_the_screen_stands_in_a_source_as_well(
    lesson: Lesson, language: Language
) -> None:
    source = SCRIPT["folder_of"](PAGES / "source", language) / SCRIPT["page_name"](lesson)
    there = " ".join(source.read_text(encoding="utf-8").split())
    texts = [lesson.page[language], *(one.explain[language] for one in lesson.questions)]
    sentences = re.split(r"(?<=[.?!:]) ", " ".join(" ".join(texts).split()))
    assert [one for one in sentences if len(one) > 30 and one in there] == []


@pytest.mark.parametrize("recording", STABLE)
def test_what_was_recorded_is_what_is_printed_today(recording: Any) -> None:
    outcome = rnntui(*shlex.split(recording.command)[1:])
    assert (outcome.code, outcome.out) == (0, recording.out), "run make lessons"


def test_a_page_that_claims_what_its_figures_do_not_show_is_not_made(tmp_path: Path) -> None:
    source = tmp_path / "page.md"
    source.write_text("It is so.{{ holds(run('rnntui').out == 'so') }}", encoding="utf-8")
    for out, fits in (("so", True), ("otherwise", False)):
        recording = SCRIPT["Recording"]("rnntui", out, "", 0.0)
        if fits:
            assert SCRIPT["render"](source, lambda _, one=recording: one) == "It is so.\n"
        else:
            with pytest.raises(ValueError, match="claims"):
                SCRIPT["render"](source, lambda _, one=recording: one)
