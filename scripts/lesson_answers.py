"""Answers the lessons' questions and keeps the numbers for their pages in docs/lessons.

python scripts/lesson_answers.py

It trains the network of each lesson, and once more where a question asks for another setting:
half a minute. `scripts/lessons.py` makes the pages.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnntui.lenses.surgery import Operation, operated
from rnntui.lessons.answers import ScreenState, check
from rnntui.lessons.lesson import ChangeQuestion, KeyQuestion, Lesson
from rnntui.lessons.reading import list_lessons
from rnntui.runtime.lesson_session import learned_reading

ANSWERS = Path(__file__).resolve().parent.parent / "docs" / "lessons" / "source" / "answers.json"


def answers(lesson: Lesson) -> dict[str, str]:
    """The numbers of a lesson's explanations by their names, and the `change` that was made."""
    reading, _ = learned_reading(lesson.network)
    start = ScreenState(lesson.network.lens, 1, 1, "", 0, reading, reading)
    found: dict[str, str] = {}
    for question in lesson.questions:
        if isinstance(question, KeyQuestion):
            continue
        change, state = "", start
        if isinstance(question, ChangeQuestion):
            change, state = _changed(lesson, question, start)
        verdict = check(question, state)
        told = {"change": change, **{name: getattr(verdict, name) for name in _NUMBERS}}
        found |= {name: figures for name, figures in told.items() if figures}
    return found


_NUMBERS = ("answer", "before", "after")


def _changed(
    lesson: Lesson, question: ChangeQuestion, start: ScreenState
) -> tuple[str, ScreenState]:
    """A change that answers the question, in words, and the state after it."""
    now = start.now
    match question.change:
        case "text":
            ids = tuple(int(rank) for rank in now.vocabulary.encode(question.solution))
            state = replace(start, now=replace(now, ids=ids), has_other_text=True)
            return question.solution, state
        case "operation":
            done = (Operation(question.quantity.layer - 1, question.quantity.unit),)
            arrays = operated(now.weights.config, now.weights.arrays, done)
            cut = replace(now, weights=replace(now.weights, arrays=arrays))
            return "", replace(start, now=cut, operations=done)
        case "setting":
            for value in lesson.network.values[1:]:
                other, _ = learned_reading(lesson.network, value)
                state = replace(start, now=other, has_other_setting=True)
                if check(question, state).is_right:
                    return f"{lesson.network.setting} = {value}", state
    raise ValueError(f"nothing answers the question of the lesson {lesson.name} on a change")


def main() -> None:
    """Answer all questions, and write down the numbers."""
    found: dict[str, Any] = {lesson.name: answers(lesson) for lesson in list_lessons()}
    ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
