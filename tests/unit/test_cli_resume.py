"""`rnntui train --resume` and `--init-from`: going on with a run, and from another network."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from rnntui import places
from rnntui.tasks.characters.checkpoint import load_checkpoint, read_header
from rnntui.tasks.characters.opening import fine_tuned_run
from rnntui.text.corpus import load_corpus
from rnntui.training.runs.folder import read_configuration
from tests.command_line import SMALL, Outcome, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, assert_same_tensors, losses, tiny_config

OTHER_TEXT = "Zoë sat on the hat; ten hens met a cat. " * 30
"""A text with characters that `TINY_TEXT` lacks: a capital, a diaeresis."""


def train(*arguments: str | Path, text: str = TINY_TEXT, stdin: bytes = b"") -> Outcome:
    """Train a run called `a` for four steps."""
    flags = ("--name", "a", "--steps", "4", *SMALL)
    return rnntui("train", text_file(text), *flags, *arguments, stdin=stdin)


def resume(*arguments: str | Path, name: str = "a", stdin: bytes = b"") -> Outcome:
    """Go on with a run."""
    return rnntui("train", "--resume", name, *arguments, stdin=stdin)


# Going on with a run.


@pytest.mark.parametrize("budget", [("--steps", "9"), ("--epochs", "1")], ids=" ".join)
def test_a_run_given_more_goes_on_to_where_it_would_have_come_at_once(
    budget: tuple[str, str],
) -> None:
    train()
    assert resume(*budget).code == 0
    rnntui("train", text_file(TINY_TEXT), *SMALL, *budget, "--name", "b")
    assert losses(run_called("a")) == losses(run_called("b"))


def test_the_values_that_a_run_has_may_be_given_again() -> None:
    train("--cell", "gru", "--normalise", "join-lines", "--normalise", "lowercase")
    same = ("--cell", "gru", "--normalise", "lowercase", "--normalise", "join-lines")
    assert resume(*same, *SMALL, "--seed", "1", "--steps", "5").code == 0


def test_a_device_that_is_not_there_leaves_the_run_as_it_is() -> None:
    train()
    before = run_called("a").configuration.read_bytes()
    stated(resume("--device", "nonsense", "--steps", "9"), "--device nonsense")
    assert run_called("a").configuration.read_bytes() == before


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--cell", "rnn"), ("--hidden-size", "9"), ("--num-layers", "2"), ("--dropout", "0.5")),
        *(("--input-encoding", "one-hot"), ("--embedding-size", "5"), ("--nonlinearity", "relu")),
        *(("--normalise", "lowercase"), ("--val-fraction", "0.2"), ("--batch-size", "3")),
        *(("--seq-length", "17"), ("--window", "3"), ("--state-carry", "never")),
        *(("--optimizer", "sgd"), ("--beta-2", "0.9"), ("--clip-norm", "1")),
        *(("--clip-value", "1"), ("--eval-every", "3"), ("--seed", "2")),
    ],
)
def test_what_makes_another_training_can_not_change_and_is_named(flag: str, value: str) -> None:
    train()
    before = run_called("a").configuration.read_bytes()
    stated(resume(flag, value, "--steps", "9"), f"{flag} can't change in a resumed run")
    assert run_called("a").configuration.read_bytes() == before


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--recipe", "names"), ("--name", "b"), ("--init-from", "a"), ("--prime", "the")],
)
def test_what_a_run_has_already_can_not_be_given_with_resume(flag: str, value: str) -> None:
    train()
    stated(resume(flag, value, "--steps", "9"), f"{flag} can't go with --resume")


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--save-every", "0"), ("--sample-every", "2"), ("--sample-length", "3"), ("--patience", "9")],
)
def test_what_leaves_the_training_what_it_is_may_change(flag: str, value: str) -> None:
    train()
    assert resume(flag, value, "--steps", "8").code == 0
    train("--steps", "8", "--name", "b")
    assert losses(run_called("a")) == losses(run_called("b"))


def test_a_finished_run_is_refused_by_a_sentence_that_names_what_gives_it_more() -> None:
    train()
    before = run_called("a").metrics.read_bytes()
    stated(resume(), "has taken all its 4 steps", "--epochs, --steps or --minutes")
    stated(resume("--steps", "3"), "has taken all its 4 steps")
    assert run_called("a").metrics.read_bytes() == before


def test_another_text_is_refused_and_the_same_one_accepted() -> None:
    train()
    stated(resume(text_file(OTHER_TEXT, "other.txt"), "--steps", "5"), "not the one that the run")
    assert resume(text_file(TINY_TEXT, "copy.txt"), "--steps", "5").code == 0


def test_standard_input_may_bring_the_text_again() -> None:
    train()
    assert resume("-", "--steps", "5", stdin=TINY_TEXT.encode()).code == 0
    stated(resume("-", "--steps", "6", stdin=b"another text"), "not the one that the run")


def test_a_text_that_was_changed_since_is_refused_and_named() -> None:
    train()
    for entry in places.cache_dir().rglob("*"):
        if entry.is_file():
            entry.unlink()
    text_file(OTHER_TEXT)
    stated(resume("--steps", "5"), "has changed since the run 'a' was trained on it")
    stated(resume("--steps", "5", "--old-text"), "as it is no longer in the cache")


def test_a_text_that_has_grown_is_gone_on_with_as_it_was_only_when_told() -> None:
    train()
    text = text_file(TINY_TEXT + "zebra")
    stated(
        resume("--steps", "5"),
        "has changed since the run 'a' was trained on it",
        "--old-text",
        f"rnntui train {text} --init-from a:last",
    )
    assert resume("--steps", "5", "--old-text").code == 0
    header = read_header(run_called("a").last)
    assert (header.progress.step, header.corpus.characters) == (5, len(TINY_TEXT))
    # The note stays the old text's, so it is asked for again.
    stated(resume("--steps", "6"), "--old-text")


def test_the_command_for_a_text_that_has_grown_trains_on_it_as_before() -> None:
    train("--dropout", "0.25", "--clip-norm", "1")
    text_file(TINY_TEXT + "zebra")
    told = resume("--steps", "5").err
    command = shlex.split(told[told.index("rnntui train ") : told.index(" (or ")])
    assert rnntui(*command[1:], "--name", "b").code == 0
    old, new = (read_header(run_called(name).last) for name in "ab")
    assert new.corpus.characters == old.corpus.characters + 5
    assert replace(new.config, eval_every=old.config.eval_every) == old.config


def test_a_text_that_has_grown_asks_nothing_once_it_is_as_it_was() -> None:
    train()
    text_file(TINY_TEXT + "zebra")
    text_file(TINY_TEXT)
    assert resume("--steps", "5").code == 0


def test_the_old_text_is_no_matter_of_a_new_run() -> None:
    stated(rnntui("train", text_file(TINY_TEXT), "--old-text"), "--old-text goes with --resume")
    stated(rnntui("classify", "train", "--old-text"), "--old-text goes with --resume")


def test_one_of_several_texts_that_has_grown_is_noticed() -> None:
    one, other = text_file(TINY_TEXT), text_file("zebra", "zebra.txt")
    assert rnntui("train", one, other, "--name", "b", "--steps", "3", *SMALL).code == 0
    text_file("zebras", "zebra.txt")
    outcome = rnntui("train", "--resume", "b", "--steps", "4")
    stated(outcome, "has changed", f"rnntui train {one} {other} --init-from b:last")


def test_a_renamed_run_goes_on_under_its_new_name() -> None:
    train()
    assert rnntui("checkpoints", "rename", "a", "b").code == 0
    outcome = resume("--steps", "6", name="b")
    assert outcome.code == 0
    assert "Resuming at step 4: 'b'" in outcome.out
    assert read_header(run_called("b").last).run == "b"
    stated(resume("--steps", "7", name="a"), "There is no run called 'a'")


def test_a_run_may_be_named_by_its_folder() -> None:
    train()
    assert resume("--steps", "5", name=str(run_called("a").path)).code == 0


def test_a_damaged_run_is_stated() -> None:
    train()
    run_called("a").configuration.write_text("[run\n")
    stated(resume("--steps", "5"), "run.toml", "can't be read")


# Going on from another network.


def fine_tune(*arguments: str | Path, text: str = OTHER_TEXT) -> Outcome:
    """Train a run called `b` for three steps from the network of `a`."""
    flags = ("--threads", "1", "--steps", "3", "--batch-size", "4", "--seq-length", "16")
    return rnntui(
        *("train", text_file(text, "other.txt"), "--init-from", "a", "--name", "b", *flags),
        *("--sample-length", "12", *arguments),
    )


def test_characters_new_to_the_network_are_added_and_named() -> None:
    train()
    outcome = fine_tune()
    assert outcome.code == 0
    assert "New to the network, and added to its vocabulary: 'Z' (U+005A), 'ë' (U+00EB)" in (
        outcome.out
    )
    old, new = (read_header(run_called(name).last).vocabulary for name in "ab")
    assert new.symbols[: len(old)] == old.symbols
    assert set(new.symbols) - set(old.symbols) == set(OTHER_TEXT) - set(TINY_TEXT)


def test_a_text_without_new_characters_is_no_matter_to_speak_of() -> None:
    train()
    outcome = fine_tune(text="a hen sat. " * 100)
    assert outcome.code == 0
    assert "New to the network" not in outcome.out
    old, new = (read_header(run_called(name).last).vocabulary for name in "ab")
    assert new == old


def test_training_begins_with_the_other_networks_weights() -> None:
    train("--steps", "40")
    fine_tune("--steps", "1")
    fine_tune("--steps", "1", "--init-from", "a:last", "--name", "c", text=TINY_TEXT)
    rnntui("train", text_file(TINY_TEXT), *SMALL, "--steps", "1", "--name", "fresh")
    assert losses(run_called("c"))[0][1] < losses(run_called("fresh"))[0][1] - 0.2


def test_the_networks_shape_is_taken_over_whatever_the_recipe_says() -> None:
    train("--cell", "rnn", "--normalise", "lowercase")
    assert fine_tune().code == 0
    config = read_header(run_called("b").last).config
    assert (config.cell, config.hidden_size, config.num_layers) == ("rnn", 8, 1)
    assert config.normalise == ("lowercase",)


@pytest.mark.parametrize(
    ("flag", "value", "has"),
    [
        ("--cell", "gru", "lstm"),
        ("--hidden-size", "9", "8"),
        ("--num-layers", "2", "1"),
        ("--embedding-size", "7", "4"),
        ("--input-encoding", "one-hot", "embedding"),
        ("--window", "5", "0"),
        ("--normalise", "lowercase", "()"),
    ],
)
def test_another_network_than_the_one_to_start_from_is_refused(
    flag: str, value: str, has: str
) -> None:
    train()
    stated(fine_tune(flag, value), f"{flag} can't be set with --init-from", f"has {has}")
    assert not run_called("b").path.exists()


def test_the_networks_own_values_may_be_given() -> None:
    train("--normalise", "lowercase", "--normalise", "join-lines")
    same = ("--normalise", "join-lines", "--normalise", "lowercase")
    assert fine_tune("--cell", "lstm", "--hidden-size", "8", *same).code == 0


def test_what_is_not_the_networks_shape_may_be_chosen() -> None:
    train()
    flags = ("--dropout", "0.1", "--optimizer", "sgd", "--learning-rate", "0.5", "--seed", "4")
    assert fine_tune(*flags).code == 0
    config = read_header(run_called("b").last).config
    assert (config.dropout, config.optimizer, config.seed) == (0.1, "sgd", 4)


def test_a_fine_tuned_run_goes_on_without_its_origin() -> None:
    train()
    fine_tune("--steps", "6", "--name", "c")
    fine_tune()
    rnntui("checkpoints", "remove", "a", "--yes")
    assert resume("--steps", "6", name="b").code == 0
    assert losses(run_called("b")) == losses(run_called("c"))


def test_a_fine_tuned_run_killed_before_its_first_save_begins_as_it_would_have() -> None:
    train()
    fine_tune("--name", "c")
    other = text_file(OTHER_TEXT, "other.txt")
    asked = read_header(run_called("c").last).config
    fine_tuned_run(
        places.checkpoints_dir(),
        lambda _: load_corpus(other),
        asked,
        (),
        "b",
        "",
        run_called("a").best,
    )
    assert not run_called("b").last.exists()
    assert read_configuration(run_called("b"))["run"]["init_from"]
    assert resume(name="b").code == 0
    assert losses(run_called("b")) == losses(run_called("c"))
    assert_same_tensors(run_called("b").last, run_called("c").last)


def test_a_fine_tuned_run_that_lost_its_origin_before_its_first_save_says_so() -> None:
    train()
    fine_tuned_run(
        places.checkpoints_dir(),
        lambda _: load_corpus(text_file(OTHER_TEXT, "other.txt")),
        tiny_config(),
        (),
        "b",
        "",
        run_called("a").best,
    )
    rnntui("checkpoints", "remove", "a", "--yes")
    stated(resume(name="b"), "There is no checkpoint", "best.safetensors")


def test_a_fine_tuned_network_may_be_fine_tuned_again() -> None:
    train()
    fine_tune()
    outcome = rnntui(
        *("train", text_file("QQ " * 200, "third.txt"), "--init-from", "b", "--name", "c"),
        *("--threads", "1", "--steps", "2", "--batch-size", "2", "--seq-length", "9"),
    )
    assert outcome.code == 0
    symbols = load_checkpoint(run_called("c").last).header.vocabulary.symbols
    assert set(symbols) == set(TINY_TEXT + OTHER_TEXT + "Q")
