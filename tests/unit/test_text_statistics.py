"""Figures about a corpus."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.text import statistics
from rnntui.text.corpus import corpus_from_text
from rnntui.text.statistics import text_statistics


@settings(max_examples=100)
@given(st.text("ab \n\t\u3000", min_size=1, max_size=40), st.integers(1, 7))
def test_words_and_lines_are_those_of_the_text(text: str, block: int) -> None:
    """However the ids are cut into blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "_BLOCK", block)
        figures = text_statistics(corpus_from_text("text", text))
    assert figures.words == len(text.split())
    assert figures.lines == len(text.removesuffix("\n").split("\n"))
    assert figures.characters == len(text)
    assert figures.symbols == len(set(text))


@pytest.mark.parametrize(("text", "bits"), [("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0)])
def test_entropy_is_that_of_single_characters(text: str, bits: float) -> None:
    """In bits."""
    assert text_statistics(corpus_from_text("text", text)).entropy_bits == pytest.approx(bits)
