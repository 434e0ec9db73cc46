"""Lessons: their files, and that each question can be answered from its own network."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rnntui.errors import ConfigError
from rnntui.lenses.surgery import Operation, operated
from rnntui.lessons.answers import ScreenState, check
from rnntui.lessons.lesson import (
    ChangeQuestion,
    KeyQuestion,
    Language,
    LensName,
    Lesson,
    NumberQuestion,
    Quantity,
)
from rnntui.lessons.quantities import Reading, highest_place, measure
from rnntui.lessons.reading import FOLDER, LANGUAGES, find_lesson, list_lessons, read_lesson
from rnntui.nets.cells import find_cell
from rnntui.runtime.lesson_session import learned_reading
from rnntui.toml_files import read_toml
from rnntui.tui.learn.page import marked
from rnntui.tui.learn.words import WORDS
from rnntui.tui.lens.findings import Lens

LESSONS = list_lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


@cache
def _reading(name: str, value: object = None) -> Reading:
    return learned_reading(find_lesson(name, LESSONS).network, value)[0]


def _question(lesson: Lesson, kind: type) -> Any:
    return next(one for one in lesson.questions if isinstance(one, kind))


def _start(lesson: Lesson) -> ScreenState:
    """The state in which the lesson opens: the first row, unit and character."""
    reading = _reading(lesson.name)
    config = reading.weights.config
    row = find_cell(config.cell).gate_names[0]
    return ScreenState(lesson.network.lens, 1, config.num_layers, row, 1, reading, reading)


def test_lessons_are_numbered_from_one_without_gaps() -> None:
    assert [lesson.number for lesson in LESSONS] == list(range(1, len(LESSONS) + 1))


def test_lessons_know_the_lenses_of_the_screen() -> None:
    assert get_args(LensName) == get_args(Lens)


@each_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_lesson_speaks_each_language(lesson: Lesson, language: Any) -> None:
    words = [lesson.title, lesson.page]
    for question in lesson.questions:
        words += [question.ask, question.explain, *([question.hint] if question.hint else [])]
    korean = [any("가" <= letter <= "힣" for letter in one[language]) for one in words]
    assert korean == [language == "ko"] * len(words)


@each_lesson
def test_both_languages_mention_the_same_numbers_to_fill_in(lesson: Lesson) -> None:
    for question in lesson.questions:
        for name in ("{answer}", "{before}", "{after}"):
            assert (name in question.explain["en"]) == (name in question.explain["ko"])


@each_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_equations_are_not_broken_beside_the_lens(lesson: Lesson, language: Language) -> None:
    """In a terminal of 140 columns."""
    equations = [line for line in lesson.page[language].split("\n") if line.startswith("    ")]
    assert equations
    assert [line for line in equations if cell_len(line) > 54] == []


@each_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_and_its_explanation_fit_a_small_terminal(
    lesson: Lesson, language: Language
) -> None:
    """Six lines of 76 columns, one of them the field of a number; numbers take nine."""
    for question in lesson.questions:
        explained = f"✓ {WORDS[language]['right']} {question.explain[language]}"
        for name in ("{answer}", "{before}", "{after}"):
            explained = explained.replace(name, "1.234e-56")
        texts = [marked(one).plain for one in (question.ask[language], explained)]
        lines = sum(len(Text(text).wrap(Console(), 76)) for text in texts)
        assert lines + isinstance(question, NumberQuestion) <= 6


@each_lesson
def test_the_text_of_a_lesson_is_in_its_vocabulary(lesson: Lesson) -> None:
    assert set(lesson.network.reads) <= set(_reading(lesson.name).vocabulary.symbols)


@each_lesson
def test_the_key_question_is_answered_by_the_state_it_asks_for_and_not_from_the_start(
    lesson: Lesson,
) -> None:
    question, start = _question(lesson, KeyQuestion), _start(lesson)
    assert not check(question, start).is_right
    assert check(question, _reached(question, start)).is_right


def _reached(question: KeyQuestion, start: ScreenState) -> ScreenState:
    wanted = question.expect
    names = ("lens", "place", "layer", "row", "unit")
    given = {name: getattr(wanted, name) for name in names if getattr(wanted, name) is not None}
    state = replace(start, **given)
    if wanted.character is not None and wanted.place is None:
        places = [state.now.vocabulary.symbols[rank] for rank in state.now.ids]
        state = replace(state, place=places.index(wanted.character) + 1)
    if wanted.highest is not None:
        asked = Quantity(wanted.highest, layer=state.layer, row=state.row, unit=state.unit)
        state = replace(state, place=highest_place(wanted.highest, asked, state.now))
    return state


@each_lesson
def test_the_number_question_takes_the_networks_number_and_no_other(lesson: Lesson) -> None:
    question, start = _question(lesson, NumberQuestion), _start(lesson)
    answer = measure(question.quantity, start.now)
    assert check(question, start, f"{answer:.8f}").is_right
    assert not check(question, start, f"{answer + 2 * question.tolerance:.8f}").is_right
    assert not check(question, start, "nine").is_right


@each_lesson
def test_some_change_answers_the_change_question_and_the_start_does_not(lesson: Lesson) -> None:
    question, start = _question(lesson, ChangeQuestion), _start(lesson)
    assert not check(question, start).is_right
    assert any(check(question, state).is_right for state in _changed(lesson, question, start))


def _changed(lesson: Lesson, question: ChangeQuestion, start: ScreenState) -> list[ScreenState]:
    """The states after each change of that kind, a single one."""
    now = start.now
    match question.change:
        case "text":
            ids = tuple(int(rank) for rank in now.vocabulary.encode(question.solution))
            return [replace(start, now=replace(now, ids=ids), has_other_text=True)]
        case "setting":
            others = [_reading(lesson.name, value) for value in lesson.network.values[1:]]
            return [replace(start, now=one, has_other_setting=True) for one in others]
        case "operation":
            weights, config = now.weights, now.weights.config
            states = []
            for layer in range(config.num_layers):
                for unit in range(config.hidden_size):
                    done = (Operation(layer, unit),)
                    arrays = operated(config, weights.arrays, done)
                    changed = replace(now, weights=replace(weights, arrays=arrays))
                    states.append(replace(start, now=changed, operations=done))
            return states


# What isn't valid.


def _hello(**changes: Any) -> dict[str, Any]:
    return {**read_toml(FOLDER / "01-hello.toml", "followed"), **changes}


def _refusal(tmp_path: Path, table: dict[str, Any], name: str = "01-hello.toml") -> str:
    (tmp_path / name).write_text(tomli_w.dumps(table), "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_lesson(tmp_path / name)
    return str(refused.value)


def test_a_lesson_without_one_of_its_languages_is_refused(tmp_path: Path) -> None:
    assert "'title.ko' must be a text" in _refusal(tmp_path, _hello(title={"en": "Hello"}))


def test_a_lesson_of_two_questions_is_refused(tmp_path: Path) -> None:
    table = _hello()
    table["question"].pop()
    assert "three [[question]]" in _refusal(tmp_path, table)


@pytest.mark.parametrize(
    ("number", "change", "sentence"),
    [
        (0, {"expect": {"lens": "telescope"}}, "'lens' must be one of strips"),
        (0, {"expect": {"place": 6}}, "'place' must be a number from 1 to 5"),
        (0, {"expect": {"character": "z"}}, "the text has no character 'z'"),
        (0, {"expect": {"colour": 1}}, "'expect' has no 'colour'"),
        (1, {"answer": -0.96}, "it has no 'answer'"),
        (1, {"quantity": "weight"}, "'quantity' must be one of probability"),
        (1, {"row": "forget"}, "'row' must be one of"),
        (1, {"unit": 4}, "'unit' must be a number from 1 to 3"),
        (1, {"quantity": "influence"}, "influence needs 'of'"),
        (1, {"quantity": "training_loss"}, "fixed weights have no training loss"),
        (1, {"tolerance": 0}, "'tolerance' must be a number above 0"),
        (2, {"change": "setting"}, "needs [network.change]"),
        (2, {"change": "text"}, "'solution' must be a text"),
        (2, {"expect": "bigger"}, "'expect' must be one of higher, lower, different"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_a_sentence(
    tmp_path: Path, number: int, change: dict[str, Any], sentence: str
) -> None:
    table = _hello()
    table["question"][number] |= change
    assert sentence in _refusal(tmp_path, table)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ({"reads": "abc", "lens": "strips"}, "needs a recipe, a corpus or a text"),
        ({"reads": "abc", "lens": "strips", "corpus": "bible"}, "no text 'bible' ships"),
        ({"reads": "abc", "lens": "strips", "text": "abc", "cells": "rnn"}, "cells"),
        ({"reads": "hello", "lens": "strips", "recipe": "hello", "cell": "rnn"}, "has no 'cell'"),
        (
            {
                "reads": "abc",
                "lens": "strips",
                "text": "abc",
                "change": {"setting": "cell", "values": ["gru", "rnn"]},
            },
            "the first of 'values' must be 'lstm'",
        ),
    ],
)
def test_a_network_that_cannot_be_made_is_refused_with_a_sentence(
    tmp_path: Path, network: dict[str, Any], sentence: str
) -> None:
    assert sentence in _refusal(tmp_path, _hello(network=network))


def test_the_file_must_be_called_by_its_number_and_name(tmp_path: Path) -> None:
    assert "NN-name.toml" in _refusal(tmp_path, _hello(), "01-goodbye.toml")


def test_a_lesson_is_found_by_its_name_and_its_number() -> None:
    assert find_lesson("hello", LESSONS) is find_lesson("1", LESSONS)
    with pytest.raises(ConfigError, match=r"There is no lesson 'yodel'; there are 1 hello"):
        find_lesson("yodel", LESSONS)
