"""Rare characters as one unknown symbol: read, trained on, measured, and never generated."""

import math
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.nets.config import ModelConfig
from rnntui.nets.initial_weights import initial_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode, SamplingEngine
from rnntui.sampling.prime import prepare_prime
from rnntui.sampling.stream import CharacterStreams, all_of
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.fine_tuning import over_vocabulary
from rnntui.tasks.characters.opening import fine_tuned_run
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.scoring import score
from rnntui.text import ids as text_ids
from rnntui.text.corpus import Corpus, corpus_from_text, load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.text.rare import bits_to_tell_apart, with_rare_merged
from rnntui.text.vocabulary import UNKNOWN, Vocabulary
from rnntui.training.commands import Stop
from rnntui.training.events import Sampled, Warned
from tests.factories import (
    TINY_TEXT,
    Script,
    assert_same_training,
    only,
    resumed,
    tiny_config,
    tiny_run,
    trained,
)

RARE_TEXT = TINY_TEXT.replace("ten men", "zen qen", 1).replace("hen", "ħen", 1) + TINY_TEXT
"""With three characters that occur once: z, q and ħ."""

REPLACED = RARE_TEXT.translate(dict.fromkeys(map(ord, "zqħ"), "\ufffd"))


def merged(text: str, min_count: int = 2) -> Corpus:
    return with_rare_merged(corpus_from_text("rare", text), min_count)


# The text.


@given(st.text("aabbcdé\ufffd\n", min_size=1, max_size=60), st.integers(1, 4))
def test_rare_characters_become_one_symbol_and_no_other_does(text: str, min_count: int) -> None:
    counts = Counter(text)
    if max(counts.values()) < min_count:
        with pytest.raises(CorpusError, match="lower --min-count"):
            merged(text, min_count)
        return
    corpus = merged(text, min_count)
    shown = "".join(one if counts[one] >= min_count else "\ufffd" for one in text)
    assert corpus.vocabulary.decode(corpus.ids) == shown
    assert sum(corpus.counts) == len(text)
    assert corpus.counts == tuple(np.bincount(corpus.ids, minlength=len(corpus.vocabulary)))
    assert (corpus.vocabulary.unknown is None) == (min(counts.values()) >= min_count)
    np.testing.assert_array_equal(corpus.vocabulary.encode(text), corpus.ids)


def test_the_unknown_symbol_is_the_last() -> None:
    corpus = merged("aab" + "xyz" * 9, 3)
    assert corpus.vocabulary.symbols == ("x", "y", "z", UNKNOWN)
    assert corpus.counts == (9, 9, 9, 3)


def test_a_text_without_rare_characters_stays_as_it_is() -> None:
    corpus = corpus_from_text("even", "abab")
    assert with_rare_merged(corpus, 2) is corpus
    assert with_rare_merged(corpus, 1) is corpus


def test_a_text_may_have_the_character_that_stands_for_unknown_ones() -> None:
    corpus = merged("\ufffd\ufffda")
    assert corpus.vocabulary.symbols == ("\ufffd", UNKNOWN)
    assert corpus.vocabulary.encode("\ufffdab").tolist() == [0, 1, 1]


def test_a_long_text_is_translated_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = merged(RARE_TEXT)
    monkeypatch.setattr(text_ids, "HELD_IN_MEMORY", 10)
    monkeypatch.setattr(text_ids, "BLOCK", 100)
    np.testing.assert_array_equal(merged(RARE_TEXT).ids, whole.ids)


def test_it_is_said_what_was_merged_and_what_figures_leave_out() -> None:
    (notice,) = merged(RARE_TEXT).notices
    assert notice.startswith("3 of 15 characters occur less than 2 times (--min-count)")
    assert "0.13% of the text, which is never generated" in notice
    assert "would take 0.0021 more" in notice
    assert bits_to_tell_apart(0.5, 8) == 1.5


