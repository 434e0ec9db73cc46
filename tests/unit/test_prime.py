"""Making any text a prime."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.sampling.prime import NAMED, Prime, prepare_prime
from rnntui.text.normalisation import NORMALISATION_STEPS, Normalisation
from rnntui.text.vocabulary import Vocabulary

PLAIN = Normalisation()
LETTERS = Vocabulary(tuple(" etaonhs\n.'\"-"))
STEPS = st.sets(st.sampled_from(NORMALISATION_STEPS)).filter(
    lambda steps: not {"nfc", "nfd-jamo"} <= steps
)
ANY_TEXT = st.text(st.characters(), max_size=60)
ANY_LINES = st.text(st.characters(exclude_characters="\r"), max_size=60)


def prepared(text: str, *steps: str) -> Prime:
    """A prime for a network that knows a few letters."""
    return prepare_prime(text, LETTERS, Normalisation(steps))


@given(text=ANY_TEXT, steps=STEPS, symbols=st.text(st.characters(), min_size=1, max_size=9))
def test_any_text_becomes_a_prime_that_the_network_can_read(
    text: str, steps: set[str], symbols: str
) -> None:
    vocabulary = Vocabulary(tuple(dict.fromkeys(symbols)))
    prime = prepare_prime(text, vocabulary, Normalisation(tuple(steps)))
    assert all(character in vocabulary for character in prime.text)
    vocabulary.encode(prime.text)


@given(text=st.text(" etaonhs\n.'\"-", max_size=80))
def test_a_text_that_the_network_knows_stays_as_it_is(text: str) -> None:
    assert prepared(text) == Prime(text, ())


@given(text=ANY_LINES)
def test_a_warning_comes_with_every_change_and_with_none_without(text: str) -> None:
    prime = prepared(text)
    assert bool(prime.warnings) == (prime.text != text)


@pytest.mark.parametrize(
    ("text", "becomes", "named"),
    [
        ("Tea", "tea", "'T' -> 't'"),
        ("thé", "the", "'é' -> 'e'"),
        ("“a”", '"a"', "'“' (U+201C), '”' (U+201D) -> '\"'"),
        ("a—e", "a-e", "'—' (U+2014) -> '-'"),
        ("e…", "e...", "'…' (U+2026) -> '...'"),
        ("a猫e", "a e", "'猫' -> ' '"),
        ("a\x1be", "a e", r"'\x1b' -> ' '"),
        ("a\ud800e", "a e", r"'\ud800' -> ' '"),
        ("aXeXa", "a e a", "'X' -> ' '"),
        ("X猫é🙂Té", "  e te", "'X', '猫', '🙂' -> ' '; 'é' -> 'e'; 'T' -> 't'"),
    ],
)
def test_unknown_characters_are_replaced_and_named(text: str, becomes: str, named: str) -> None:
    assert prepared(text) == Prime(
        becomes, (f"The prime has characters that the network never saw: {named}.",)
    )


def test_line_ends_of_all_kinds_are_those_that_reading_makes_of_them() -> None:
    assert prepared("the\r\nsea\rto") == Prime("the\nsea\nto", ())
    known = Vocabulary(("e", "\r", "\n"))
    assert prepare_prime("e\r\n", known, PLAIN) == Prime("e\r\n", ())


def test_without_a_space_the_most_frequent_character_stands_in() -> None:
    prime = prepare_prime("z", Vocabulary(("e", "a")), PLAIN)
    assert prime.text == "e"


def test_only_the_first_of_many_are_named() -> None:
    many = "".join(chr(0x4E00 + rank) for rank in range(NAMED + 3))
    (warning,) = prepared(many).warnings
    named = ", ".join(f"'{character}'" for character in many[:NAMED])
    assert warning.endswith(f": {named} -> ' '; and 3 more.")
    (warning,) = prepared(many[:NAMED]).warnings
    assert warning.endswith(" -> ' '.")


def test_an_empty_prime_is_none() -> None:
    assert prepared("") == Prime("", ())


def test_a_long_prime_is_read_whole() -> None:
    text = "the sea " * 20_000
    assert prepared(text) == Prime(text, ())


def test_a_prime_is_normalised_as_the_networks_text_was() -> None:
    assert prepared("THE SEA", "lowercase") == Prime("the sea", ())
    jamo = Vocabulary(("\u1106", "\u116e", "\u11af"))
    assert prepare_prime("물", jamo, Normalisation(("nfd-jamo",))) == Prime(
        "\u1106\u116e\u11af", ()
    )
    assert prepare_prime("e\u0301", Vocabulary(("é",)), Normalisation(("nfc",))).text == "é"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("the ", "the "),
        (" the", " the"),
        ("the\n\n sea\n", "the sea "),
        ("\n the", " the"),
        ("the", "the"),
        ("", ""),
    ],
)
def test_joined_lines_keep_the_white_space_at_both_ends(text: str, becomes: str) -> None:
    assert prepared(text, "join-lines").text == becomes


@pytest.mark.parametrize("text", [" ", "\n", " \n\t "])
def test_a_prime_of_white_space_is_never_an_error(text: str) -> None:
    assert prepared(text, "join-lines").text.strip() == ""
