"""Words, bytes and subwords as units: cut, joined, stored, trained on, measured and generated."""

import json
import math
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CheckpointError, ConfigError, CorpusError
from rnntui.extras import MissingExtraError
from rnntui.nets.config import ModelConfig
from rnntui.nets.initial_weights import initial_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.curves import CurveReader, LiveCurves
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.sampling.prime import exact_ids, prepare_prime
from rnntui.sampling.stream import CharacterStream, hybrid_equals_argmax
from rnntui.tasks.characters.checkpoint import load_checkpoint, read_header
from rnntui.tasks.characters.opening import fine_tuned_run, new_run
from rnntui.tasks.characters.run import Run, parts_of
from rnntui.tasks.characters.scoring import learned_characters, score
from rnntui.tasks.summary import summarise
from rnntui.text.corpus import Corpus, corpus_from_text, load_corpus
from rnntui.text.in_units import UnitChoice, in_units
from rnntui.text.normalisation import Normalisation
from rnntui.text.unit_kinds import Units
from rnntui.text.units.raw_bytes import BYTE_VOCABULARY
from rnntui.text.units.stored import from_json, to_json
from rnntui.text.units.subwords import SubwordVocabulary, subword_vocabulary
from rnntui.text.units.words import WordVocabulary, split_words
from rnntui.text.vocabulary import UNKNOWN, UNKNOWN_SHOWN, Vocabulary
from rnntui.training.commands import Stop
from rnntui.training.events import Evaluated, Sampled, Started, Step
from rnntui.tui.duel.column import explanations
from tests.command_line import SMALL, rnntui, stated, text_file
from tests.factories import (
    Script,
    assert_same_training,
    only,
    resumed,
    tiny_config,
    trained,
)

LINES = (
    "The zebra sat.\n"
    + (
        "The cat sat on the mat, and the hen met ten men.\n"
        "It's a sea-wall: the men sat on it.\n"
        '"Ten hens?" asked the cat.\n\n'
    )
    * 14
)
OTHER_UNITS: tuple[Units, ...] = ("words", "bytes", "subwords")
ANY_TEXT = st.text("ab _-'’.,\n\t\r\u00a0é猫\x00😀\u0301", max_size=40)


def chosen(units: Units, **changes: Any) -> UnitChoice:
    usual: dict[str, Any] = {"min_count": 1, "most": 0, "val_fraction": 0.1, "val_split": "tail"}
    return UnitChoice(units, **{**usual, **changes})


def of_units(units: Units, text: str = LINES, **changes: Any) -> Corpus:
    return in_units(corpus_from_text("lines", text), chosen(units, **changes))


def units_run(parent: Path, units: Units, **changes: Any) -> Run:
    """A run called `tiny` on a file of `LINES`."""
    parent.mkdir(parents=True, exist_ok=True)
    path = parent / "tiny.txt"
    path.write_text(LINES, encoding="utf-8", newline="\n")
    config = tiny_config(units=units, seq_length=5, **changes)
    return new_run(parent, load_corpus(path, text_encoding=config.read_as), config, "tiny")


# A text in units, and back.


@given(ANY_TEXT)
def test_words_joined_are_the_text(text: str) -> None:
    words = split_words(text)
    assert "".join(words) == text
    assert all(word == "\n" or "\n" not in word for word in words)


def test_a_word_has_its_space_its_apostrophe_its_hyphen_and_its_combining_marks() -> None:
    assert split_words('It\'s a sea-wall: "yes..."\n') == [
        *("It's", " a", " sea-wall", ":", ' "', "yes", '..."', "\n")
    ]
    assert split_words("नमस्ते e\u0301a") == ["नमस्ते", " e\u0301a"]


@settings(max_examples=40)
@given(ANY_TEXT)
def test_subwords_joined_are_the_text_and_are_as_many_as_its_ids(text: str) -> None:
    known = of_units("subwords").vocabulary
    assert "".join(known.split(text)) == text
    ids = known.encode(text)
    assert len(ids) == len(known.split(text))
    shown = "".join(one if one in known else UNKNOWN_SHOWN for one in known.split(text))
    assert known.decode(ids) == shown


