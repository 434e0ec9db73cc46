"""What a question's answer was found to be, and what is said of it."""

from dataclasses import fields
from typing import Literal

from rnntui.lessons.answers import ScreenState, Verdict, check, typed_number
from rnntui.lessons.lesson import (
    ChangeQuestion,
    Expected,
    KeyQuestion,
    Language,
    NumberQuestion,
    Question,
)
from rnntui.tui.learn.words import WORDS

Why = Literal["", "learning", "no_number", "elsewhere", "nothing_changed"]


class Attempt:
    """The answers to one question of an open lesson."""

    def __init__(self, question: Question) -> None:
        """Nothing was answered yet."""
        self.question = question
        self._wrong = 0
        self._verdict: Verdict | None = None
        self._why: Why = ""

    @property
    def is_right(self) -> bool:
        """Whether the last answer was right."""
        return self._verdict is not None and self._verdict.is_right

    @property
    def has_answer(self) -> bool:
        """Whether there is something to say of an answer."""
        return self._verdict is not None or bool(self._why)

    @property
    def is_put_off(self) -> bool:
        """Whether the last answer couldn't be judged."""
        return bool(self._why)

    def put_off(self, why: Why) -> None:
        """An answer that can't be judged, which isn't counted."""
        self._why = why

    def reached(self, state: ScreenState) -> bool:
        """Whether the state answers the question, unasked: only a right answer is taken."""
        verdict = check(self.question, state)
        if verdict.is_right:
            self._verdict, self._why = verdict, ""
        return verdict.is_right

    def answer(self, state: ScreenState, typed: str = "") -> None:
        """Take an answer. Raises `ConfigError` as `check` does."""
        question = self.question
        if isinstance(question, NumberQuestion) and (
            typed_number(typed, question.quantity) is None
        ):
            self.put_off("no_number")
            return
        self._verdict, self._why = check(question, state, typed), ""
        if not self._verdict.is_right:
            self._wrong += 1
            if isinstance(question, ChangeQuestion) and not _is_changed(state):
                self._why = "nothing_changed"

    def sentence(self, language: Language) -> str:
        """What is said of the last answer; empty before the first."""
        words, question, verdict = WORDS[language], self.question, self._verdict
        if self._why and verdict is None:
            return words[self._why]
        if verdict is None:
            return ""
        if verdict.is_right:
            return f"{words['right']} {verdict.filled(question.explain[language])}"
        if self._why:
            return words[self._why]
        if self._wrong > 1 and (told := self._told(language)):
            return told
        if question.hint is not None:
            return question.hint[language]
        return words[f"wrong_{kind_of(question)}"]

    def _told(self, language: Language) -> str:
        """What is told from the second wrong answer on."""
        words = WORDS[language]
        match self.question:
            case NumberQuestion() if self._verdict is not None:
                return words["it_is"].format(answer=self._verdict.answer)
            case ChangeQuestion(solution=solution) if solution:
                return words["for_example"].format(solution=solution)
            case KeyQuestion(expect=expect):
                return words["look_for"].format(state=_in_words(expect, language))
        return ""


def kind_of(question: Question) -> str:
    """The kind of a question, as in its file."""
    match question:
        case KeyQuestion():
            return "key"
        case NumberQuestion():
            return "number"
        case ChangeQuestion():
            return "change"


def _is_changed(state: ScreenState) -> bool:
    return bool(state.operations) or state.has_other_text or state.has_other_setting


def _in_words(expected: Expected, language: Language) -> str:
    """A state of the screen in words."""
    words = WORDS[language]
    named = ((one.name, getattr(expected, one.name)) for one in fields(expected))
    return ", ".join(
        words[name].format(value=repr(value) if name == "character" else value)
        for name, value in named
        if value is not None
    )
