"""`rnntui train`: what it reads, what it writes, what it refuses."""

import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from rnntui import places
from rnntui.tasks.characters.checkpoint import load_checkpoint, read_header
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.text.library.entries import default_text_name
from rnntui.training.runs.folder import list_runs, read_configuration
from tests.command_line import SMALL, Outcome, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT

FILES = {"run.toml", "metrics.jsonl", "last.safetensors", "best.safetensors", "samples.txt"}


def train(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Outcome:
    """Train two steps of a small network; flags given here come last and win."""
    return rnntui(*("train", *SMALL, "--steps", "2"), *arguments, stdin=stdin, terminal=terminal)


def own_text() -> Path:
    """A text that a tenth of can be held out."""
    return text_file(TINY_TEXT)


# What it writes.


def test_json_is_one_event_a_line_and_nothing_else() -> None:
    outcome = train(own_text(), "--name", "a", "--json")
    events = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith("\n")
    assert [event["event"] for event in events] == [
        *("started", "saved", "step", "step", "evaluated", "sampled", "saved", "saved"),
        "finished",
    ]
    assert all({"event", "step", "elapsed_s"} <= event.keys() for event in events)


def test_the_lines_of_json_are_those_of_the_record() -> None:
    outcome = train(own_text(), "--name", "a", "--json")
    assert outcome.out == run_called("a").metrics.read_text()


def test_json_stays_json_on_a_terminal() -> None:
    outcome = train(own_text(), "--json", terminal=True)
    assert [json.loads(line) for line in outcome.out.splitlines()]


def test_a_pipe_gets_plain_lines() -> None:
    outcome = train(own_text(), "--name", "a")
    lines = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (0, "")
    assert "\x1b" not in outcome.out
    assert lines[0].startswith("Training 'a' on own: ")
    assert lines[1].startswith("step 1  epoch ")
    assert lines[-1].startswith("Done at step 2 after ")


def test_a_terminal_gets_a_display() -> None:
    outcome = train(own_text(), "--name", "a", terminal=True)
    assert outcome.code == 0
    assert "eta" in outcome.out
    assert "\x1b" in outcome.out
    assert "Training 'a' on own: " in outcome.out
    assert "Done at step 2" in outcome.out


def test_what_a_network_writes_is_not_obeyed_by_a_terminal() -> None:
    text = text_file("\t\x1b[31m" * 400)
    outcome = train(text, "--sample-length", "200", terminal=True)
    assert outcome.code == 0
    assert "␛" in outcome.out
    assert "\x1b[31m" not in outcome.out


def test_a_run_has_all_its_files_at_the_end() -> None:
    train(own_text(), "--name", "a")
    assert {path.name for path in run_called("a").path.iterdir()} == FILES


def test_runs_go_to_the_checkpoints_folder_which_is_made() -> None:
    assert not places.checkpoints_dir().exists()
    train(own_text(), "--name", "a")
    assert [folder.name for folder in list_runs(places.checkpoints_dir())] == ["a"]


# What it trains on, and by what name.


def test_without_a_text_it_takes_the_first_shipped_one_and_names_the_run_after_it() -> None:
    outcome = train()
    assert outcome.code == 0
    (folder,) = list_runs(places.checkpoints_dir())
    assert folder.name == f"{default_text_name()}-lstm-1"
    assert read_header(folder.last).corpus.name == default_text_name()


def test_a_run_without_a_name_is_called_by_its_text_its_cell_and_a_number() -> None:
    for _ in range(2):
        train(own_text(), "--cell", "gru")
    assert [folder.name for folder in list_runs(places.checkpoints_dir())] == [
        "own-gru-1",
        "own-gru-2",
    ]


def test_a_recipe_names_the_text_that_it_is_for() -> None:
    outcome = train("--recipe", "names", "--name", "a", "--epochs", "0")
    assert outcome.code == 0
    header = read_header(run_called("a").last)
    assert header.corpus.name == find_recipe("names").corpus
    assert header.config.cell == "gru"
    assert read_configuration(run_called("a"))["run"]["prime"] == "\n"


def test_flags_override_the_recipe() -> None:
    train(own_text(), "--recipe", "names", "--name", "a", "--cell", "rnn", "--prime", "hen")
    config = read_header(run_called("a").last).config
    assert (config.cell, config.hidden_size, config.schedule) == ("rnn", 8, "cosine")
    assert read_configuration(run_called("a"))["run"]["prime"] == "hen"


def test_every_setting_has_its_flag() -> None:
    given: dict[str, Any] = {
        "cell": "rnn",
        "nonlinearity": "relu",
        "input_encoding": "one-hot",
        "embedding_size": 3,
        "hidden_size": 6,
        "num_layers": 2,
        "dropout": 0.25,
        "normalise": ("lowercase",),
        "min_count": 2,
        "val_fraction": 0.2,
        "val_split": "lines",
        "batch_size": 3,
        "seq_length": 9,
        "window": 4,
        "state_carry": "never",
        "optimizer": "rmsprop",
        "learning_rate": 0.001,
        "schedule": "step",
        "warmup_steps": 1,
        "decay_factor": 0.9,
        "decay_epochs": 2.0,
        "final_learning_rate": 0.1,
        "clip_norm": 1.0,
        "clip_value": 0.5,
        "steps": 3,
        "patience": 4,
        "eval_every": 2,
        "save_every": 40.0,
        "sample_every": 3,
        "sample_length": 5,
        "seed": 9,
        "engine": "torch",
        "device": "cpu",
        "threads": 1,
    }
    flags: list[str] = []
    for name, value in given.items():
        shown = value[0] if isinstance(value, tuple) else value
        flags += ["--" + name.replace("_", "-"), str(shown)]
    assert train(own_text(), "--name", "a", *flags).code == 0
    config = read_header(run_called("a").last).config
    assert {name: getattr(config, name) for name in given} == given


def test_a_prime_that_is_no_text_is_made_one() -> None:
    outcome = train(own_text(), "--name", "a", "--prime", "the \ud800\x1b")
    assert outcome.code == 0
    assert read_configuration(run_called("a"))["run"]["prime"] == "the ?\x1b"


@pytest.mark.parametrize("flag", ["--prime", "--prime-file"])
def test_a_prime_has_line_ends_as_an_argument_and_in_a_file(flag: str) -> None:
    given = r"the\n" if flag == "--prime" else text_file("the\n", "prime.txt")
    assert train(own_text(), "--name", "a", flag, given).code == 0
    assert read_configuration(run_called("a"))["run"]["prime"] == "the\n"


def test_a_text_and_a_prime_can_not_both_be_standard_input() -> None:
    stated(train("-", "--prime-file", "-", "--name", "a"), "the text or the prime, not both")
    stated(train(own_text(), "--prime", "a", "--prime-file", "b"), "--prime and --prime-file")


def test_unknown_characters_of_a_prime_are_told_of() -> None:
    outcome = train(own_text(), "--name", "a", "--prime", "thé☃", "--json")
    told = [json.loads(line) for line in outcome.out.splitlines()]
    warned = [line["sentence"] for line in told if line["event"] == "warned"]
    assert warned == [
        "The prime has characters that the network never saw: 'é' -> 'e'; '☃' -> ' '."
    ]
    (sample,) = [line for line in told if line["event"] == "sampled"]
    assert sample["prime"] == "the "


def test_a_prime_that_no_sample_starts_from_is_passed_over_in_silence() -> None:
    outcome = train(own_text(), "--prime", "☃", "--sample-start", "text")
    assert "never saw" not in outcome.out


def test_a_budget_in_minutes_becomes_steps_that_are_kept() -> None:
    outcome = rnntui("train", own_text(), *SMALL, "--minutes", "0.0001", "--name", "a", "--json")
    events = [json.loads(line) for line in outcome.out.splitlines()]
    (settled,) = [event for event in events if event["event"] == "changed"]
    assert (settled["setting"], settled["old"]) == ("steps", 0)
    assert events[-1]["step"] == settled["new"] >= 1
    assert read_configuration(run_called("a"))["resolved"]["total_steps"] == settled["new"]
    stated(rnntui("train", "--resume", "a"), f"has taken all its {settled['new']} steps")


def test_a_budget_takes_the_place_of_the_recipes() -> None:
    assert rnntui("train", own_text(), *SMALL, "--epochs", "1", "--name", "a").code == 0
    config = read_header(run_called("a").last).config
    assert (config.epochs, config.steps, config.minutes) == (1, 0, 0.0)


def test_standard_input_is_a_text() -> None:
    outcome = train("-", "--name", "a", stdin=TINY_TEXT.encode())
    assert outcome.code == 0
    note = read_header(run_called("a").last).corpus
    assert (note.name, note.source, note.characters) == ("stdin", "standard input", len(TINY_TEXT))


def test_a_run_on_standard_input_is_named_after_it_and_resumes() -> None:
    train("-", stdin=TINY_TEXT.encode())
    outcome = rnntui("train", "--resume", "stdin-lstm-1", "--steps", "3")
    assert outcome.code == 0
    assert "Resuming at step 2" in outcome.out


def test_a_folder_of_texts_is_a_text() -> None:
    folder = own_text().parent / "texts"
    folder.mkdir()
    (folder / "one.txt").write_text(TINY_TEXT)
    (folder / "two.txt").write_text("zebra")
    assert train(folder, "--name", "a").code == 0
    assert "z" in read_header(run_called("a").last).vocabulary


def test_several_texts_are_joined_listed_and_resumed() -> None:
    one, folder = own_text(), own_text().parent / "texts"
    folder.mkdir()
    (folder / "two.txt").write_text("zebra")
    outcome = train(one, folder, "--name", "a")
    assert outcome.code == 0
    assert "Read 2 files, joined in this order, each on a new line: " in outcome.out
    header = read_header(run_called("a").last)
    assert "z" in header.vocabulary
    assert rnntui("train", "--resume", "a", "--steps", "3").code == 0
    assert rnntui("train", one, folder, "--resume", "a", "--steps", "4").code == 0
    stated(rnntui("train", folder, one, "--resume", "a", "--steps", "5"), "is not the one")


def test_several_texts_give_their_run_a_name() -> None:
    one = own_text()
    other = one.parent / "other.txt"
    other.write_text("zebra")
    assert train(one, other).code == 0
    assert run_called(f"{one.stem}-1-lstm-1").last.exists()


def test_a_text_in_another_encoding_is_read_by_it() -> None:
    text = text_file(("grün und weiß, " * 80).encode("cp1252"))
    assert train(text, "--text-encoding", "cp1252", "--name", "a").code == 0
    header = read_header(run_called("a").last)
    assert header.corpus.text_encoding in ("cp1252", "windows-1252")
    assert {"ü", "ß"} <= set(header.vocabulary.symbols)


def test_a_detected_encoding_is_announced() -> None:
    outcome = train(text_file(("grün und weiß, viele Häuser dort " * 80).encode("cp1252")))
    assert outcome.code == 0
    assert "(detected); name another with --text-encoding." in outcome.out


def test_normalisations_add_up_in_their_own_order() -> None:
    text = text_file("The CAT\nSat\n\n" * 100)
    flags = ("--normalise", "join-lines", "--normalise", "lowercase")
    assert train(text, *flags, "--name", "a").code == 0
    header = read_header(run_called("a").last)
    assert header.normalisation.steps == ("lowercase", "join-lines")
    assert set(header.vocabulary.symbols) == set("the cat sat")


def test_a_short_text_shrinks_the_batches_and_says_so() -> None:
    outcome = train("hello", "--name", "a")
    assert outcome.code == 0
    assert "The text is too short for 4 sequences of 16 characters" in outcome.out
    assert "too short to hold 10% out" in outcome.out


def test_the_weights_do_not_depend_on_how_the_training_is_shown() -> None:
    train(own_text(), "--name", "a")
    train(own_text(), "--name", "b", "--json", terminal=True)
    one, other = (load_checkpoint(run_called(name).last) for name in "ab")
    assert all((one.weights[name] == other.weights[name]).all() for name in one.weights)


# What it refuses.


def test_a_taken_name_is_refused_by_a_sentence_that_names_resume() -> None:
    train(own_text(), "--name", "a")
    before = run_called("a").metrics.read_bytes()
    outcome = train(own_text(), "--name", "a")
    stated(outcome, "a run called 'a' already", "--resume a", "--name")
    assert run_called("a").metrics.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("nonsense",), "There is no text, file or folder called 'nonsense'"),
        (("no/such/file.txt",), "There is no file or folder"),
        (("--recipe", "nonsense"), "There is no recipe 'nonsense'"),
        (("--recipe", ""), "There is no recipe ''"),
        (("--name", ""), "can't be a run's name"),
        (("--name", "a/b"), "can't be a run's name"),
        (("--name", "x" * 101), "can't be a run's name"),
        (("--normalise", "nonsense"), "There is no normalisation 'nonsense'"),
        (("--normalise", "nfc", "--normalise", "nfd-jamo"), "exclude one another"),
        (("--text-encoding", "nonsense", "play"), "nonsense"),
        (("--init-from", "nonsense"), "There is no run called 'nonsense'"),
        (("--init-from", ""), "There is no run called ''"),
        (("--resume", "nonsense"), "There is no run called 'nonsense'"),
        (("--resume", ""), "There is no run called ''"),
        (("--device", "nonsense"), "--device"),
        (("--steps", "0", "--epochs", "0"), "exactly one of --epochs, --steps and --minutes"),
        (("--epochs", "1"), "exactly one of --epochs, --steps and --minutes"),
    ],
    ids=repr,
)
def test_what_is_not_there_or_can_not_be_is_stated(arguments: tuple[str, ...], part: str) -> None:
    stated(train(*arguments), part)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--hidden-size", "0"), ("--hidden-size", "-1"), ("--hidden-size", "9000")),
        *(("--num-layers", "0"), ("--num-layers", "65"), ("--embedding-size", "0")),
        *(("--dropout", "1"), ("--dropout", "-0.1"), ("--dropout", "nan")),
        *(("--val-fraction", "-0.1"), ("--val-fraction", "1"), ("--val-fraction", "nan")),
        *(("--batch-size", "0"), ("--seq-length", "0"), ("--window", "-1")),
        *(("--learning-rate", "0"), ("--learning-rate", "-1"), ("--learning-rate", "nan")),
        *(("--learning-rate", "inf"), ("--clip-norm", "-1"), ("--clip-value", "nan")),
        *(("--epochs", "-1"), ("--steps", "-1"), ("--minutes", "-1"), ("--minutes", "nan")),
        *(("--patience", "-1"), ("--eval-every", "-1"), ("--save-every", "nan")),
        *(("--sample-length", "0"), ("--sample-every", "-1"), ("--seed", "-1")),
        *(("--threads", "-1"), ("--threads", "100000"), ("--decay-factor", "2")),
    ],
)
def test_a_value_out_of_bounds_is_stated_by_its_flag(flag: str, value: str) -> None:
    stated(train(own_text(), flag, value), f"{flag} must lie between")
    assert not places.checkpoints_dir().exists()


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--cell", "nonsense"), ("--cell", ""), ("--optimizer", "adamx")),
        *(("--schedule", "nonsense"), ("--state-carry", "nonsense"), ("--engine", "fortran")),
        *(("--hidden-size", "many"), ("--hidden-size", "1.5"), ("--learning-rate", "fast")),
        *(("--nonlinearity", "sigmoid"), ("--input-encoding", "bytes")),
    ],
)
def test_a_value_of_the_wrong_kind_is_wrong_usage(flag: str, value: str) -> None:
    misused(train(own_text(), flag, value), flag)


