"""How well a checkpoint predicts a text, and what it is set beside."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.evaluation import evaluate
from rnntui.tasks.characters.model_loading import model_of
from rnntui.tasks.characters.scoring import Score, ScoreLine, score
from rnntui.text.batches import split
from rnntui.text.ngrams.baselines import measure_baselines
from rnntui.text.normalisation import Normalisation
from tests.factories import TINY_TEXT, tiny_corpus, tiny_run, trained


def checkpoint_of(parent: Path, **settings: Any) -> Checkpoint:
    """A network trained for some steps on `TINY_TEXT`, which lies in a file in `parent`."""
    run = tiny_run(parent, **settings)
    trained(run)
    return load_checkpoint(run.folder.last)


def text_in(parent: Path, content: str, name: str = "other.txt") -> str:
    """A text in a file."""
    path = parent / name
    path.write_text(content, encoding="utf-8")
    return str(path)


@given(loss=st.floats(0, 650))
def test_a_line_says_its_loss_in_bits_and_as_perplexity(loss: float) -> None:
    line = ScoreLine("network", loss)
    assert line.bits_per_char == loss / math.log(2)
    assert line.perplexity == math.exp(loss)


def test_a_loss_beyond_all_perplexity_is_still_a_number() -> None:
    assert math.isfinite(ScoreLine("network", 1e6).perplexity)


def test_the_held_out_part_is_measured_where_no_text_is_named(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path)
    result = score(checkpoint, None, None)
    learned, held_out = split(tiny_corpus().ids, 0.1)
    baselines = measure_baselines(learned, held_out, checkpoint.header.model.vocab_size)
    assert result == Score(
        text="tiny, held-out part",
        characters=len(held_out) - 1,
        unknown_characters=0,
        lines=(
            ScoreLine("network", evaluate(model_of(checkpoint), held_out).loss),
            ScoreLine("uniform", math.log(len(set(TINY_TEXT)))),
            ScoreLine("unigram", baselines.unigram),
            ScoreLine(f"{baselines.order}-gram (Witten-Bell)", baselines.ngram),
        ),
        notices=(),
        predictions=len(held_out) - 1,
    )


def test_lines_that_were_held_out_are_measured(tmp_path: Path) -> None:
    text = "".join(f"{number} of many\n" for number in range(300))
    run = tiny_run(tmp_path, text=text, val_split="lines")
    trained(run)
    checkpoint = load_checkpoint(run.folder.last)
    learned, held_out = run.parts
    result = score(checkpoint, None, None)
    assert result.characters == len(held_out) - 1
    assert result.lines[0].loss == evaluate(model_of(checkpoint), held_out).loss
    baselines = measure_baselines(learned, held_out, checkpoint.header.model.vocab_size)
    assert result.lines[2].loss == baselines.unigram


def test_baselines_are_counted_on_what_was_learned_whatever_is_measured(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path)
    other = "the hen sat on ten men. " * 9
    result = score(checkpoint, text_in(tmp_path, other), None)
    learned, _ = split(tiny_corpus().ids, 0.1)
    baselines = measure_baselines(learned, checkpoint.header.vocabulary.encode(other), 12)
    assert [line.loss for line in result.lines[1:]] == [
        baselines.uniform,
        baselines.unigram,
        baselines.ngram,
    ]


def test_json_has_the_network_by_name_and_the_baselines_by_theirs(tmp_path: Path) -> None:
    result = score(checkpoint_of(tmp_path), None, None)
    values = result.as_json()
    assert values["loss"] == result.lines[0].loss
    assert values["bits_per_char"] == pytest.approx(values["loss"] / math.log(2))
    assert values["perplexity"] == pytest.approx(math.exp(values["loss"]))
    assert values["baselines"] == [
        {"name": line.name, "loss": line.loss, "bits_per_char": line.bits_per_char}
        for line in result.lines[1:]
    ]


def test_unknown_characters_are_left_out_and_counted(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path)
    mixed = score(checkpoint, text_in(tmp_path, "the Ccat\tsat " * 20), None)
    pure = score(checkpoint, text_in(tmp_path, "the catsat " * 20, "pure.txt"), None)
    assert (mixed.unknown_characters, pure.unknown_characters) == (40, 0)
    assert [line.loss for line in mixed.lines] == [line.loss for line in pure.lines]
    assert mixed.notices == (
        "40 of 260 characters are outside the network's vocabulary and were left out.",
    )


def test_a_large_vocabulary_is_translated_whole(tmp_path: Path) -> None:
    symbols = "".join(chr(0xAC00 + rank) for rank in range(300))
    run = tiny_run(tmp_path, symbols * 4)
    trained(run)
    other = text_in(tmp_path, symbols[::-1] + "unknown")
    result = score(load_checkpoint(run.folder.last), other, None)
    assert (result.characters, result.unknown_characters) == (299, 7)
    assert result.lines[0].loss == pytest.approx(math.log(300), rel=0.2)


@pytest.mark.parametrize("size", [1, 127, 128, 129, 255, 256, 257])
def test_a_vocabulary_of_any_size_finds_its_characters(tmp_path: Path, size: int) -> None:
    symbols = "".join(chr(0x4E00 + rank) for rank in range(size))
    run = tiny_run(tmp_path, symbols * -(-600 // size), steps=1)
    trained(run)
    result = score(load_checkpoint(run.folder.last), text_in(tmp_path, symbols * 2 + "?"), None)
    assert (result.characters, result.unknown_characters) == (2 * size - 1, 1)


def test_a_text_is_normalised_as_the_networks_own(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path)
    header = replace(checkpoint.header, normalisation=Normalisation(("lowercase",)))
    result = score(replace(checkpoint, header=header), text_in(tmp_path, "THE CAT " * 9), None)
    assert result.unknown_characters == 0


def test_where_nothing_was_held_out_the_learned_text_is_measured_and_that_is_said(
    tmp_path: Path,
) -> None:
    result = score(checkpoint_of(tmp_path, val_fraction=0.0), None, None)
    assert (result.text, result.characters) == ("tiny", len(TINY_TEXT) - 1)
    assert "Nothing was held out" in result.notices[0]
    assert len(result.lines) == 4


def test_a_network_on_windows_predicts_from_its_windows_alone(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path, window=6)
    assert score(checkpoint, text_in(tmp_path, "the cat sat"), None).characters == 11 - 6
    with pytest.raises(CorpusError, match="too few characters"):
        score(checkpoint, text_in(tmp_path, "the cat"), None)


@pytest.mark.parametrize("content", ["t", "ÄÖÜ", "ÄÖÜt"])
def test_a_text_with_too_few_known_characters_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(CorpusError, match="'other' has too few characters that the network knows"):
        score(checkpoint_of(tmp_path), text_in(tmp_path, content), None)


def test_two_known_characters_are_enough(tmp_path: Path) -> None:
    assert score(checkpoint_of(tmp_path), text_in(tmp_path, "th"), None).characters == 1


def test_a_text_that_is_gone_leaves_another_to_measure_without_baselines(tmp_path: Path) -> None:
    checkpoint = checkpoint_of(tmp_path)
    note = replace(checkpoint.header.corpus, content_hash="0" * 64)
    lost = replace(checkpoint, header=replace(checkpoint.header, corpus=note))
    result = score(lost, text_in(tmp_path, "the cat sat"), None)
    assert [line.name for line in result.lines] == ["network"]
    assert "training text 'tiny' can't be found again" in result.notices[0]
    with pytest.raises(CorpusError, match="as it is no longer in the cache"):
        score(lost, None, None)


def test_the_encoding_of_the_other_text_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_bytes("the cät sat".encode("cp437"))
    assert score(checkpoint_of(tmp_path), str(path), "cp437").unknown_characters == 1