@given(st.binary(max_size=40))
def test_a_byte_stream_decodes_whole_characters_as_they_end(data: bytes) -> None:
    decode = BYTE_VOCABULARY.decoder()
    streamed = "".join(decode(value) for value in data)
    assert data.decode("utf-8", "replace").startswith(streamed)
    assert BYTE_VOCABULARY.decode(np.frombuffer(data, np.uint8)) == data.decode("utf-8", "replace")
    assert "".join(map(decode, "né猫".encode()))[-3:] == "né猫"


@pytest.mark.parametrize("units", OTHER_UNITS)
def test_a_text_in_units_has_the_same_characters(units: Units) -> None:
    corpus = of_units(units)
    assert corpus.characters == len(LINES) == int(corpus.lengths.sum())  # type: ignore[union-attr]
    shown = corpus.vocabulary.decode(corpus.ids)
    if units == "words":
        assert shown == LINES.replace(" zebra", UNKNOWN_SHOWN)
    else:
        assert shown == LINES
    np.testing.assert_array_equal(corpus.vocabulary.encode(LINES), corpus.ids)
    assert sum(corpus.counts) == len(corpus)


def test_characters_are_the_text_as_it_was() -> None:
    corpus = corpus_from_text("lines", LINES)
    assert in_units(corpus, chosen("characters")) is corpus


@pytest.mark.parametrize("units", OTHER_UNITS)
def test_the_held_out_tail_is_that_of_characters(units: Units) -> None:
    characters = corpus_from_text("lines", LINES)
    config = tiny_config(units=units)
    of_characters, _ = parts_of(characters, tiny_config())
    corpus = of_units(units)
    learned, _ = parts_of(corpus, config)
    shown = corpus.vocabulary.decode(learned).replace(UNKNOWN_SHOWN, " zebra")
    assert LINES.startswith(shown)
    longest = max(map(len, corpus.vocabulary.symbols))
    assert 0 <= len(of_characters) - len(shown) < longest


def test_what_is_held_out_teaches_no_word_and_no_merge() -> None:
    text = LINES + "quixotic quixotic quixotic\n" * 3
    assert len(text) * 0.1 > 3 * len("quixotic quixotic quixotic\n")
    for units in ("words", "subwords"):
        symbols = of_units(units, text).vocabulary.symbols
        assert not any("quix" in symbol for symbol in symbols)
        learned = of_units(units, text, val_fraction=0.0).vocabulary.symbols
        assert any("quix" in symbol for symbol in learned)


def test_held_out_lines_are_those_of_characters() -> None:
    split: dict[str, Any] = {"val_fraction": 0.2, "val_split": "lines"}
    text = LINES.removeprefix("The zebra sat.\n")
    characters = corpus_from_text("lines", text)
    _, held = parts_of(characters, tiny_config(**split))
    lines = characters.vocabulary.decode(held)
    for units in OTHER_UNITS:
        corpus = of_units(units, text, **split)
        _, held = parts_of(corpus, tiny_config(units=units, **split))
        assert corpus.vocabulary.decode(held) == lines


def test_the_commonest_words_are_kept_and_the_others_are_unknown() -> None:
    corpus = of_units("words", most=6)
    assert len(corpus.vocabulary) == 6
    assert corpus.vocabulary.symbols[-1] == UNKNOWN
    assert set(corpus.vocabulary.symbols[:2]) == {" the", "\n"}
    assert corpus.notices[-1].startswith("20 of 25 words are one unknown symbol")
    assert " zebra" not in of_units("words").vocabulary
    assert of_units("words", min_count=15).vocabulary.symbols.count(" the") == 1


def test_the_same_text_gives_the_same_merges() -> None:
    one, other = (of_units("subwords", most=60).vocabulary for _ in range(2))
    assert one == other
    assert len(one) == 60
    assert isinstance(one, SubwordVocabulary)
    assert one.merges


def test_a_text_of_many_pieces_is_cut_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of_units("words")
    monkeypatch.setattr("rnntui.text.in_units._PIECE", 7)
    assert of_units("words").vocabulary == whole.vocabulary
    np.testing.assert_array_equal(of_units("words").ids, whole.ids)