def test_an_empty_text_is_stated() -> None:
    stated(train(text_file(b"")), "is empty")
    stated(train("-", stdin=b""), "empty")


def test_a_binary_file_is_stated() -> None:
    stated(train(text_file(bytes(range(256)) * 40, "picture.png")), "picture.png")


def test_a_text_of_one_character_is_stated() -> None:
    stated(train(text_file("a")), "fewer than two characters")


def test_a_recipe_file_that_is_damaged_is_stated() -> None:
    stated(train("--recipe", text_file("[network\n", "bad.toml")), "bad.toml", "can't be read")
    stated(train("--recipe", text_file("[network]\nunits = 3\n", "own.toml")), "'units'")


def test_a_place_that_can_not_be_written_is_stated() -> None:
    places.checkpoints_dir().write_text("a file is in the way")
    stated(train(own_text(), "--name", "a"), "can't be made")


def test_a_device_that_is_not_there_is_stated_before_there_is_a_run() -> None:
    stated(train(own_text(), "--device", "nonsense", "--name", "a"), "--device nonsense")
    assert not run_called("a").path.exists()
    assert train(own_text(), "--name", "a").code == 0


def test_a_loss_that_is_not_finite_is_stated_and_the_last_good_checkpoint_stays() -> None:
    flags = ("--cell", "rnn", "--nonlinearity", "relu", "--optimizer", "sgd", "--clip-norm", "0")
    outcome = train(
        *(own_text(), "--name", "a", *flags, "--learning-rate", "100", "--steps", "200"), "--json"
    )
    stated(outcome, "no longer finite", "--learning-rate")
    assert json.loads(outcome.out.splitlines()[-1])["event"] == "failed"
    load_checkpoint(run_called("a").last)


def test_an_interruption_while_the_text_is_read_leaves_at_once_and_makes_no_run() -> None:
    class Impatient(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            signal.raise_signal(signal.SIGINT)
            return super().read(size)

    outcome = rnntui("train", "-", *SMALL, "--name", "a", stdin=Impatient(b"never read"))
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "")
    assert not run_called("a").path.exists()
