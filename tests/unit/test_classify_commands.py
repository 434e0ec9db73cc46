"""`rnntui classify train`, `predict` and `eval`, as they are typed."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.training.runs.folder import read_configuration
from tests.classify_factories import tiny_labelled, tiny_tested
from tests.command_line import Outcome, misused, python, rnntui, run_called, stated
from tests.factories import losses

SMALL = (
    *("--threads", "1", "--device", "cpu", "--hidden-size", "4", "--embedding-size", "3"),
    *("--batch-size", "8", "--min-count", "1", "--save-every", "1e6"),
    *("--eval-every", "0"),
)


def corpus(name: str = "texts.tsv") -> Path:
    """Labelled texts in the test's own folder."""
    return tiny_labelled(Path(os.environ["RNNTUI_HOME"]) / name)


def train(
    *arguments: str | Path,
    terminal: bool = False,
    heard: Callable[[str], object] | None = None,
) -> Outcome:
    """Train a run called `a` for two epochs; flags given here come last and win."""
    flags = ("classify", "train", *SMALL, "--epochs", "2", "--name", "a")
    return rnntui(*flags, *arguments, terminal=terminal, heard=heard)


def test_json_is_the_record_and_nothing_else() -> None:
    outcome = train(corpus(), "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == run_called("a").metrics.read_text()
    told = [json.loads(line)["event"] for line in outcome.out.splitlines()]
    epoch = [*["step"] * 4, "evaluated", "saved"]
    assert [event for event in told[1:] if event != "saved"] == [
        event for event in (*epoch, *epoch, "finished") if event != "saved"
    ]
    assert (told[0], told[-2:]) == ("started", ["saved", "finished"])


def test_plain_lines_speak_of_texts_and_accuracy() -> None:
    outcome = train(corpus())
    first, *_, last = outcome.out.splitlines()
    assert "32 texts, 8 held out" in first
    assert "characters" not in outcome.out
    assert "val accuracy" in outcome.out
    assert last.startswith("Done at step 8")


def test_a_terminal_gets_a_bar_and_a_line_for_each_epoch() -> None:
    outcome = train(corpus(), terminal=True)
    assert outcome.code == 0
    assert outcome.out.count("val accuracy") == 2
    assert "texts/s" in outcome.out
    assert "char" not in outcome.out


def test_the_test_part_ends_a_training_with_a_confusion_matrix() -> None:
    outcome = train(tiny_tested(Path(os.environ["RNNTUI_HOME"]) / "films"))
    assert "test of the network of step" in outcome.out
    assert "taken for" in outcome.out
    assert outcome.out.index("accuracy") < outcome.out.index("taken for")


def test_an_interrupted_training_goes_on_exactly() -> None:
    interrupted: list[str] = []

    def heard(text: str) -> None:
        if '"step": 3' in text and not interrupted:
            interrupted.append(text)
            signal.raise_signal(signal.SIGINT)

    assert train(corpus(), "--json", heard=heard).code == 130
    step = load_classifier(run_called("a").last).header.progress.step
    assert 0 < step < 8
    assert rnntui("classify", "train", "--resume", "a").code == 0
    train(corpus(), "--name", "b")
    assert losses(run_called("a")) == losses(run_called("b"))


def test_predict_prints_the_class_and_each_probability() -> None:
    train(corpus())
    told = json.loads(rnntui("classify", "predict", "a", "it was lovely", "--json").out)
    probabilities = told["probabilities"]
    assert list(probabilities) == ["bad", "good"]
    assert sum(probabilities.values()) == pytest.approx(1.0)
    assert told["class"] == max(probabilities, key=probabilities.get)
    plain = rnntui("classify", "predict", "a", stdin=b"it was lovely\n").out
    assert plain.splitlines()[0] == told["class"]
    assert f"{probabilities['good']:.4f}" in plain
    unknown = rnntui("classify", "predict", "a", "xyzzy")
    assert "knows no word" in unknown.err


def test_eval_prints_accuracy_loss_and_confusion() -> None:
    train(corpus())
    told = json.loads(rnntui("classify", "eval", "a", "--json").out)
    part = told["parts"][0]
    assert (told["classes"], part["part"], part["texts"]) == (["bad", "good"], "held out", 8)
    right = part["confusion"][0][0] + part["confusion"][1][1]
    assert part["accuracy"] == right / 8
    other = json.loads(rnntui("classify", "eval", "a", corpus("other.tsv"), "--json").out)
    assert other["parts"][0]["part"] == "held out"  # the same texts under another name
    plain = rnntui("classify", "eval", "a").out
    assert f"accuracy {right / 8:.4f}" in plain
    assert "taken for" in plain


def test_how_a_table_was_read_is_kept_for_resume_and_eval() -> None:
    table = corpus("sms.tsv")
    rows = table.read_text().splitlines()[1:]
    table.write_text("\n".join((*rows, "no label", " \tbad")) + "\n")
    flags = ("--no-header", "--skip-bad", "--text-column", "1", "--label-column", "2")
    left_out = "Left out of sms.tsv: 2 of 42 texts: row 41 has 1 field and not 2, as most rows have"
    outcome = train(table, *flags)
    assert outcome.code == 0
    assert left_out in outcome.out
    kept = read_configuration(run_called("a"))["corpus"]
    assert (kept["no_header"], kept["skip_bad"], kept["texts"]) == (True, True, 40)
    assert load_classifier(run_called("a").best).header.corpus.skip_bad
    evaluated = rnntui("classify", "eval", "a")
    assert evaluated.code == 0
    assert "sms, held out: 8 texts" in evaluated.out
    assert evaluated.out == rnntui("classify", "eval", "a", table, *flags).out
    assert rnntui("classify", "train", "--resume", "a", "--epochs", "3").code == 0
    stated(rnntui("classify", "eval", "a", table, "--no-header"), "row 41", "--skip-bad")
    outcome = rnntui("classify", "stats", table, "--no-header", "--skip-bad", "--json")
    assert left_out in outcome.err
    stated(rnntui("classify", "eval", "a", "--skip-bad"), "--skip-bad go with a file")


def test_texts_that_have_grown_are_gone_on_with_as_they_were_only_when_told() -> None:
    table = corpus()
    train(table)
    before = rnntui("classify", "eval", "a").out
    table.write_text(table.read_text() + "one more\tgood\n")
    command = f"rnntui classify train {table} "
    resume = ("classify", "train", "--resume", "a", "--epochs", "3")
    stated(rnntui(*resume), "has changed since the run 'a'", command, "--old-text")
    stated(rnntui("classify", "eval", "a"), "has changed since the network", command)
    assert rnntui("classify", "eval", "a", "--old-text").out == before
    assert rnntui(*resume, "--old-text").code == 0
    assert load_classifier(run_called("a").last).header.progress.step == 12


def test_a_run_that_does_not_say_how_a_table_was_read_is_gone_on_with() -> None:
    train(corpus())
    configuration = run_called("a").configuration
    lines = configuration.read_text().splitlines()
    older = [line for line in lines if not line.startswith(("no_header", "skip_bad"))]
    assert len(older) == len(lines) - 2
    configuration.write_text("\n".join(older) + "\n")
    assert rnntui("classify", "train", "--resume", "a", "--epochs", "3").code == 0


def test_the_list_of_runs_has_a_classifiers_accuracy() -> None:
    outcome = train(corpus(), "--json")
    told = [json.loads(line) for line in outcome.out.splitlines()]
    best = min((line for line in told if "accuracy" in line), key=lambda line: line["val_loss"])
    assert f" acc {best['accuracy']:.1%} " in rnntui("checkpoints", "list").out


def test_bad_requests_get_a_sentence() -> None:
    texts = corpus()
    train(texts)
    stated(train(texts), "There is a run called 'a' already")
    for nothing in ("", " ", "?!"):
        stated(rnntui("classify", "predict", "a", nothing), "The text has no words")
    stated(rnntui("classify", "predict", "a", stdin=b"\xff\xfe\x00"), "save it as UTF-8")
    stated(rnntui("classify", "predict", "nosuch", "x"), "no run called 'nosuch'")
    stated(rnntui("classify", "eval", "a", "nosuch.tsv"), "nosuch.tsv")
    stated(rnntui("sample", "a"), "is a network that classifies; 'rnntui classify predict'")
    stated(rnntui("classify", "train", "--recipe", "default"), "of kind 'train'")
    stated(rnntui("classify", "train", "--resume", "a", "--name", "b"), "--name can't go with")
    stated(rnntui("classify", "train", "--text-column", "x"), "go with a file")
    stated(train(texts, "--name", "c", "--padding", "front"), "--max-length")
    stated(train(texts, "--name", "c", "--device", "nonsense"), "--device nonsense")
    assert not run_called("c").path.exists()
    misused(rnntui("classify", "train", "--pooling", "sum"), "--pooling", "'last'")


def test_the_commands_load_no_torch_until_they_run() -> None:
    program = (
        "import sys; import rnntui.cli.classify.train, rnntui.cli.classify.predict,"
        " rnntui.cli.classify.evaluate; sys.exit(bool({'torch', 'textual'} & set(sys.modules)))"
    )
    assert python(program).code == 0
