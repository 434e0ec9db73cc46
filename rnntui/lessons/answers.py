"""Checks answers: against the state of the screen, or numbers of the network itself."""

import re
from dataclasses import dataclass
from typing import Final

from rnntui.lenses.surgery import AnyOperation
from rnntui.lessons.lesson import (
    ChangeQuestion,
    Comparison,
    Expected,
    KeyQuestion,
    NumberQuestion,
    Quantity,
    Question,
)
from rnntui.lessons.quantities import Reading, highest_place, measure
from rnntui.text.cells import symbol_label

PERCENTAGES: Final = ("probability", "influence")
"""What a percentage may be typed for."""


@dataclass(frozen=True, eq=False)
class ScreenState:
    """What the screen shows: the lens and the cursor, and what the network reads there.

    `place`, `layer` and `unit` count from 1. `untouched` is the lesson's own network reading
    its own text, as it was before anything was changed.
    """

    lens: str
    place: int
    layer: int
    row: str
    unit: int
    now: Reading
    untouched: Reading
    operations: tuple[AnyOperation, ...] = ()
    has_other_text: bool = False
    has_other_setting: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and the numbers to tell, in words: empty where there are none.

    `answer` is what was asked for; `before` and `after` are those of a change.
    """

    is_right: bool
    answer: str = ""
    before: str = ""
    after: str = ""

    def filled(self, sentence: str) -> str:
        """A sentence with the numbers in it."""
        for name in ("answer", "before", "after"):
            sentence = sentence.replace(f"{{{name}}}", getattr(self, name))
        return sentence


def in_figures(number: float, quantity: Quantity, reading: Reading) -> str:
    """A quantity as a sentence has it: four significant digits, or the predicted symbol."""
    if quantity.name == "prediction":
        return symbol_label(reading.vocabulary.symbols[int(number)])
    return f"{number:,.0f}" if number.is_integer() else f"{number:.4g}"


def typed_number(typed: str, quantity: Quantity) -> float | None:
    """The number that was typed, a percentage as a part of 1; None if it is none."""
    text = typed.strip().replace(",", ".").replace("−", "-").replace("%", " %")
    match = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%)?", text, re.IGNORECASE)
    if not match:
        return None
    number = float(match[1])
    is_part = quantity.name in PERCENTAGES
    return number / 100 if match[2] or (is_part and number > 1) else number


def check(question: Question, state: ScreenState, typed: str = "") -> Verdict:
    """Whether a question is answered by what was typed, or by the state of the screen.

    Raises `ConfigError` where the text that is read now doesn't have what is asked for.
    """
    match question:
        case KeyQuestion():
            return Verdict(_is_reached(question.expect, state))
        case NumberQuestion():
            return _number_verdict(question, state, typed)
        case ChangeQuestion():
            return _change_verdict(question, state)


def _is_reached(expected: Expected, state: ScreenState) -> bool:
    wanted = {
        name: value
        for name in ("lens", "place", "layer", "row", "unit")
        if (value := getattr(expected, name)) is not None
    }
    if any(getattr(state, name) != value for name, value in wanted.items()):
        return False
    symbols = state.now.vocabulary.symbols
    if expected.character not in (None, symbols[state.now.ids[state.place - 1]]):
        return False
    if expected.highest is None:
        return True
    asked = Quantity(expected.highest, layer=state.layer, row=state.row, unit=state.unit)
    return state.place == highest_place(expected.highest, asked, state.now)


def _number_verdict(question: NumberQuestion, state: ScreenState, typed: str) -> Verdict:
    answer = measure(question.quantity, state.now)
    number = typed_number(typed, question.quantity)
    is_right = number is not None and abs(number - answer) <= question.tolerance * (1 + 1e-9)
    return Verdict(is_right, in_figures(answer, question.quantity, state.now))


def _change_verdict(question: ChangeQuestion, state: ScreenState) -> Verdict:
    before = measure(question.quantity, state.untouched)
    after = measure(question.quantity, state.now)
    is_changed = {
        "operation": bool(state.operations),
        "text": state.has_other_text,
        "setting": state.has_other_setting,
    }[question.change]
    is_right = is_changed and _compares(before, after, question.expect, question.by)
    was = in_figures(before, question.quantity, state.untouched)
    return Verdict(is_right, "", was, in_figures(after, question.quantity, state.now))


def _compares(before: float, after: float, expect: Comparison, by: float) -> bool:
    match expect:
        case "higher":
            return after > before and after >= by * before
        case "lower":
            return after < before and after * by <= before
        case "different":
            return after != before