def test_a_prime_is_read_as_it_is_with_its_unknown_characters() -> None:
    prime = prepare_prime("the Zebra", merged(RARE_TEXT).vocabulary, Normalisation())
    assert prime.text == "the Zebra"
    assert prime.warnings == (
        "The network reads characters of the prime as its unknown symbol: 'Z' (U+005A),"
        " 'b' (U+0062), 'r' (U+0072).",
    )
    assert prepare_prime("the", merged(RARE_TEXT).vocabulary, Normalisation()).warnings == ()


# What is generated.


def eager(cell: str, window: int, unknown: int, size: int) -> NetworkWeights:
    """A network that would generate the unknown symbol nearly always."""
    config = ModelConfig(size, cell, embedding_size=3, hidden_size=5, num_layers=1, window=window)
    arrays = dict(initial_weights(config, "torch", 1))
    arrays["head.bias"] = arrays["head.bias"].copy()
    arrays["head.bias"][unknown] = 40.0
    return NetworkWeights(config, arrays, 0)


def generated(
    weights: NetworkWeights,
    vocabulary: Vocabulary,
    spec: SamplingSpec,
    engine: SamplingEngine,
    ahead: int,
) -> list[str]:
    streams = CharacterStreams(
        lambda: weights, vocabulary, [lambda: spec] * 2, "aé", (1, 2), engine, ahead
    )
    rounds = list(islice(streams, 32))
    for characters in rounds:
        for character in all_of(characters):
            assert UNKNOWN not in dict(character.candidates)
            assert 0 < character.probability <= 1
    return [character.symbol for characters in rounds for character in all_of(characters)]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("mode", ["random", "argmax", "hybrid"])
@pytest.mark.parametrize(("cell", "window"), [("lstm", 0), ("gru", 0), ("rnn", 0), ("rnn", 3)])
def test_the_unknown_symbol_is_never_generated(
    engine: SamplingEngine, mode: Mode, cell: str, window: int
) -> None:
    """Wherever it stands in the vocabulary, and whatever the filters and the temperature."""
    for symbols in (("a", " ", UNKNOWN), (" ", "a", "b", UNKNOWN, "c", "d", "e", "f")):
        vocabulary = Vocabulary(symbols)
        assert vocabulary.unknown is not None
        weights = eager(cell, window, vocabulary.unknown, len(symbols))
        for temperature, top_k, top_p in ((1, 0, 1.0), (5, 0, 1.0), (0.05, 3, 1.0), (1, 0, 0.99)):
            spec = SamplingSpec(mode, temperature, top_k, top_p)
            for ahead in (1, 8):
                found = generated(weights, vocabulary, spec, engine, ahead)
                assert set(found) <= set(symbols) - {UNKNOWN}


def test_the_odds_of_the_others_stay_as_they_were() -> None:
    vocabulary = Vocabulary(("a", "b", UNKNOWN))
    weights = eager("rnn", 0, 2, 3)
    streams = CharacterStreams(
        lambda: weights, vocabulary, [lambda: SamplingSpec("argmax")], "a", (1,), "numpy"
    )
    (character,) = all_of(next(streams))
    assert math.fsum(share for _, share in character.candidates) == pytest.approx(1)


# Training.

PLAIN: dict[str, Any] = {
    "engine": "numpy",
    "input_encoding": "one-hot",
    "optimizer": "adagrad",
    "clip_norm": 0.0,
}


