"""How far somebody has come in the lessons, kept at once with each right answer."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from rnntui.lessons.lesson import Language, Lesson
from rnntui.lessons.reading import LANGUAGES
from rnntui.tui.core.remembered import load_remembered, save_remembered

ANSWERED: Final = "✓"
OPEN: Final = "○"


class LessonProgress:
    """The questions answered in each lesson, the lesson open last, and the language chosen."""

    def __init__(self, path: Path) -> None:
        """Read it from the file of the screen's state."""
        kept = load_remembered(path)
        self._path = path
        self._answered = {name: set(numbers) for name, numbers in kept.lessons.items()}
        self.lesson = kept.lesson
        self.language: Language | None = None
        for language in LANGUAGES:
            if kept.language == language:
                self.language = language

    def is_answered(self, lesson: Lesson, question: int) -> bool:
        """Whether a question, counted from 0, was answered."""
        return question in self._answered.get(lesson.name, ())

    def answer(self, lesson: Lesson, question: int) -> None:
        """Remember a right answer."""
        if not self.is_answered(lesson, question):
            self._answered.setdefault(lesson.name, set()).add(question)
            self._save()

    def open(self, lesson: Lesson) -> None:
        """Remember where somebody is."""
        if self.lesson != lesson.name:
            self.lesson = lesson.name
            self._save()

    def speak(self, language: Language) -> None:
        """Remember a language."""
        self.language = language
        self._save()

    def ticks(self, lesson: Lesson) -> str:
        """A tick for each question that was answered, a ring for the others."""
        numbers = range(len(lesson.questions))
        return "".join(ANSWERED if self.is_answered(lesson, at) else OPEN for at in numbers)

    def _save(self) -> None:
        kept = replace(
            load_remembered(self._path),
            lessons={name: tuple(sorted(numbers)) for name, numbers in self._answered.items()},
            lesson=self.lesson,
            language=self.language,
        )
        save_remembered(self._path, kept)