def test_a_text_without_a_repeated_word_is_refused() -> None:
    with pytest.raises(CorpusError, match="No word of 'lines' occurs 2 times"):
        of_units("words", "one two three")


def test_any_file_is_read_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(bytes(range(256)) * 4)
    corpus = load_corpus(path, text_encoding="bytes")
    assert corpus.ids.tolist() == [*range(256)] * 4
    assert in_units(corpus, chosen("bytes")) is corpus
    with pytest.raises(CorpusError, match="was read as bytes, which have no words"):
        in_units(corpus, chosen("words"))
    with pytest.raises(CorpusError, match="is a folder"):
        load_corpus(tmp_path, text_encoding="bytes")


# Stored in a checkpoint.


@pytest.mark.parametrize("units", OTHER_UNITS)
def test_a_vocabulary_is_stored_and_read_again(units: Units) -> None:
    vocabulary = of_units(units).vocabulary
    assert from_json(json.loads(json.dumps(to_json(vocabulary)))) == vocabulary


@pytest.mark.parametrize(
    "value",
    [
        {"units": "bytes", "symbols": []},
        {"units": "syllables", "symbols": ["a"]},
        {"units": "words", "symbols": ["a"]},
        {"units": "words", "symbols": ["a", 1, UNKNOWN]},
        {"units": "words", "symbols": ["a", "a", UNKNOWN]},
        {"units": "subwords", "symbols": [UNKNOWN, "a", "b"], "merges": [["a", "b"]]},
        {"units": "subwords", "symbols": [UNKNOWN, "a", "aa"], "merges": [["a"]]},
        {"units": "subwords", "symbols": [UNKNOWN, "a"], "merges": "aa"},
        "words",
    ],
)
def test_a_damaged_vocabulary_is_refused(value: object) -> None:
    with pytest.raises((ValueError, CorpusError)):
        from_json(value)


def test_a_checkpoint_of_other_units_than_its_configuration_is_refused(tmp_path: Path) -> None:
    run = units_run(tmp_path, "words", steps=1)
    trained(run)
    path = run.folder.last
    data = path.read_bytes()
    before = rb"\"units\": \"words\", \"min_count\""
    changed = data.replace(before, before.replace(b"words", b"bytes"))
    assert changed != data
    path.write_bytes(changed)
    with pytest.raises(CheckpointError, match="not of the units of its configuration"):
        read_header(path)


# Trained, resumed, measured.


@pytest.mark.parametrize("units", OTHER_UNITS)
def test_a_run_resumes_exactly_and_says_its_bits_per_character(
    tmp_path: Path, units: Units
) -> None:
    whole = units_run(tmp_path / "whole", units)
    events = trained(whole)
    broken = units_run(tmp_path / "broken", units)
    trained(broken, Script({5: [Stop()]}))
    trained(resumed(broken))
    assert_same_training(whole.folder, broken.folder)

    (opened,) = only(Started, events)
    assert opened.unit == units
    learned, held_out = parts_of(whole.corpus, whole.config)
    assert (opened.train_chars, opened.val_chars) == (len(learned), len(held_out))
    last = only(Evaluated, events)[-1]
    assert last.full
    assert last.val_loss is not None
    bits = last.val_loss / math.log(2) / opened.val_chars_per_unit
    assert last.bits_per_char == pytest.approx(bits)
    assert summarise(whole.folder).best_bits_per_char == pytest.approx(
        min(one.bits_per_char for one in only(Evaluated, events)), rel=0.02
    )
    assert not any(UNKNOWN in one.text for one in only(Sampled, events))
    assert not any(UNKNOWN_SHOWN in one.text for one in only(Sampled, events) if units != "bytes")

    # All of it by another way: the held-out text as one, beside n-grams of the same units.
    found = score(load_checkpoint(whole.folder.last), None, None)
    characters = whole.corpus.vocabulary.lengths[held_out[1:]].sum()
    if units == "words":  # whose unknown ones are longer than they are shown
        characters += whole.corpus.lengths[-len(held_out) :].sum() - (  # type: ignore[index]
            whole.corpus.vocabulary.lengths[held_out].sum()
        )
    assert (found.predictions, found.characters) == (len(held_out) - 1, characters)
    network = found.lines[0]
    total = network.loss * found.predictions / math.log(2)
    assert network.bits_per_char == pytest.approx(total / found.characters)
    assert [line.name for line in found.lines[1:3]] == ["uniform", "unigram"]
    assert found.lines[1].loss == pytest.approx(math.log(len(whole.corpus.vocabulary)))

    curves = next(iter(CurveReader(whole.folder.metrics).read())).curves
    in_mid_run = {one.step: one.bits_per_char for one in only(Evaluated, events)}
    assert curves.validation.bits_per_char == pytest.approx(
        [in_mid_run[int(step)] for step in curves.validation.steps], rel=0.05
    )
    assert curves.training.bits_per_char == pytest.approx(
        [one.loss / math.log(2) / opened.chars_per_unit for one in only(Step, events)]
    )
    live = LiveCurves().read(events)
    assert live.training.bits_per_char == pytest.approx(curves.training.bits_per_char)
    in_file = dict(zip(curves.validation.steps, curves.validation.bits_per_char, strict=True))
    for step, bits in zip(live.validation.steps, live.validation.bits_per_char, strict=True):
        assert bits == pytest.approx(in_file[step], rel=0.05)

    ids, known = learned_characters(load_checkpoint(whole.folder.last))
    assert LINES.startswith(known.decode(ids))


