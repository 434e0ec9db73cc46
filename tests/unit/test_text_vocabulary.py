"""Vocabularies: order, encoding and decoding, and primes with unknown characters."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text.counting import count_symbols
from rnntui.text.vocabulary import Vocabulary, describe_replacements, substitute_unknown

_CHUNKS = st.lists(st.text(max_size=30) | st.text("ab \n", max_size=30), max_size=5)


@settings(max_examples=200)
@given(_CHUNKS)
@example(["ba", "é", "ab"])
def test_counting_agrees_with_a_plain_counter(chunks: list[str]) -> None:
    """Most frequent first, ties in order of first appearance, however the text is cut."""
    text = "".join(chunks)
    counted = count_symbols(chunks)
    if not text:
        assert counted is None
        return
    assert counted is not None
    expected = Counter(text).most_common()  # keeps the order of insertion in ties
    assert counted.vocabulary.symbols == tuple(symbol for symbol, _ in expected)
    assert counted.counts == tuple(count for _, count in expected)
    assert counted.total == len(text)


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=50))
def test_what_is_encoded_decodes_to_itself(text: str) -> None:
    """For every text over its own vocabulary."""
    vocabulary = Vocabulary(tuple(dict.fromkeys(text)))
    ids = vocabulary.encode(text)
    assert ids.dtype == np.int64
    assert vocabulary.decode(ids) == text


def test_ids_are_ranks() -> None:
    """The first symbol has id 0."""
    vocabulary = Vocabulary(("l", "h", "e", "o"))
    assert vocabulary.encode("hello").tolist() == [1, 2, 0, 0, 3]
    assert vocabulary.index("o") == 3
    assert "e" in vocabulary
    assert "E" not in vocabulary
    assert len(vocabulary) == 4


def test_an_unknown_character_is_named_with_its_place() -> None:
    """Also one beyond every known code point."""
    vocabulary = Vocabulary(("a", "b"))
    with pytest.raises(CorpusError, match=r"'é' \(U\+00E9\) at character 2 .* 2 symbols"):
        vocabulary.encode("abé")
    with pytest.raises(CorpusError, match=r"'\\n' \(U\+000A\)"):
        vocabulary.index("\n")


def test_a_named_symbol_has_an_id_but_no_characters() -> None:
    """Text never encodes to it; decoding writes its name."""
    vocabulary = Vocabulary(("h", "e", "l", "o", "<EOS>"))
    assert vocabulary.index("<EOS>") == 4
    assert vocabulary.decode([1, 2, 2, 3, 4]) == "ello<EOS>"
    with pytest.raises(CorpusError, match="'<'"):
        vocabulary.encode("<EOS>")


@pytest.mark.parametrize("ids", [[0, 2], [-1]])
def test_an_id_out_of_range_is_refused(ids: list[int]) -> None:
    """A negative one doesn't count from the end."""
    with pytest.raises(CorpusError, match="vocabulary of 2 symbols"):
        Vocabulary(("a", "b")).decode(ids)


def test_nothing_encodes_and_decodes_to_nothing() -> None:
    """An empty prime is possible."""
    vocabulary = Vocabulary(("a",))
    assert vocabulary.encode("").tolist() == []
    assert vocabulary.decode([]) == ""


@pytest.mark.parametrize("symbols", [(), ("a", "a"), ("a", "")])
def test_symbols_are_distinct_and_not_empty(symbols: tuple[str, ...]) -> None:
    """A stored vocabulary may be damaged."""
    with pytest.raises(CorpusError):
        Vocabulary(symbols)


def test_ids_of_another_vocabulary_are_translated() -> None:
    """With -1 for symbols that aren't known here."""
    translation = Vocabulary(("a", "b", "c")).translation_from(Vocabulary(("c", "x", "a")))
    assert translation.tolist() == [2, -1, 0]


@pytest.mark.parametrize(
    ("known", "prime", "result"),
    [
        ("abc", "B", "b"),
        ("a'", "’", "'"),
        ("a.", "…", "..."),
        ("ae", "é", "e"),
        ("a ", "é", " "),
        ("ab", "\t", "a"),
        ("ab", "\u0301", "a"),
    ],
)
def test_a_prime_takes_the_nearest_known_character(known: str, prime: str, result: str) -> None:
    """Case, look-alike, letter without accent, space, most frequent, in this order."""
    assert substitute_unknown(prime, Vocabulary(tuple(known))) == (result, {prime: result})


def test_each_substitution_is_told_once_and_known_text_stays() -> None:
    """In the order of appearance."""
    text, replaced = substitute_unknown("cAbA?", Vocabulary(("a", "b", " ")))
    assert text == " aba "
    assert list(replaced.items()) == [("c", " "), ("A", "a"), ("?", " ")]
    assert substitute_unknown("ab", Vocabulary(("a", "b"))) == ("ab", {})


def test_replaced_characters_are_described_by_what_stands_for_them() -> None:
    """Look-alikes of ASCII with their code points, what doesn't print escaped."""
    replaced = {"c": " ", "é": "e", "\x1b": " ", "—": "-", "🙂": " ", "\u0301": " "}
    assert describe_replacements(replaced) == (
        r"'c', '\x1b', '🙂', '\u0301' -> ' '; 'é' -> 'e'; '—' (U+2014) -> '-'"
    )
