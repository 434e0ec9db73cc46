"""The texts that ship: what they are, and that they were written rather than generated."""

import re
import tomllib
from collections import Counter

import pytest

from rnntui import places
from rnntui.text.library.entries import default_text_name

_SUBSTRING = 40


def _listed() -> list[dict[str, str]]:
    with (places.shipped_corpora_dir() / "shipped.toml").open("rb") as file:
        texts: list[dict[str, str]] = tomllib.load(file)["text"]
        return texts


def _text(name: str) -> str:
    return (places.shipped_corpora_dir() / f"{name}.txt").read_bytes().decode("utf-8")


_NAMES = [text["name"] for text in _listed()]
_WRITTEN = [name for name in _NAMES if name not in {"hello", "alphabet"}]


def test_texts_ship_in_this_order_and_free_of_rights() -> None:
    """The first is the one used when none is named."""
    assert _NAMES == ["play", "tale", "korean", "places", "hello", "alphabet"]
    assert default_text_name() == "play"
    assert {text["licence"] for text in _listed()} == {"CC0-1.0"}
    assert all(text["title"] and text["about"] for text in _listed())


@pytest.mark.parametrize("name", _WRITTEN)
def test_fewer_than_one_in_a_hundred_substrings_occurs_twice(name: str) -> None:
    """Of 40 characters, at every position."""
    text = _text(name)
    substrings = [text[start : start + _SUBSTRING] for start in range(len(text) - _SUBSTRING + 1)]
    counts = Counter(substrings)
    repeated = sum(count for count in counts.values() if count > 1)
    assert repeated < 0.01 * len(substrings)


@pytest.mark.parametrize("name", _NAMES)
def test_texts_have_plain_line_ends_and_no_control_characters(name: str) -> None:
    """Nor a byte order mark."""
    assert all(letter == "\n" or letter.isprintable() for letter in _text(name))
    assert not _text(name).startswith("\ufeff")


def test_the_play_is_talk_under_speakers_names() -> None:
    """In capitals, on their own lines."""
    text = _text("play")
    assert len(text.encode()) >= 80_000
    speakers = Counter(re.findall(r"^([A-Z][A-Z .'-]+):?$", text, flags=re.MULTILINE))
    assert sum(count for count in speakers.values() if count >= 5) >= 200


def test_the_tale_is_long_enough() -> None:
    """To be learned from."""
    assert len(_text("tale").encode()) >= 40_000


def test_the_korean_text_is_korean() -> None:
    """By its syllables."""
    assert sum("가" <= letter <= "힣" for letter in _text("korean")) >= 15_000


def test_place_names_are_many_and_different() -> None:
    """One to a line."""
    names = [line for line in _text("places").split("\n") if line]
    assert len(names) == len(set(names)) >= 1_000


def test_the_toy_texts_are_those_of_the_lessons() -> None:
    """To the letter."""
    assert _text("hello") == "hello"
    assert _text("alphabet") == "abcdefghijklmnopqrstuvwxyz "
