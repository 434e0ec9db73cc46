"""What a stream keeps and where its lines begin."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rnntui.tui.widgets.stream.buffer import KEPT_CHARACTERS, StreamBuffer
from rnntui.tui.widgets.stream.spans import spans

LETTERS = "ab   \n한글日😀नाा्க்ு\te\u0301\u0308\u1112\u1161\u11ab\x1b\u200d\ud800"
texts = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(codec=None)), max_size=120)
widths = st.integers(4, 12)


def filled(text: str, width: int, limit: int = KEPT_CHARACTERS) -> StreamBuffer:
    buffer = StreamBuffer(width, limit)
    buffer.append(text, [0.5] * len(text))
    return buffer


def lines(buffer: StreamBuffer) -> list[str]:
    numbers = range(buffer.first_line, buffer.end_line)
    return [buffer.text(*buffer.line(number)) for number in numbers]


def drawn(line: str, width: int) -> str:
    line = line.removesuffix("\n")
    return "".join(span.text for span in spans(line, bytes(len(line)), width))


@given(texts, widths)
@settings(max_examples=200)
def test_lines_put_together_are_the_text(text: str, width: int) -> None:
    assert "".join(lines(filled(text, width))) == text


@given(texts, widths)
@settings(max_examples=200)
def test_no_line_is_wider_than_the_width_and_nothing_but_one_space_is_left_out(
    text: str, width: int
) -> None:
    for line in lines(filled(text, width)):
        whole = drawn(line, 10_000)
        assert cell_len(drawn(line, width)) <= width
        assert whole in (drawn(line, width), drawn(line, width) + " ")


@given(texts, widths)
def test_a_newline_ends_its_line_and_is_nowhere_else(text: str, width: int) -> None:
    *before, last = lines(filled(text, width))
    assert all("\n" not in line[:-1] for line in before)
    assert "\n" not in last


@given(texts, widths, st.lists(st.integers(0, 120), max_size=8), st.integers(100, 400))
def test_appending_in_pieces_gives_the_lines_of_appending_at_once(
    text: str, width: int, cuts: list[int], limit: int
) -> None:
    buffer = StreamBuffer(width, limit)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, stop in pairwise(places):
        buffer.append(text[start:stop], [0.5] * (stop - start))
    assert lines(buffer) == lines(filled(text, width, limit))


@given(texts, widths)
def test_appending_one_by_one_gives_the_lines_of_appending_at_once(text: str, width: int) -> None:
    buffer = StreamBuffer(width)
    for char in text:
        buffer.append(char, [0.5])
    assert lines(buffer) == lines(filled(text, width))


@given(texts, widths, widths)
def test_wrapping_again_gives_the_lines_of_a_new_buffer(text: str, width: int, other: int) -> None:
    buffer = filled(text, width)
    buffer.rewrap(other)
    assert lines(buffer) == lines(filled(text, other))


@given(texts, texts, widths, widths)
def test_appending_goes_on_after_wrapping_again(
    text: str, more: str, width: int, other: int
) -> None:
    buffer = filled(text, width)
    buffer.rewrap(other)
    buffer.append(more, [0.5] * len(more))
    assert lines(buffer) == lines(filled(text + more, other))


@given(st.lists(texts, max_size=12), widths, st.integers(120, 300))
def test_at_most_the_limit_is_kept_and_indices_stay_true(
    pieces: list[str], width: int, limit: int
) -> None:
    buffer = StreamBuffer(width, limit)
    for piece in pieces:
        buffer.append(piece, [0.5] * len(piece))
    whole = "".join(pieces)
    assert buffer.end - buffer.first <= limit
    assert buffer.end == len(whole)
    assert buffer.text(buffer.first, buffer.end) == whole[buffer.first :]
    assert len(buffer.probabilities(0, buffer.end)) == buffer.end - buffer.first


@given(texts, widths)
def test_a_character_is_found_in_its_line(text: str, width: int) -> None:
    buffer = filled(text, width)
    for index in range(len(text)):
        start, stop = buffer.line(buffer.line_of(index))
        assert start <= index < stop


def test_a_hundred_thousand_characters_are_kept_in_whole_lines() -> None:
    buffer = filled("0123456789\n" * 20_000, width=80)
    assert buffer.end - buffer.first == KEPT_CHARACTERS // 11 * 11
    assert buffer.first % 11 == 0


def test_line_numbers_go_on_when_lines_are_dropped() -> None:
    buffer = filled("ab\n" * 20, width=10, limit=30)
    assert buffer.first_line == 10
    assert buffer.end_line == 21
    assert buffer.line(10) == (30, 33)


def test_a_dropped_line_is_refused() -> None:
    with pytest.raises(IndexError):
        filled("ab\n" * 20, width=10, limit=30).line(9)


def test_words_are_kept_whole() -> None:
    assert lines(filled("the quick brown fox", 10)) == ["the quick ", "brown fox"]


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert lines(filled("abcdefgh", 5)) == ["abcde", "fgh"]


def test_a_space_hangs_past_a_full_line_instead_of_taking_its_word_along() -> None:
    assert lines(filled("ab cd ef", 5)) == ["ab cd ", "ef"]


def test_a_second_space_after_a_full_line_begins_the_next() -> None:
    assert lines(filled("ab cd  ef", 5)) == ["ab cd ", " ef"]


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert lines(filled("한국어글", 5)) == ["한국", "어글"]


def test_appending_names_the_first_line_that_changed() -> None:
    buffer = filled("abc\ndef", 5)
    assert buffer.append(" ghi\n", [0.5] * 5) == 1


def test_a_missing_probability_is_not_a_number() -> None:
    buffer = StreamBuffer(10)
    buffer.append("ab", [None, 0.25])
    first, second = buffer.probabilities(0, 2)
    assert math.isnan(first)
    assert second == 0.25


def test_a_range_becomes_a_prime_later() -> None:
    buffer = filled("abcd", 10)
    buffer.set_prime(1, 3)
    assert [math.isnan(p) for p in buffer.probabilities(0, 4)] == [False, True, True, False]


def test_underlining_reaches_only_what_is_kept() -> None:
    buffer = filled("ab\n" * 20, width=10, limit=30)
    buffer.set_underlined(0, buffer.first + 2)
    assert list(buffer.underlined(buffer.first, buffer.first + 4)) == [1, 1, 0, 0]


def test_clearing_starts_over() -> None:
    buffer = filled("ab\n" * 20, width=10, limit=30)
    buffer.clear()
    assert (buffer.first, buffer.end, buffer.first_line, lines(buffer)) == (0, 0, 0, [""])


def test_a_probability_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="2 characters have 1 probabilities"):
        StreamBuffer(10).append("ab", [0.5])


def test_a_width_without_room_for_a_tab_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 cells"):
        StreamBuffer(3)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one character"):
        StreamBuffer(10, limit=0)
