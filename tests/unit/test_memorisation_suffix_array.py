"""Suffixes in order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.lenses import suffix_array
from rnntui.lenses.suffix_array import sort_suffixes

Text = list[int]
pieces = st.lists(st.integers(0, 2), min_size=1, max_size=5)
texts = st.one_of(
    st.lists(st.integers(0, 2), max_size=60),
    st.builds(lambda piece, times, rest: piece * times + rest, pieces, st.integers(1, 60), pieces),
)


def never() -> bool:
    return False


def starts_of(text: Text, vocab_size: int) -> list[int]:
    ids = np.array(text, dtype=np.min_scalar_type(vocab_size - 1))
    suffixes = sort_suffixes(ids, vocab_size, never)
    assert suffixes.ranks[suffixes.starts].tolist() == list(range(len(text)))
    starts: list[int] = suffixes.starts.tolist()
    return starts


def slow_starts(text: Text) -> list[int]:
    return sorted(range(len(text)), key=lambda start: text[start:])


@given(texts)
@settings(max_examples=200)
def test_suffixes_are_sorted_as_lists_are(text: Text) -> None:
    assert starts_of(text, 3) == slow_starts(text)


@given(texts, st.integers(1, 9))
@settings(max_examples=100)
def test_sorting_in_small_chunks_changes_nothing(text: Text, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(suffix_array, "_CHUNK", chunk)
        assert starts_of(text, 3) == slow_starts(text)


@given(st.data(), st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537, 1_114_112]))
@settings(max_examples=60)
def test_any_number_of_symbols_will_do(data: st.DataObject, vocab_size: int) -> None:
    symbols = st.sampled_from(sorted({0, vocab_size // 2, vocab_size - 1}))
    text = data.draw(st.lists(symbols, max_size=12)) * data.draw(st.integers(1, 8))
    assert starts_of(text, vocab_size) == slow_starts(text)


def test_a_text_of_one_character_only_is_sorted_by_length() -> None:
    assert starts_of([0] * 5000, 1) == list(range(4999, -1, -1))
