"""What messages repeat of what was given, and what they say of the system's errors."""

import io
from pathlib import Path

import pytest

from rnntui.errors import QUOTED, CorpusError, RnntuiError, quoted, reason
from tests.command_line import misused, rnntui, stated

LONG = "many words " * 500
"""A value of 5,500 characters."""


def test_a_short_value_is_quoted_as_python_writes_it() -> None:
    assert quoted("it's") == '"it\'s"'
    assert quoted(Path("a/b")) == "'a/b'"
    assert quoted(["a", 1]) == "['a', 1]"


def test_a_long_value_is_cut_off() -> None:
    assert quoted(LONG) == repr(f"{LONG[: QUOTED - 24]}…{LONG[-24:]}")
    assert quoted("/far" * 99 + "/none.txt").endswith("/none.txt'")
    assert len(quoted(list(range(999)))) == QUOTED + 1


def test_of_an_enormous_sentence_the_middle_is_left_out() -> None:
    """Its beginning says what is wrong, its end what to do next."""
    said = str(CorpusError(f"There is no text {LONG}; choose another one."))
    assert len(said) < 2010
    assert said.startswith("There is no text many words")
    assert said.endswith("; choose another one.")
    assert str(RnntuiError("A sentence.")) == "A sentence."


def test_an_error_without_the_systems_words_has_others() -> None:
    """As one of Python's own streams has none."""
    assert reason(FileNotFoundError(2, "No such file or directory")) == "No such file or directory"
    assert reason(io.UnsupportedOperation("not writable")) == "not writable"
    assert reason(OSError()) == "OSError"


@pytest.mark.parametrize(
    "command",
    [
        *(("sample",), ("eval",), ("train",), ("train", "--name"), ("train", "--recipe")),
        *(("train", "--text-encoding"), ("train", "--normalise"), ("train", "--resume")),
        *(("checkpoints", "show"), ("corpora", "show"), ("corpora", "add"), ("corpora", "remove")),
        *(("recipes", "show"), ("compare",), ("classify", "stats"), ("classify", "predict")),
    ],
    ids=" ".join,
)
def test_no_command_repeats_all_of_a_long_value(command: tuple[str, ...]) -> None:
    outcome = rnntui(*command, LONG)
    stated(outcome)
    assert len(outcome.err) < 700


@pytest.mark.parametrize("flag", ["--device", "--cell", "--steps"])
def test_nor_do_complaints_about_usage(flag: str) -> None:
    outcome = rnntui("train", flag, LONG)
    if outcome.code == 2:
        misused(outcome, flag)
    assert outcome.code in (1, 2)
    assert len(outcome.err) < 2500
