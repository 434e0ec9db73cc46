"""Events as lines of JSON: what is written is read again, and nothing else is."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnntui.errors import RnntuiError
from rnntui.training.events import (
    KINDS,
    Evaluated,
    Sampled,
    Saved,
    Step,
    TrainEvent,
    Warned,
    from_json,
    to_json,
)

# Two surrogates that make a pair are one character to JSON, as they are to any text file.
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=30).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
NUMBERS = st.floats(-1e300, 1e300)
VALUES: Mapping[object, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**53),
    float: NUMBERS,
    float | None: st.none() | NUMBERS,
    float | str: NUMBERS | TEXTS,
    bool: st.booleans(),
    str: TEXTS,
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
    tuple[tuple[int, ...], ...]: st.lists(
        st.lists(st.integers(0, 2**53), max_size=3).map(tuple), max_size=3
    ).map(tuple),
}


def events(kind: type[TrainEvent]) -> st.SearchStrategy[TrainEvent]:
    """Events of a kind with anything in their fields that may be there."""
    values = {part.name: VALUES[part.type] for part in fields(kind)}
    return st.builds(kind, **{**values, "elapsed_s": st.floats(0, 1e10)})


STEP = Step(3, 1.5, 0.5, 2.25, 0.002, 1.0, 4000.0)


def changed(event: TrainEvent, /, **values: Any) -> str:
    """An event's line with other values in it."""
    return json.dumps({**json.loads(to_json(event)), **values})


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_comes_back_as_it_was(name: str) -> None:
    @given(events(KINDS[name]))
    @settings(max_examples=25)
    def comes_back(event: TrainEvent) -> None:
        line = to_json(event)
        assert from_json(line) == event
        assert from_json(line + "\n") == event

    comes_back()


@given(TEXTS)
@example("\x00\x1b[31m\r\n\u2028\u2029\x85\udfff\ud800🦜")
@settings(max_examples=100)
def test_any_text_is_one_line_of_plain_characters(text: str) -> None:
    line = to_json(Sampled(1, 0.0, prime=text, text=text))
    assert line.isascii()
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    assert from_json(line) == Sampled(1, 0.0, text, text)


def test_a_line_begins_with_what_and_when() -> None:
    assert to_json(Saved(12, 0.25, path="a")) == (
        '{"event": "saved", "step": 12, "elapsed_s": 0.25, "path": "a"}'
    )


def test_the_names_in_json_are_the_kinds_in_lower_case() -> None:
    assert list(KINDS) == [
        *("started", "resumed", "step", "evaluated", "sampled", "saved", "paused", "continued"),
        *("changed", "switched", "rolledback", "warned", "tested", "finished", "failed"),
    ]


def test_absent_losses_are_null() -> None:
    event = Evaluated(4, 1.0, 2.5, None, 3.6, 12.2, None, best=True, full=False)
    assert json.loads(to_json(event))["val_loss"] is None
    assert from_json(to_json(event)) == event


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_not_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(Step(1, 0.0, 0.1, number, 0.1, 1.0, 1.0))


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert from_json(changed(STEP, mood="good")) == STEP


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "null",
        "5",
        '"step"',
        "[]",
        '["event"]',
        "{}",
        "{" * 100_000,
        "[" * 100_000,
        to_json(STEP)[:-1],
        to_json(STEP) * 2,
        to_json(STEP).replace('"step", "step"', '"step"'),
        changed(STEP, event="stumbled"),
        changed(STEP, event="Step"),
        changed(STEP, event=None),
        changed(STEP, event=["step"]),
        changed(STEP, event={"step": 1}),
        changed(STEP, step="3"),
        changed(STEP, step=3.5),
        changed(STEP, step=True),
        changed(STEP, step=None),
        changed(STEP, loss="2.25"),
        changed(STEP, loss=None),
        changed(STEP, loss=False),
        changed(STEP, loss=math.nan),
        changed(STEP, loss=math.inf),
        changed(STEP, loss=10**400),
        to_json(STEP).replace("2.25", "1e999"),
        to_json(STEP).replace("2.25", "9" * 5000),
        changed(Warned(0, 0.0, "Mind the step."), sentence=5),
        changed(Warned(0, 0.0, "Mind the step."), sentence=["Mind", "the", "step"]),
        changed(Evaluated(4, 1.0, 2.5, 1.0, 3.6, 12.2, None, True, False), best=1),
        json.dumps({"event": "step", "step": 3, "elapsed_s": 1.5}),
    ],
    ids=lambda line: repr(line[:80]),
)
def test_anything_else_is_refused_with_a_sentence(line: str) -> None:
    with pytest.raises(RnntuiError, match="Not an event"):
        from_json(line)


@given(
    st.sampled_from([part.name for part in fields(Evaluated)]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=4,
    ),
)
@settings(max_examples=200)
def test_any_value_in_any_field_is_read_as_it_is_or_refused(name: str, value: Any) -> None:
    event = Evaluated(4, 1.0, 2.5, 1.0, 3.6, 12.2, None, best=True, full=False)
    try:
        read = from_json(changed(event, **{name: value}))
    except RnntuiError:
        return
    assert asdict(read) == {**asdict(event), name: value}


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=100)
def test_noise_is_refused(noise: str) -> None:
    with pytest.raises(RnntuiError):
        from_json(noise)
