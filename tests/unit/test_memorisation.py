"""How much of a generated text is copied from the learned one, by the definition."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.lenses import memorisation
from rnntui.lenses.memorisation import (
    MEMORISED_LENGTH,
    CorpusIndex,
    MemorisationMeasure,
    MemorisedRuns,
)
from rnntui.lenses.suffix_array import SortingStoppedError

UNKNOWN = -1
FAR_PAST = 99
SENTENCE = "she was on the other side of the hill, "

Text = list[int]


def never() -> bool:
    return False


def index_of(corpus: Text | str, vocab_size: int = 128, **limits: int) -> CorpusIndex:
    dtype = np.min_scalar_type(max(vocab_size - 1, 0))
    ids = np.array(as_ids(corpus), dtype=dtype)
    ids.flags.writeable = False  # as those of a mapped file
    return CorpusIndex.build(ids, vocab_size, never, **limits)


def as_ids(text: Text | str) -> Text:
    return [ord(char) for char in text] if isinstance(text, str) else text


def measured(
    corpus: Text | str, written: Text | str
) -> tuple[MemorisationMeasure, list[tuple[int, int]]]:
    meter = MemorisationMeasure(index_of(corpus))
    return meter, meter.push(as_ids(written))


def occurs(run: Text, corpus: Text) -> bool:
    return any(corpus[at : at + len(run)] == run for at in range(len(corpus) - len(run) + 1))


def slow_lengths(corpus: Text, written: Text) -> list[int]:
    """The longest suffix that occurs, after each character, by trying them all."""
    return [
        next(
            length
            for length in range(stop, -1, -1)
            if occurs(written[stop - length : stop], corpus)
        )
        for stop in range(1, len(written) + 1)
    ]


def slow_copied(lengths: list[int], least: int) -> set[int]:
    """The characters that lie in some run of `least` or more."""
    return {
        place
        for stop, length in enumerate(lengths, 1)
        if length >= least
        for place in range(stop - length, stop)
    }


def repetitive(symbols: st.SearchStrategy[int], longest: int) -> st.SearchStrategy[Text]:
    """Texts with more in common, and more within them, than drawn characters would have."""
    pieces = st.lists(symbols, min_size=1, max_size=7)
    return st.one_of(
        st.lists(symbols, max_size=longest),
        st.builds(
            lambda piece, times, rest: (piece * times + rest + piece * 2)[:longest],
            pieces,
            st.integers(1, 6),
            pieces,
        ),
    )


few = st.integers(0, 2)
corpora = repetitive(few, 40)
texts = repetitive(st.sampled_from([0, 0, 1, 1, 2, UNKNOWN, FAR_PAST]), 40)


@given(corpora, texts)
@settings(max_examples=400)
def test_the_run_at_each_character_is_the_longest_suffix_that_occurs(
    corpus: Text, written: Text
) -> None:
    meter = MemorisationMeasure(index_of(corpus, vocab_size=3))
    lengths = []
    for character in written:
        meter.push([character])
        lengths.append(meter.length)
    assert lengths == slow_lengths(corpus, written)
    assert meter.reading.longest == max(lengths, default=0)


@given(corpora, texts, st.lists(st.integers(0, 40), max_size=4), st.integers(1, 5))
@settings(max_examples=200)
def test_the_ranges_are_the_characters_in_long_runs(
    corpus: Text, written: Text, cuts: list[int], least: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(memorisation, "MEMORISED_LENGTH", least)
        meter = MemorisationMeasure(index_of(corpus, vocab_size=3))
        ranges = []
        edges = [0, *sorted(cuts), len(written)]
        for start, stop in pairwise(edges):
            pushed = meter.push(written[start:stop])
            assert all(one[1] < other[0] for one, other in pairwise(pushed))
            ranges += pushed
    told = [place for start, stop in ranges for place in range(start, stop)]
    expected = slow_copied(slow_lengths(corpus, written[: edges[-1]]), least)
    assert told == sorted(expected)
    assert meter.reading.memorised == len(expected)


@given(corpora, texts)
@settings(max_examples=100)
def test_the_longest_run_is_where_the_reading_says(corpus: Text, written: Text) -> None:
    meter = MemorisationMeasure(index_of(corpus, vocab_size=3))
    meter.push(written)
    at, longest = meter.reading.longest_at, meter.reading.longest
    if at is None:
        assert longest == 0
    else:
        assert longest > 0
        assert occurs(corpus[at : at + longest], written)
        assert at + longest <= len(corpus)


@given(corpora, texts, st.integers(1, 6))
@settings(max_examples=200)
def test_runs_are_exact_up_to_the_followed_length_and_never_too_long(
    corpus: Text, written: Text, followed: int
) -> None:
    meter = MemorisationMeasure(index_of(corpus, vocab_size=3), followed=followed)
    for character, true in zip(written, slow_lengths(corpus, written), strict=True):
        meter.push([character])
        assert min(true, followed) <= meter.length <= true


@given(st.data(), st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537]))
@settings(max_examples=60)
def test_any_number_of_symbols_will_do(data: st.DataObject, vocab_size: int) -> None:
    symbols = st.sampled_from(sorted({0, vocab_size // 2, vocab_size - 1}))
    corpus, written = data.draw(repetitive(symbols, 30)), data.draw(repetitive(symbols, 20))
    meter = MemorisationMeasure(index_of(corpus, vocab_size))
    lengths = []
    for character in written:
        meter.push([character])
        lengths.append(meter.length)
    assert lengths == slow_lengths(corpus, written)


def test_nothing_written_is_nothing_copied() -> None:
    meter, ranges = measured(SENTENCE, "")
    assert ranges == []
    assert meter.reading == MemorisedRuns(generated=0, memorised=0, longest=0, longest_at=None)
    assert meter.reading.share == 0


def test_a_text_shorter_than_a_copied_run_has_a_longest_but_no_share() -> None:
    meter, ranges = measured(SENTENCE, SENTENCE[4 : 4 + MEMORISED_LENGTH - 1])
    assert ranges == []
    assert meter.reading == MemorisedRuns(19, memorised=0, longest=19, longest_at=4)


def test_a_run_is_told_back_to_its_first_character_once_it_is_long_enough() -> None:
    meter = MemorisationMeasure(index_of(SENTENCE))
    meter.push(as_ids("#" + SENTENCE[:19]))
    assert meter.push(as_ids(SENTENCE[19])) == [(1, 21)]
    assert meter.push(as_ids(SENTENCE[20:25])) == [(21, 26)]
    assert meter.reading.share == pytest.approx(25 / 26)


def test_two_runs_that_overlap_are_one_range() -> None:
    meter, ranges = measured(
        "a room with a window on the#with a window on the garden",
        "a room with a window on the garden",
    )
    assert ranges == [(0, 34)]
    assert meter.reading.memorised == 34
    assert meter.reading.longest == 27


def test_an_unknown_character_ends_a_run() -> None:
    half = as_ids(SENTENCE)[:15]
    for unknown in (UNKNOWN, 128, ord("#")):
        meter, ranges = measured(SENTENCE, [*half, unknown, *half])
        assert ranges == []
        assert meter.reading.longest == 15


def test_an_empty_corpus_has_nothing_to_copy() -> None:
    meter, ranges = measured("", "anything at all, however long it may be")
    assert ranges == []
    assert meter.reading.longest_at is None


def test_reset_begins_another_text() -> None:
    meter, ranges = measured(SENTENCE, SENTENCE)
    meter.reset()
    assert meter.reading == MemorisedRuns(0, 0, 0, None)
    assert meter.push(as_ids(SENTENCE)) == ranges


def test_meters_share_an_index_without_disturbing_each_other() -> None:
    index = index_of(SENTENCE)
    one, other = MemorisationMeasure(index), MemorisationMeasure(index)
    for character in as_ids(SENTENCE):
        one.push([character])
        other.push([UNKNOWN])
    assert one.reading.longest == len(SENTENCE)
    assert other.reading.longest == 0


def test_only_the_first_characters_of_a_very_long_corpus_are_indexed() -> None:
    index = index_of(SENTENCE + "#" * 30, limit=len(SENTENCE))
    assert (index.size, index.corpus_size) == (len(SENTENCE), len(SENTENCE) + 30)
    meter = MemorisationMeasure(index)
    meter.push(as_ids("#" * 30 + SENTENCE[9:]))
    assert meter.reading.longest == len(SENTENCE) - 9
    assert meter.reading.longest_at == 9


class CountedRanks:
    """Ranks that count how often they are looked at."""

    def __init__(self, ranks: memoryview) -> None:
        self.ranks = ranks
        self.looks = 0

    def __len__(self) -> int:
        return len(self.ranks)

    def __getitem__(self, place: int) -> int:
        self.looks += 1
        rank: int = self.ranks[place]
        return rank


@pytest.mark.parametrize("unit", ["a", "ab", "abaab", "a" * 99 + "b"])
def test_a_text_of_repeats_costs_no_more_per_character(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = 64
    corpus = (unit * 20_000)[:20_000]
    index = index_of(corpus)
    ranks = CountedRanks(index.nexts)
    object.__setattr__(index, "nexts", ranks)
    compared = [0]
    common_length = CorpusIndex.common_length

    def counting(self: CorpusIndex, one: int, other: int, most: int) -> int:
        compared[0] += most
        return common_length(self, one, other, most)

    monkeypatch.setattr(CorpusIndex, "common_length", counting)
    meter = MemorisationMeasure(index, followed=followed)
    searched = len(corpus).bit_length() + 1  # halvings, and a look at what was found
    for character in as_ids((unit * 30_000)[:30_000] + "b" + corpus[:100]):
        ranks.looks = compared[0] = 0
        meter.push([character])
        assert ranks.looks <= searched
        assert compared[0] <= 2 * followed
    assert followed < meter.reading.longest <= len(corpus)


def asked(times: int) -> Callable[[], bool]:
    """A signal that says yes when it is read for the `times`-th time."""
    left = iter(range(times - 1))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("times", [1, 2])
def test_building_an_index_stops_when_asked_to(times: int) -> None:
    ids = np.zeros(1000, dtype=np.uint8)
    with pytest.raises(SortingStoppedError):
        CorpusIndex.build(ids, 1, asked(times))


def test_an_index_says_what_it_takes() -> None:
    assert index_of("a" * 1000, vocab_size=128).nbytes == 9 * 1000 + 8 * 129
