"""How a configuration is fitted to a text, however short the text is."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.training.events import Evaluated, Finished, Warned
from rnntui.training.run import MAX_EVAL_EVERY, MIN_EVAL_EVERY, prepare_run
from rnntui.training.run_folder import RunFolder
from rnntui.training.trainer import train
from tests.factories import names, only, tiny_config, tiny_corpus, tiny_run, trained

NOWHERE = RunFolder(Path("nowhere"))


def test_a_text_that_is_long_enough_changes_nothing() -> None:
    config = tiny_config()
    run = prepare_run(NOWHERE, tiny_corpus(), config)
    assert run.config == config
    assert run.notices == ()
    assert (len(run.parts[0]), len(run.parts[1])) == (1006, 112)


def test_a_text_too_short_for_the_batch_narrows_it_and_says_so(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, batch_size=5000)
    assert (run.config.batch_size, run.config.seq_length) == (1006 // 7, 7)
    (warned,) = only(Warned, trained(run))
    assert warned.sentence == (
        "The text is too short for 5000 sequences of 7 characters; training uses 143 of 7."
    )


def test_a_text_shorter_than_a_sequence_shortens_it() -> None:
    run = prepare_run(NOWHERE, tiny_corpus("abcab"), tiny_config(val_fraction=0.0))
    assert (run.config.batch_size, run.config.seq_length) == (1, 5)
    assert "training uses 1 of 5" in run.notices[0]


def test_windows_shrink_too() -> None:
    config = tiny_config(val_fraction=0.0, window=9, batch_size=40)
    run = prepare_run(NOWHERE, tiny_corpus("abcabcabcabc"), config)
    assert (run.config.batch_size, run.config.window) == (3, 9)
    assert "training uses 3 of 9" in run.notices[0]
    run = prepare_run(NOWHERE, tiny_corpus("abc"), config)
    assert (run.config.batch_size, run.config.window) == (1, 2)


def test_a_text_too_short_to_hold_a_part_out_says_so(tmp_path: Path) -> None:
    events = trained(tiny_run(tmp_path, text="the cat sat. " * 12))
    (warned,) = only(Warned, events)
    assert "too short to hold 10% out for validation" in warned.sentence
    assert all(event.val_loss is None for event in only(Evaluated, events))


def test_a_held_out_part_too_short_for_a_window_says_so(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, window=200)
    assert len(run.parts[1]) == 112
    assert run.eval_chars == 0
    (warned,) = only(Warned, events := trained(run))
    assert "112 held-out characters are too few for windows of 200" in warned.sentence
    assert all(event.val_loss is None for event in only(Evaluated, events))


def test_a_part_that_was_not_to_be_held_out_needs_no_warning() -> None:
    assert prepare_run(NOWHERE, tiny_corpus(), tiny_config(val_fraction=0.0)).notices == ()


@pytest.mark.parametrize("window", [0, 3])
def test_a_single_character_is_refused(tmp_path: Path, window: int) -> None:
    with pytest.raises(CorpusError, match="fewer than two characters"):
        tiny_run(tmp_path, text="a", window=window)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.txt"]


@pytest.mark.parametrize("batch_size", [1, 10, 140])
def test_an_evaluation_in_mid_run_reads_a_tenth_of_what_was_trained_on(batch_size: int) -> None:
    run = prepare_run(NOWHERE, tiny_corpus(), tiny_config(batch_size=batch_size, eval_every=0))
    trained_on = run.config.eval_every * run.batches.characters_per_batch
    assert MIN_EVAL_EVERY <= run.config.eval_every <= MAX_EVAL_EVERY
    assert 2 <= run.eval_chars <= max(2, trained_on // 10 + 1)
    assert run.eval_chars <= len(run.parts[1])


SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "batch_size": st.integers(1, 40),
    "seq_length": st.integers(1, 40),
    "window": st.integers(0, 40),
    "val_fraction": st.sampled_from([0.0, 0.1, 0.5, 0.9]),
    "cell": st.sampled_from(["rnn", "lstm", "gru"]),
    "state_carry": st.sampled_from(["always", "epoch", "never"]),
}


@given(st.text("abc ", min_size=2, max_size=300), st.fixed_dictionaries(SHAPES))
@settings(max_examples=40)
def test_any_shape_trains_on_any_text(
    tmp_path_factory: pytest.TempPathFactory, text: str, shape: dict[str, Any]
) -> None:
    run = tiny_run(tmp_path_factory.mktemp("runs"), text=text, steps=3, eval_every=2, **shape)
    events = list(train(run))
    assert isinstance(events[-1], Finished)
    assert names(events).count("Step") == 3
    for evaluated in only(Evaluated, events):
        assert (evaluated.val_loss is None) == (run.eval_chars == 0)