@pytest.mark.parametrize(
    "settings",
    [{}, {"window": 5}, PLAIN, {"cell": "lstm", "engine": "compiled"}, {"sample_start": "text"}],
)
def test_a_run_with_rare_characters_resumes_exactly_and_never_writes_them(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    settings = {"min_count": 2, "sample_length": 150, "learning_rate": 0.01, **settings}
    whole = tiny_run(tmp_path / "whole", RARE_TEXT, "ħen", **settings)
    events = trained(whole)
    broken = tiny_run(tmp_path / "broken", RARE_TEXT, "ħen", **settings)
    trained(broken, Script({5: [Stop()]}))
    again = resumed(broken)
    trained(again)
    assert_same_training(whole.folder, again.folder)
    for sample in only(Sampled, events):
        assert not set(sample.text) & set("zqħ\ufffd<")
    assert any("(--min-count)" in event.sentence for event in only(Warned, events))
    header = load_checkpoint(again.folder.best).header
    assert header.vocabulary.symbols[-1] == UNKNOWN
    assert header.config.min_count == 2


def test_what_was_held_out_is_measured_with_the_unknown_symbol(tmp_path: Path) -> None:
    text = TINY_TEXT + "zqħ" + TINY_TEXT[:90]
    run = tiny_run(tmp_path, text, min_count=2)
    trained(run)
    checkpoint = load_checkpoint(run.folder.last)
    result = score(checkpoint, None, None)
    assert (result.unknown_characters, result.rare_characters) == (0, 3)
    assert result.rare_bits_per_char == pytest.approx(3 / len(run.parts[1]) * math.log2(3))
    assert "3 of 122 characters are read as the network's unknown symbol" in result.notices[0]
    assert result.as_json()["rare_characters"] == 3
    other = tmp_path / "other.txt"
    other.write_text("the Äöü sat", encoding="utf-8")
    assert score(checkpoint, str(other), None).rare_characters == 3


# Going on from such a network, and from one without.


def fine_tuned(parent: Path, start: Run, text: str, *asked: str, **settings: Any) -> Run:
    path = parent / "new.txt"
    parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    def load(config: TrainConfig) -> Corpus:
        return load_corpus(path, normalisation=Normalisation(config.normalise))

    config = tiny_config(**settings)
    return fine_tuned_run(parent, load, config, asked, "tuned", "", start.folder.last)


NEW_TEXT = "Zebras sat on the mat; Ä. " * 40 + "ö"
"""New and frequent: Z, b, r and Ä; new and rare: ö. Known and rare: none."""


def test_a_network_with_an_unknown_symbol_reads_other_rare_characters_as_it(
    tmp_path: Path,
) -> None:
    start = tiny_run(tmp_path / "start", RARE_TEXT, min_count=2)
    trained(start)
    run = fine_tuned(tmp_path / "new", start, NEW_TEXT)
    vocabulary = run.corpus.vocabulary
    assert run.config.min_count == 2
    assert vocabulary.symbols[: len(start.corpus.vocabulary)] == start.corpus.vocabulary.symbols
    assert set(vocabulary.symbols[len(start.corpus.vocabulary) :]) == set("ZbrÄ.") - {"."}
    assert run.corpus.ids[-1] == vocabulary.unknown
    trained(run, Script({3: [Stop()]}))
    again = resumed(run)
    events = trained(again)
    assert again.corpus.vocabulary == vocabulary
    for sample in only(Sampled, events):
        assert "\ufffd" not in sample.text


def test_a_network_without_an_unknown_symbol_is_given_one(tmp_path: Path) -> None:
    start = tiny_run(tmp_path / "start")
    trained(start)
    run = fine_tuned(tmp_path / "new", start, NEW_TEXT, "min_count", min_count=2)
    assert run.corpus.vocabulary.symbols[-1] == UNKNOWN
    assert run.corpus.ids[-1] == run.corpus.vocabulary.unknown
    assert any("(--min-count)" in notice for notice in run.notices)
    trained(run)


def test_a_known_character_keeps_its_symbol_however_rare_it_is() -> None:
    corpus, added = over_vocabulary(corpus_from_text("x", "aaab"), Vocabulary(("b", "a")), 2)
    assert (corpus.vocabulary.symbols, added) == (("b", "a"), ())
    assert corpus.ids.tolist() == [1, 1, 1, 0]


def test_each_new_character_is_added_where_that_is_asked_for(tmp_path: Path) -> None:
    start = tiny_run(tmp_path / "start", RARE_TEXT, min_count=2)
    trained(start)
    run = fine_tuned(tmp_path / "new", start, NEW_TEXT, "min_count", min_count=1)
    assert run.config.min_count == 1
    assert "ö" in run.corpus.vocabulary
    assert run.corpus.counts[run.corpus.vocabulary.index(UNKNOWN)] == 0


def test_a_text_that_was_read_before_is_in_the_networks_symbols(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, RARE_TEXT, min_count=2)
    decoded = run.corpus.vocabulary.decode(run.corpus.ids)
    assert decoded == REPLACED
