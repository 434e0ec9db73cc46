"""Taking one chapter of a text."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError, CorpusError
from rnntui.nets.config import parameter_count
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.text.chapters import LONGEST_FRONT, SHORTEST, chapter
from rnntui.text.corpus import load_corpus
from rnntui.text.normalisation import Normalisation

FIRST = "CHAPTER I. The Start\n\n" + "It rained and rained.\n" * 20
SECOND = "CHAPTER II\nThe Rest\n" + "Then it was dry.\n" * 20
CONTENTS = "A TALE\n\nCHAPTER I. The Start\nCHAPTER II. The Rest\n\nby nobody\n\n"
END = "*** END OF THE PROJECT GUTENBERG EBOOK ***\nA licence.\n"


def taken(text: str, number: int = 1) -> str:
    """The chapter of a text in one chunk."""
    return "".join(chapter([text], number))


def test_a_chapter_begins_with_its_heading_and_ends_before_the_next() -> None:
    assert taken(FIRST + SECOND, 1) == FIRST
    assert taken(FIRST + SECOND, 2) == SECOND


def test_front_matter_contents_and_what_stands_below_the_end_are_left_out() -> None:
    text = "The Project Gutenberg eBook\n\n" + CONTENTS + FIRST + SECOND + END
    assert taken(text, 1) == FIRST
    assert taken(text, 2) == SECOND


@pytest.mark.parametrize("heading", ["CHAPTER 1", "Chapter I:", "  CHAPTER IV. Late"])
def test_headings_come_in_many_forms(heading: str) -> None:
    body = "word " * SHORTEST
    assert taken(f"before\n{heading}\n{body}") == f"{heading}\n{body}"


@pytest.mark.parametrize("line", ["chapter one", "CHAPTERS I", "A CHAPTER I", "Chapter and verse"])
def test_other_lines_are_no_headings(line: str) -> None:
    text = f"before\n{line}\n" + "word " * SHORTEST
    assert taken(text) == text


def test_a_text_without_chapters_stays_whole() -> None:
    for text in ("", "Alice was", "line\n" * 9, "CHAPTER I\nshort\n", "x" * LONGEST_FRONT + FIRST):
        assert taken(text, 3) == text


def test_a_chapter_that_there_is_not_is_said_so() -> None:
    with pytest.raises(CorpusError, match="no chapter 3, only 2"):
        taken(FIRST + SECOND, 3)


@given(st.lists(st.integers(0, 900), max_size=5), st.integers(1, 2))
@settings(max_examples=40)
def test_it_does_not_matter_how_the_text_is_cut(cuts: list[int], number: int) -> None:
    text = CONTENTS + FIRST + SECOND
    places = [0, *sorted(cuts), len(text)]
    chunks = [text[a:b] for a, b in pairwise(places)]
    assert "".join(chapter(chunks, number)) == taken(text, number)


def test_a_long_text_without_chapters_is_not_held_back() -> None:
    endless = ("a line\n" for _ in iter(int, 1))
    assert next(iter(chapter(endless, 1))) == "a line\n"


def test_a_chapter_is_the_first_step_of_a_normalisation() -> None:
    steps = Normalisation(("join-lines", "chapter-2", "lowercase"))
    assert steps.steps == ("chapter-2", "lowercase", "join-lines")
    assert steps.apply(FIRST + SECOND).startswith("chapter ii the rest then it was dry. then")
    assert steps.apply("  Once upon\na time ") == "once upon a time"
    assert "".join(steps.stream([FIRST, SECOND])) == steps.apply(FIRST + SECOND)


@pytest.mark.parametrize("steps", [("chapter-0",), ("chapter-",), ("chapter-1", "chapter-2")])
def test_a_chapter_that_can_not_be_is_refused(steps: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="chapter"):
        Normalisation(steps)


def test_the_shipped_tale_has_a_first_chapter() -> None:
    recipe = find_recipe("alice")
    corpus = load_corpus(recipe.corpus, normalisation=Normalisation(recipe.config.normalise))
    assert corpus.preview(41) == "chapter i an umbrella with nobody under i"
    assert len(corpus) == 10_754
    assert len(corpus.vocabulary) == 37


@pytest.mark.skipif(
    "RNNTUI_TEST_DATA" not in os.environ, reason="RNNTUI_TEST_DATA has the real corpora"
)
def test_the_first_chapter_of_alice_is_found() -> None:
    path = Path(os.environ["RNNTUI_TEST_DATA"]) / "alice.txt"
    config = find_recipe("alice").config
    corpus = load_corpus(path, normalisation=Normalisation(config.normalise))
    assert corpus.preview(33) == "chapter i. down the rabbit-hole a"
    assert len(corpus) == 11_409
    # With plain apostrophes; the edition with typographic marks has 41 symbols.
    assert len(corpus.vocabulary) == 39
    assert parameter_count(config.model(39)) == 27_049 - 2 * (128 + 129)