def test_words_unknown_to_a_network_are_measured_as_its_unknown_symbol(tmp_path: Path) -> None:
    run = units_run(tmp_path, "words", steps=1)
    trained(run)
    text = corpus_from_text("other", "The cat met a gnu.\n" * 9)
    found = score(load_checkpoint(run.folder.last), text, None)
    assert found.rare_characters == 9
    assert found.characters == len(text) - len("The")
    assert "read as the network's unknown symbol" in found.notices[-1]


def test_a_network_of_words_is_fine_tuned_over_its_own_words(tmp_path: Path) -> None:
    start = units_run(tmp_path, "words", steps=1)
    trained(start)
    text = corpus_from_text("other", "The cat met a gnu; the gnu sat.\n" * 30)
    config = tiny_config(seq_length=5, steps=2)
    path = start.folder.last
    run = fine_tuned_run(tmp_path, lambda _: text, config, (), "tuned", "", path)
    assert run.config.units == "words"
    assert run.corpus.vocabulary == start.corpus.vocabulary
    trained(run)
    trained(resumed_from(run, text))


def resumed_from(run: Run, text: Corpus) -> Run:
    from rnntui.tasks.characters.opening import resume_run

    return resume_run(run.folder.path.parent, run.folder.name, {"steps": 3}, load=lambda _: text)


# Generated.


def weights_for(vocabulary: Vocabulary, bias: dict[int, float] | None = None) -> NetworkWeights:
    config = ModelConfig(vocab_size=len(vocabulary), cell="rnn", embedding_size=4, hidden_size=6)
    arrays = dict(initial_weights(config, "torch", 3))
    head = arrays["head.bias"].copy()
    for symbol, value in (bias or {}).items():
        head[symbol] = value
    return NetworkWeights(config, {**arrays, "head.bias": head}, 0)


def generated(
    vocabulary: Vocabulary, count: int, mode: Mode = "random", bias: dict[int, float] | None = None
) -> list[str]:
    weights = weights_for(vocabulary, bias)
    stream = CharacterStream(
        lambda: weights, vocabulary, lambda: SamplingSpec(mode), "", 5, "numpy"
    )
    return [one.symbol for one in islice(stream, count)]


@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
@pytest.mark.parametrize("units", ["words", "subwords"])
def test_the_unknown_symbol_is_never_generated(units: Units, mode: Mode) -> None:
    vocabulary = of_units(units).vocabulary
    assert vocabulary.unknown is not None
    drawn = generated(vocabulary, 60, mode, {vocabulary.unknown: 30.0})
    assert UNKNOWN not in drawn


