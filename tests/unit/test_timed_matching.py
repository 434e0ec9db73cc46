"""Regular expressions are matched as `re` does, and given up in time."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rnntui.errors import ConfigError
from rnntui.lenses.text_features import matched
from rnntui.runtime.timed_matching import matched_in_time


@pytest.mark.parametrize("pattern", ["[aeiou]+", "^.", "\\bthe\\b", "해|\U0001f600", "x", ""])
def test_it_finds_what_re_finds(pattern: str) -> None:
    text = "the cat\nsat on\x1b[0m the 해인 \U0001f600 mat"
    np.testing.assert_array_equal(matched_in_time(text, pattern), matched(text, pattern))


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?P<n>", "*", "(" * 500])
def test_what_is_not_valid_is_said_in_a_sentence(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"is not valid: .*\.$") as stated:
        matched_in_time("text", pattern)
    assert "\n" not in str(stated.value)


def test_what_takes_for_ever_is_given_up() -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError, match=r"takes more than 0\.5 s on 30 characters"):
        matched_in_time("a" * 30, "(a+)+b", seconds=0.5)
    assert time.monotonic() - began < 20


def test_the_start_of_the_process_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "python"
    slow.write_text(f'#!/bin/sh\nsleep 0.3\nexec {sys.executable} "$@"\n', encoding="utf-8")
    slow.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(slow))
    assert matched_in_time("the cat", "cat", seconds=0.25).sum() == 3
