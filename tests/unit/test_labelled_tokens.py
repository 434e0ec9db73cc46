"""Units, vocabularies of tokens, and labelled texts as ids."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text.labelled.batches import encode, encode_texts, unknown_share
from rnntui.text.labelled.choices import UNITS, Units
from rnntui.text.labelled.tokens import tokenise, units_of, word_tokens
from rnntui.text.labelled.vocabulary import UNKNOWN, TokenVocabulary, token_vocabulary

TEXTS = st.lists(st.text(alphabet="ab É'’.,<br/> \n가\U0001f600", max_size=12), max_size=6)


def test_words_are_lower_case_without_punctuation_but_with_apostrophes() -> None:
    assert word_tokens("It's GREAT!!<br /><br />Don't-miss: 9/10_") == (
        ["it's", "great", "br", "br", "don't", "miss", "9", "10"]
    )


def test_punctuation_of_other_scripts_is_cut_away_too() -> None:
    assert word_tokens("«Ça va»… 좋아요。don’t naïve") == ["ça", "va", "좋아요", "don't", "naïve"]


def test_tokens_are_what_stands_between_white_space() -> None:
    assert units_of("It's  GREAT!<br />So", "tokens") == ["it's", "great!<br", "/>so"]


def test_characters_are_kept_as_they_are() -> None:
    assert units_of("Ab 가", "characters") == ["A", "b", " ", "가"]


@given(TEXTS, st.sampled_from(UNITS))
@settings(max_examples=40)
def test_numbered_texts_are_the_units_of_each(texts: list[str], units: Units) -> None:
    cut = tokenise(texts, units)
    pieces = [
        [cut.tokens[number] for number in cut.numbers[start:stop]]
        for start, stop in zip(cut.offsets[:-1], cut.offsets[1:], strict=True)
    ]
    assert pieces == [units_of(text, units) for text in texts]
    assert cut.tokens == tuple(dict.fromkeys(unit for piece in pieces for unit in piece))


@given(TEXTS, st.randoms(use_true_random=False), st.integers(1, 3), st.integers(5, 9))
@settings(max_examples=40)
def test_the_commonest_tokens_of_the_chosen_texts_come_first(
    texts: list[str], random: object, min_count: int, max_size: int
) -> None:
    indices = sorted(range(len(texts)), key=lambda _: random.random())[: len(texts) // 2 + 1]  # type: ignore[attr-defined]
    counts = Counter(unit for index in indices for unit in units_of(texts[index], "words"))
    # A counter gives ties in the order of first appearance.
    expected = [token for token, count in counts.most_common() if count >= min_count]
    cut = tokenise(texts, "words")
    if not expected:
        with pytest.raises(CorpusError, match="left for the vocabulary"):
            token_vocabulary(cut, indices, min_count=min_count)
        return
    vocabulary = token_vocabulary(cut, indices, max_size=max_size, min_count=min_count)
    assert list(vocabulary.tokens) == expected[: max_size - 4]


def test_the_size_of_a_vocabulary_counts_the_reserved_ids() -> None:
    cut = tokenise([" ".join(f"w{number}" for number in range(1000))], "words")
    vocabulary = token_vocabulary(cut, [0], max_size=500)
    assert len(vocabulary) == 500
    assert (vocabulary.tokens[0], vocabulary.tokens[-1]) == ("w0", "w495")
    assert (vocabulary.index("w0"), vocabulary.index("w495")) == (4, 499)
    assert vocabulary.index("w496") == UNKNOWN


def test_many_texts_are_counted_as_one() -> None:
    texts = [f"own{index} all" for index in range(5000)]
    vocabulary = token_vocabulary(tokenise(texts, "words"), range(4999, -1, -1))
    assert vocabulary.tokens[:3] == ("all", "own4999", "own4998")
    assert len(vocabulary) == 4 + 5001


def test_a_vocabulary_survives_json() -> None:
    vocabulary = TokenVocabulary("characters", ("a", "\ud800", " "))
    assert TokenVocabulary.from_json(vocabulary.to_json()) == vocabulary


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"units": "words", "tokens": "abc"},
        {"units": "words", "tokens": [1]},
        {"units": "words", "tokens": ["a", "a"]},
        {"units": "words", "tokens": [""]},
        {"units": "syllables", "tokens": ["a"]},
        {"units": ["words"], "tokens": ["a"]},
    ],
)
def test_what_is_no_vocabulary_is_refused(body: object) -> None:
    with pytest.raises(CorpusError):
        TokenVocabulary.from_json(body)


def test_texts_begin_with_the_start_token_and_what_is_unknown_is_marked() -> None:
    cut = tokenise(["a b a", "", "c a"], "words")
    encoded = encode(cut, token_vocabulary(cut, [0]))
    assert [encoded[index].tolist() for index in range(3)] == [[1, 4, 5, 4], [1], [1, 2, 4]]
    assert encoded.lengths.tolist() == [4, 1, 3]
    assert unknown_share(encoded) == 0.2


@given(TEXTS, st.sampled_from(UNITS))
@settings(max_examples=30)
def test_a_text_alone_has_the_ids_that_it_has_in_its_corpus(texts: list[str], units: Units) -> None:
    cut = tokenise([*texts, "a b"], units)
    vocabulary = token_vocabulary(cut, [len(texts)])
    together, alone = encode(cut, vocabulary), encode_texts([*texts, "a b"], vocabulary)
    assert np.array_equal(together.ids, alone.ids)
    assert np.array_equal(together.offsets, alone.offsets)
    assert together.ids.dtype == alone.ids.dtype == np.uint8


def test_units_of_texts_and_vocabulary_must_agree() -> None:
    with pytest.raises(CorpusError, match="cut into words, but the vocabulary is of characters"):
        encode(tokenise(["a"], "words"), TokenVocabulary("characters", ("a",)))