def test_generated_bytes_are_text_by_whole_characters() -> None:
    likely = dict.fromkeys([0xC3, 0xA9, ord("a")], 30.0)
    drawn = generated(BYTE_VOCABULARY, 80, "random", likely)
    assert "é" in "".join(drawn)
    assert {"", "a"} < set(drawn)
    weights = weights_for(BYTE_VOCABULARY, likely)
    stream = CharacterStream(lambda: weights, BYTE_VOCABULARY, SamplingSpec, "", 5, "numpy")
    first = stream.predict()
    assert first.symbol in BYTE_VOCABULARY
    assert stream.put("<C3>") == ""
    assert stream.put("<A9>") == "é"
    assert {name for name, _ in first.candidates} >= {"<C3>", "<A9>", "a"}


def test_hybrid_draws_words_after_a_line_end_and_subwords_where_one_begins() -> None:
    words = of_units("words").vocabulary
    assert words.symbols[words.draws_after] == "\n"
    assert not hybrid_equals_argmax(words)
    assert hybrid_equals_argmax(WordVocabulary((" a", UNKNOWN)))

    assert explanations("hybrid", words)[0].startswith("sampled after a line end")
    assert explanations("hybrid", WordVocabulary((" a", UNKNOWN))) == (
        "no line ends: equals argmax",
    )

    known = of_units("subwords").vocabulary
    space = known.index(" t")
    always = {space: 4.0}  # the likeliest always begins a word, so hybrid always draws
    assert generated(known, 50, "hybrid", always) == generated(known, 50, "random", always)
    never = {known.index("e"): 30.0}
    assert generated(known, 9, "hybrid", never)[1:] == generated(known, 9, "argmax", never)[1:]


def test_a_prime_of_unknown_words_is_read_and_says_so() -> None:
    words = of_units("words").vocabulary
    prime = prepare_prime("cat sat gnu", words, Normalisation())
    assert prime.text == " cat sat gnu"  # as the text has no line that begins with it
    assert prime.warnings == (
        "The network reads words of the prime as its unknown symbol: ' gnu'.",
    )
    assert prepare_prime("猫", BYTE_VOCABULARY, Normalisation()).warnings == ()
    with pytest.raises(CorpusError, match="this network's units are words"):
        exact_ids("The cat", words, Normalisation())


# Without the library, and by the command line.


def test_without_the_library_subwords_say_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = of_units("subwords").vocabulary
    stored = to_json(known)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'rnntui\[subwords\]'"):
        subword_vocabulary(["a"], 5, 2)
    again = from_json(stored)
    assert again.decode([again.index("\n")]) == "\n"
    assert again.encode("").size == 0
    with pytest.raises(MissingExtraError, match="A network of subwords"):
        again.encode("the")


def test_settings_that_contradict_the_units_are_refused() -> None:
    with pytest.raises(ConfigError, match="--units bytes reads a file as it is"):
        tiny_config(units="bytes", normalise=("nfc",))
    with pytest.raises(ConfigError, match="--vocabulary-size needs --units words or subwords"):
        tiny_config(vocabulary_size=9)


def test_the_commands_train_measure_and_sample_words() -> None:
    flags = ("--name", "w", "--steps", "3", "--units", "words", *SMALL, "--engine", "torch")
    outcome = rnntui("train", text_file(LINES), *flags)
    assert outcome.code == 0, outcome
    assert "words, " in outcome.out
    told = rnntui("eval", "w")
    assert "loss (nats per word)" in told.out
    drawn = rnntui("sample", "w", "--prime", "The cat", "--length", "5", "--copied", "--json")
    assert drawn.code == 0, drawn
    lines = [json.loads(line) for line in drawn.out.splitlines()]
    assert len(lines) == 5
    assert all(isinstance(line["memorised"], bool) for line in lines)
    plain = rnntui("sample", "w", "--prime", "The cat", "--length", "5")
    assert plain.out.rstrip("\n") == ("The cat" + "".join(x["char"] for x in lines)).rstrip("\n")
    stated(rnntui("sample", "w", "--until", "at th"), "must be one of the network's words")
    stated(rnntui("trace", "The cat", "--checkpoint", "w"), "this network's units are words")
    race = ("race", text_file(LINES), "--cell", "rnn,gru", "--steps", "1")
    stated(rnntui(*race, "--units", "words"), "A race is run in characters, not in words")
