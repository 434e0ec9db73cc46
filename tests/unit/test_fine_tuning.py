"""What a network to start from brings along, and how a text comes into its ids."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.tasks.characters.checkpoint import Header, load_checkpoint, read_header
from rnntui.tasks.characters.fine_tuning import TAKEN, adopted_config, over_vocabulary
from rnntui.tasks.characters.opening import fine_tuned_run
from rnntui.text.corpus import corpus_from_text, load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.settings.declaring import flag
from tests.factories import tiny_config, tiny_corpus, tiny_run, trained

SYMBOLS = st.text("abcdeé가 \n", min_size=1, max_size=40)
OTHER = {
    "cell": "gru",
    "nonlinearity": "relu",
    "input_encoding": "one-hot",
    "embedding_size": 9,
    "hidden_size": 9,
    "num_layers": 3,
    "connections": "residual",
    "window": 9,
    "normalise": ("nfc",),
    "units": "words",
}
"""Another value for each setting that comes with a network."""


def header_of(tmp_path: Path, *normalisation: str) -> Header:
    """What a network of `tiny_config` says of itself."""
    run = tiny_run(tmp_path, steps=1)
    trained(run)
    return replace(read_header(run.folder.last), normalisation=Normalisation(normalisation))


# Settings.


def test_the_network_brings_its_shape_and_the_rest_is_ones_own(tmp_path: Path) -> None:
    header = header_of(tmp_path, "lowercase", "join-lines")
    own = tiny_config(**OTHER, seed=9, dropout=0.5, learning_rate=0.125, optimizer="sgd")
    adopted = adopted_config(own, (), header)
    for name in TAKEN:
        if name != "normalise":
            assert getattr(adopted, name) == getattr(header.config, name), name
    assert adopted.normalise == ("lowercase", "join-lines")
    assert replace(adopted, **{name: getattr(own, name) for name in TAKEN}) == own


def test_every_setting_of_the_shape_is_covered() -> None:
    assert set(OTHER) == set(TAKEN)


@pytest.mark.parametrize("name", TAKEN)
def test_a_setting_asked_for_against_the_network_is_refused_by_its_flag(
    tmp_path: Path, name: str
) -> None:
    asked = tiny_config(**{name: OTHER[name]})
    with pytest.raises(ConfigError, match=f"{flag(name)} can't be set with --init-from"):
        adopted_config(asked, [name], header_of(tmp_path))


@pytest.mark.parametrize("name", TAKEN)
def test_a_setting_asked_for_that_the_network_has_is_accepted(tmp_path: Path, name: str) -> None:
    assert adopted_config(tiny_config(), [name], header_of(tmp_path)) == tiny_config()


def test_steps_of_normalisation_are_the_same_in_any_order(tmp_path: Path) -> None:
    asked = tiny_config(normalise=("join-lines", "nfc", "lowercase", "nfc"))
    header = header_of(tmp_path, "lowercase", "nfc", "join-lines")
    assert adopted_config(asked, ["normalise"], header).normalise == (
        "lowercase",
        "nfc",
        "join-lines",
    )


def test_settings_that_are_no_matter_of_shape_may_be_asked_for(tmp_path: Path) -> None:
    asked = tiny_config(dropout=0.25, batch_size=2)
    assert adopted_config(asked, ["dropout", "batch_size"], header_of(tmp_path)) == asked


# Vocabularies.


@given(text=SYMBOLS, known=SYMBOLS)
def test_the_text_stays_the_same_over_any_vocabulary(text: str, known: str) -> None:
    corpus = corpus_from_text("x", text)
    vocabulary = corpus_from_text("y", known).vocabulary
    moved, added = over_vocabulary(corpus, vocabulary)
    assert moved.vocabulary.decode(moved.ids) == text
    assert moved.vocabulary.symbols[: len(vocabulary)] == vocabulary.symbols
    assert moved.vocabulary.symbols[len(vocabulary) :] == added
    assert set(added) == set(text) - set(known)


@given(text=SYMBOLS, known=SYMBOLS)
def test_counts_move_with_their_characters(text: str, known: str) -> None:
    moved, _ = over_vocabulary(corpus_from_text("x", text), corpus_from_text("y", known).vocabulary)
    counted = dict(zip(moved.vocabulary.symbols, moved.counts, strict=True))
    assert {symbol: count for symbol, count in counted.items() if count} == {
        symbol: text.count(symbol) for symbol in set(text)
    }


@given(text=SYMBOLS, known=SYMBOLS)
def test_new_characters_are_added_most_frequent_first(text: str, known: str) -> None:
    corpus = corpus_from_text("x", text)
    _, added = over_vocabulary(corpus, corpus_from_text("y", known).vocabulary)
    assert list(added) == [symbol for symbol in corpus.vocabulary.symbols if symbol in added]


def test_the_same_vocabulary_leaves_the_text_alone() -> None:
    corpus = tiny_corpus()
    moved, added = over_vocabulary(corpus, corpus.vocabulary)
    assert moved is corpus
    assert added == ()


@settings(max_examples=10)
@given(size=st.sampled_from([2, 250, 256, 257, 300]))
def test_ids_are_as_small_as_the_vocabulary_allows(size: int) -> None:
    vocabulary = Vocabulary(tuple(chr(0x4E00 + rank) for rank in range(size)))
    moved, _ = over_vocabulary(corpus_from_text("x", vocabulary.symbols[-1] * 3), vocabulary)
    assert moved.ids.tolist() == [size - 1] * 3
    assert moved.ids.itemsize == (1 if size <= 256 else 2)


def test_a_character_that_the_text_lacks_keeps_its_id_and_counts_zero() -> None:
    moved, added = over_vocabulary(corpus_from_text("x", "bb"), Vocabulary(("a", "b")))
    assert (moved.ids.tolist(), moved.counts, added) == ([1, 1], (0, 2), ())


# A run from another network.


def test_added_characters_are_named_up_to_eight_and_then_counted(tmp_path: Path) -> None:
    first = tiny_run(tmp_path, "ab" * 300, steps=1)
    trained(first)
    path = tmp_path / "other.txt"
    path.write_text("ab0123456789" * 50, encoding="utf-8")
    run = fine_tuned_run(
        tmp_path,
        lambda config: load_corpus(path, normalisation=Normalisation(config.normalise)),
        tiny_config(),
        (),
        "other",
        "",
        first.folder.last,
    )
    named = ", ".join(f"'{digit}' (U+003{digit})" for digit in "01234567")
    assert run.notices[-1] == (
        f"New to the network, and added to its vocabulary: {named} and 2 more."
    )


def test_what_the_network_knew_it_still_knows(tmp_path: Path) -> None:
    first = tiny_run(tmp_path, "ab" * 300, steps=3)
    trained(first)
    path = tmp_path / "other.txt"
    path.write_text("abc" * 200, encoding="utf-8")
    run = fine_tuned_run(
        tmp_path, lambda _: load_corpus(path), tiny_config(), (), "other", "", first.folder.last
    )
    start = load_checkpoint(first.folder.last)
    begun = trained(run)
    assert begun
    assert run.init_weights is not None
    assert run.init_weights.keys() == start.weights.keys()
    assert all((run.init_weights[name] == start.weights[name]).all() for name in start.weights)
