"""How a configuration is fitted to a text, however short the text is."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.run import MAX_EVAL_EVERY, MIN_EVAL_EVERY, prepare_run
from rnntui.training.commands import Stop
from rnntui.training.events import Evaluated, Finished, Warned
from rnntui.training.loop import train
from rnntui.training.runs.folder import RunFolder, read_configuration
from tests.factories import (
    Script,
    assert_same_training,
    names,
    only,
    resumed,
    tiny_config,
    tiny_corpus,
    tiny_run,
    trained,
)

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


SORTED = "".join(f"{a}{b}{c}\n" for a in "abcdefghij" for b in "aeiou" for c in "klmnopqr")
"""400 short lines in the order of the alphabet."""


def test_lines_spread_over_a_list_are_held_out_where_that_is_asked_for(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, text=SORTED, val_split="lines")
    decode = run.corpus.vocabulary.decode
    assert run.notices == ()
    assert len(run.parts[1]) == 160
    assert {line[0] for line in decode(run.parts[1]).splitlines()} == set("abcdefghij")
    assert only(Evaluated, trained(run))[-1].val_loss is not None
    assert read_configuration(run.folder)["text"]["val_split"] == "lines"


def test_a_resume_holds_the_same_lines_out(tmp_path: Path) -> None:
    whole = tiny_run(tmp_path / "whole", text=SORTED, val_split="lines")
    trained(whole)
    broken = tiny_run(tmp_path / "broken", text=SORTED, val_split="lines")
    trained(broken, Script({5: [Stop()]}))
    trained(resumed(broken))
    assert_same_training(whole.folder, broken.folder)


def test_the_tail_of_a_sorted_list_is_warned_about(tmp_path: Path) -> None:
    (warned,) = only(Warned, trained(tiny_run(tmp_path, text=SORTED)))
    assert "differs from the rest of the text more than chance allows" in warned.sentence
    assert "p = 0.005" in warned.sentence
    assert "--val-split lines" in warned.sentence


def test_a_text_without_lines_says_that_its_tail_is_held_out(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, val_split="lines")
    assert run.notices == (
        "The text has too few lines to hold some of them out; its tail is held out.",
    )
    assert len(run.parts[1]) == 112


def test_the_recipe_for_lists_holds_lines_out() -> None:
    assert find_recipe("names").config.val_split == "lines"


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
    "val_split": st.sampled_from(["tail", "lines"]),
    "cell": st.sampled_from(["rnn", "lstm", "gru"]),
    "state_carry": st.sampled_from(["always", "epoch", "never"]),
}


@given(st.text("abc \n", min_size=2, max_size=300), st.fixed_dictionaries(SHAPES))
@settings(max_examples=40)
def test_any_shape_trains_on_any_text(
    tmp_path_factory: pytest.TempPathFactory, text: str, shape: dict[str, Any]
) -> None:
    run = tiny_run(tmp_path_factory.mktemp("runs"), text=text, steps=3, eval_every=2, **shape)
    events = list(train(run, learner_for(run)))
    assert isinstance(events[-1], Finished)
    assert names(events).count("Step") == 3
    for evaluated in only(Evaluated, events):
        assert (evaluated.val_loss is None) == (run.eval_chars == 0)
