"""Normalisation of whole texts and of streams."""

import unicodedata
from collections.abc import Iterator
from itertools import islice, permutations, repeat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.text.normalisation import NORMALISATION_STEPS, Normalisation, compose_jamo

# Where cutting a stream could go wrong: composition, sigma, white space, jamo.
_DELICATE = st.text(
    "aAzÅe.\u0301\u0323\u0345 \t\n\u2028Σσς'İ각가\u1100\u1161\u11a8\u3099か中", max_size=40
)
_TEXTS = st.one_of(_DELICATE, st.text(max_size=40))
_STEPS = st.sets(st.sampled_from(NORMALISATION_STEPS)).filter(
    lambda steps: not {"nfc", "nfd-jamo"} <= steps
)


@settings(max_examples=300)
@given(_STEPS, st.lists(_TEXTS, max_size=6))
@example({"lowercase"}, ["ΑΣ", "Α"])
@example({"lowercase"}, ["ΑΣ", "'", " Α"])
@example({"nfc"}, ["e", "\u0301"])
@example({"nfc"}, ["\u1100", "\u1161", "\u11a8"])
@example({"join-lines"}, ["a ", " ", "\n", "\n b"])
def test_a_stream_gives_what_the_whole_text_gives(steps: set[str], chunks: list[str]) -> None:
    """However the text is cut."""
    normalisation = Normalisation(tuple(steps))
    assert "".join(normalisation.stream(chunks)) == normalisation.apply("".join(chunks))


@settings(max_examples=100)
@given(_STEPS, _DELICATE)
def test_a_stream_of_single_characters_gives_it_too(steps: set[str], text: str) -> None:
    """The smallest chunks there are."""
    normalisation = Normalisation(tuple(steps))
    assert "".join(normalisation.stream(text)) == normalisation.apply(text)


@pytest.mark.parametrize("steps", [(name,) for name in NORMALISATION_STEPS])
def test_a_stream_yields_as_it_reads(steps: tuple[str, ...]) -> None:
    """An endless text of ordinary words is never held back as a whole."""
    pieces: Iterator[str] = Normalisation(steps).stream(repeat("세월이 flows\non "))
    assert len(list(islice(pieces, 3))) == 3


def test_steps_are_kept_in_one_order() -> None:
    """So that equal normalisations compare and are stored alike."""
    steps = ("lowercase", "nfc", "join-lines")
    assert {Normalisation(order) for order in permutations(steps)} == {Normalisation(steps)}
    assert Normalisation(("join-lines", "nfc", "lowercase", "nfc")).steps == steps


def test_an_unknown_step_is_named_with_the_known_ones() -> None:
    """The sentence says what to write instead."""
    with pytest.raises(ConfigError, match="'nfkc'; there are gutenberg, lowercase, nfc, "):
        Normalisation(("nfkc",))


def test_composing_and_decomposing_exclude_one_another() -> None:
    """One would undo the other."""
    with pytest.raises(ConfigError, match="exclude one another"):
        Normalisation(("nfd-jamo", "nfc"))


def test_joined_lines_are_stripped_and_separated_by_single_spaces() -> None:
    """Blank lines vanish, spaces within a line stay."""
    text = "\n  CHAPTER I. \n\n\tDown  the\n rabbit-hole\n"
    assert Normalisation(("join-lines",)).apply(text) == "CHAPTER I. Down  the rabbit-hole"


def test_syllables_become_jamo_and_nothing_else_changes() -> None:
    """An accented letter isn't decomposed, two and three jamo are told apart."""
    assert Normalisation(("nfd-jamo",)).apply("é 가각힣") == (
        "é \u1100\u1161\u1100\u1161\u11a8\u1112\u1175\u11c2"
    )


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)))
def test_jamo_are_those_of_unicode_and_read_back_as_syllables(text: str) -> None:
    """Python's own decomposition is the oracle."""
    normalisation = Normalisation(("nfd-jamo",))
    jamo = normalisation.apply(text)
    assert jamo == unicodedata.normalize("NFD", text)
    assert normalisation.restore_for_display(jamo) == text


@settings(max_examples=100)
@given(_TEXTS.filter(lambda text: not any("\u1100" <= letter <= "\u11ff" for letter in text)))
def test_jamo_can_be_undone_for_every_text_without_jamo(text: str) -> None:
    """Whatever else stands between the syllables."""
    assert compose_jamo(Normalisation(("nfd-jamo",)).apply(text)) == text


def test_text_that_was_not_decomposed_is_shown_as_it_is() -> None:
    """A text may hold jamo of its own."""
    assert Normalisation().restore_for_display("\u1100\u1161") == "\u1100\u1161"


def test_a_stray_jamo_stays() -> None:
    """A model may write half a syllable."""
    assert compose_jamo("\u1161\u1100 \u1100\u1161\u11a8\u11a8") == "\u1161\u1100 각\u11a8"
