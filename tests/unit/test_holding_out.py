"""Which lines of a text are held out, and whether its tail may be."""

import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.text import holding_out
from rnntui.text.corpus import Corpus, corpus_from_text, load_corpus
from rnntui.text.holding_out import hold_out, holds_lines_out, odd_tail
from tests.factories import TINY_TEXT

PLACES = sorted(set(load_corpus("places").preview(14_000).split()))
"""Place names, in the order of the alphabet."""

HELD = [
1, 53, 82, 115, 143, 176, 223, 257, 294, 313, 355, 383, 400, 434, 468,
529, 544, 599, 613, 651, 670, 725, 747, 782, 821, 854, 874, 922, 961, 990,
]  # fmt: skip
"""Lines that are held out of a thousand, three in a hundred."""


def _text(lines: list[str]) -> Corpus:
    return corpus_from_text("list", "\n".join(lines) + "\n")


def _parts(corpus: Corpus, share: float = 0.1) -> tuple[list[str], list[str]]:
    """The lines to learn from, and those held out."""
    parts = hold_out(corpus.ids, corpus.vocabulary, share, "lines")
    learned, held = (corpus.vocabulary.decode(part).splitlines() for part in parts)
    return learned, held


def _is_odd(corpus: Corpus) -> bool:
    return odd_tail(corpus.ids, corpus.vocabulary, 0.1) is not None


def test_lines_are_held_out_whole_and_from_all_over_the_text() -> None:
    learned, held = _parts(_text(PLACES))
    assert len(held) == round(len(PLACES) / 10)
    assert sorted(learned + held) == PLACES
    places = np.searchsorted(PLACES, held)
    assert places.tolist() == sorted(places)
    # One of each stretch of ten, at no regular distance.
    assert np.diff(places).max() < 20
    assert len(set(np.diff(places).tolist())) > 5


def test_the_same_lines_are_held_out_ever_again() -> None:
    """A resume on another day, with another NumPy, has to find them."""
    lines = [f"{number:03}" for number in range(1000)]
    assert [int(line) for line in _parts(_text(lines), 0.03)[1]] == HELD


@given(
    text=st.text(st.sampled_from("ab\n"), min_size=1, max_size=900),
    share=st.sampled_from([0.0, 0.1, 0.5, 0.9]),
)
@settings(max_examples=100)
def test_no_character_is_lost_or_read_twice(text: str, share: float) -> None:
    """However few lines there are, and whether or not the last one ends."""
    corpus = corpus_from_text("any", text)
    learned, held = hold_out(corpus.ids, corpus.vocabulary, share, "lines")
    assert len(learned) + len(held) == len(text)
    assert not len(held) or len(held) >= 100
    whole = corpus.vocabulary.decode(learned) + corpus.vocabulary.decode(held)
    assert sorted(whole) == sorted(text)


def test_a_text_of_one_line_has_its_tail_held_out() -> None:
    corpus = corpus_from_text("line", TINY_TEXT)
    learned, held = hold_out(corpus.ids, corpus.vocabulary, 0.1, "lines")
    assert corpus.vocabulary.decode(learned) + corpus.vocabulary.decode(held) == TINY_TEXT
    assert len(held) == 112
    assert not holds_lines_out(corpus.ids, corpus.vocabulary, 0.1)


# The tail.


def test_the_tail_of_a_sorted_list_is_odd() -> None:
    odd = odd_tail(_text(PLACES).ids, _text(PLACES).vocabulary, 0.1)
    assert odd is not None
    assert odd.gap > 0.8
    assert odd.chance == pytest.approx(0.005)


def test_a_tail_in_another_language_is_odd() -> None:
    english, korean = load_corpus("tale").preview(60_000), load_corpus("korean").preview(9_000)
    assert _is_odd(corpus_from_text("both", english + korean))


def test_a_long_sorted_list_is_odd_too() -> None:
    """Of which only pieces are compared."""
    lines = sorted(f"{name} {number}" for name in PLACES for number in range(15))
    assert len(_text(lines)) > holding_out.MOST_COMPARED
    assert _is_odd(_text(lines))


@pytest.mark.parametrize("name", ["play", "tale", "places", "korean"])
def test_a_shipped_text_has_a_fair_tail(name: str) -> None:
    assert not _is_odd(load_corpus(name))


@pytest.mark.skipif(
    "RNNTUI_TEST_DATA" not in os.environ, reason="RNNTUI_TEST_DATA has the real corpora"
)
def test_tinyshakespeare_has_a_fair_tail() -> None:
    """Its tail is of other plays, but much of a kind."""
    path = Path(os.environ["RNNTUI_TEST_DATA"]) / "tinyshakespeare.txt"
    assert not _is_odd(load_corpus(path))


def test_a_shuffled_list_is_seldom_found_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the test alone as often as it says: one in twenty where nineteen rounds are drawn."""
    monkeypatch.setattr(holding_out, "SMALL_GAP", -10.0)
    alarms = 0
    for seed in range(400):
        corpus = _text(random.Random(seed).sample(PLACES, 300))
        odd = odd_tail(corpus.ids, corpus.vocabulary, 0.1, rounds=19)
        alarms += odd is not None
    # 20 are expected; fewer than 9 or more than 33 would be seen once in 300 such tests.
    assert 9 <= alarms <= 33


def test_a_shuffled_list_is_hardly_ever_warned_about() -> None:
    """As the difference has to be large, too."""
    lists = [_text(random.Random(seed).sample(PLACES, len(PLACES))) for seed in range(100)]
    assert sum(map(_is_odd, lists)) <= 1


@pytest.mark.parametrize("text", ["a", "ab" * 60, "a\n" * 200, "\n" * 300, TINY_TEXT])
def test_a_text_that_says_little_is_not_judged(text: str) -> None:
    assert not _is_odd(corpus_from_text("little", text))
