"""`rnntui eval`: how well a network predicts a text, beside the baselines."""

import json
import math

import pytest

from rnntui.text.batches import split
from tests.command_line import SMALL, Outcome, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, tiny_corpus


def train(*arguments: str) -> None:
    """Train a run called `a` for twenty steps."""
    flags = ("--name", "a", "--steps", "20", *SMALL)
    assert rnntui("train", text_file(TINY_TEXT), *flags, *arguments).code == 0


def figures(*arguments: object) -> dict[str, object]:
    """What `eval --json` says."""
    outcome = rnntui("eval", *map(str, arguments), "--json")
    assert outcome.code == 0, outcome
    (line,) = outcome.out.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def forget_the_text() -> None:
    """Delete what the run was trained on, its encoded form too."""
    from rnntui import places

    for path in (text_file(""), *places.cache_dir().rglob("*")):
        if path.is_file():
            path.unlink()


def test_without_a_text_the_held_out_part_is_measured() -> None:
    train()
    found = figures("a")
    _, held_out = split(tiny_corpus().ids, 0.1)
    assert found["text"] == "own, held-out part"
    assert found["characters"] == len(held_out) - 1
    assert found["unknown_characters"] == 0


def test_json_has_the_network_and_the_baselines() -> None:
    train()
    found = figures("a")
    loss, baselines = found["loss"], found["baselines"]
    assert isinstance(loss, float)
    assert isinstance(baselines, list)
    assert found["bits_per_char"] == pytest.approx(loss / math.log(2))
    assert found["perplexity"] == pytest.approx(math.exp(loss))
    assert [line["name"] for line in baselines][:2] == ["uniform", "unigram"]
    assert baselines[2]["name"].endswith("-gram (Witten-Bell)")
    assert baselines[0]["loss"] == pytest.approx(math.log(len(set(TINY_TEXT))))
    assert baselines[2]["loss"] < baselines[1]["loss"] < baselines[0]["loss"]


def test_the_table_has_the_same_figures() -> None:
    train()
    found = figures("a")
    outcome = rnntui("eval", "a")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.lstrip().startswith("own, held-out part: ")
    assert f"{found['characters']} characters predicted" in outcome.out
    rows = [line.split() for line in outcome.out.splitlines()]
    network = next(row for row in rows if row[:1] == ["network"])
    assert network[1:] == [
        f"{found['loss']:.4f}",
        f"{found['bits_per_char']:.3f}",
        f"{found['perplexity']:,.2f}",
    ]
    assert {"uniform", "unigram"} <= {row[0] for row in rows if row}


def test_the_loss_is_that_of_the_training_at_its_best() -> None:
    train()
    best = json.loads(
        next(
            line
            for line in reversed(run_called("a").metrics.read_text().splitlines())
            if '"full": true' in line and '"best": true' in line
        )
    )
    assert figures("a")["loss"] == pytest.approx(best["val_loss"], rel=1e-6)


def test_another_text_is_measured_with_its_unknown_characters_left_out_and_counted() -> None:
    train()
    other = text_file("The cat — sat on Ömat.\n" * 30, "other.txt")
    unknown = sum(c not in TINY_TEXT for c in "The cat — sat on Ömat.\n") * 30
    outcome = rnntui("eval", "a", other, "--json")
    found = json.loads(outcome.out)
    assert found["text"] == "other"
    assert found["unknown_characters"] == unknown
    assert found["characters"] == 23 * 30 - unknown - 1
    assert outcome.err == (
        f"rnntui: {unknown} of 690 characters are outside the network's vocabulary"
        " and were left out.\n"
    )
    assert len(found["baselines"]) == 3


def test_the_learned_text_is_easier_than_a_strange_one() -> None:
    train()
    strange = text_file("mmm ttt eee hhh nnn " * 30, "strange.txt")
    easy, hard = (
        figures("a", text_file(TINY_TEXT, "copy.txt"))["loss"],
        figures("a", strange)["loss"],
    )
    assert isinstance(easy, float)
    assert isinstance(hard, float)
    assert easy < hard


def test_a_text_in_another_encoding_is_read_by_it() -> None:
    train()
    other = text_file("the cät sat. ".encode("cp437") * 30, "other.txt")
    assert figures("a", other, "--text-encoding", "cp437")["unknown_characters"] == 30


def test_several_texts_are_measured_as_one() -> None:
    train()
    one, other = text_file(TINY_TEXT).with_name("one.txt"), text_file(TINY_TEXT).with_name("2.txt")
    one.write_text("the cat")
    other.write_text("a hen")
    assert figures("a", one, other)["text"] == "one+1"
    assert figures("a", one, other)["unknown_characters"] == 1  # the new line between


def test_where_nothing_was_held_out_it_says_so() -> None:
    train("--val-fraction", "0")
    outcome = rnntui("eval", "a", "--json")
    found = json.loads(outcome.out)
    assert found["text"] == "own"
    assert found["characters"] == len(TINY_TEXT) - 1
    assert outcome.err.startswith(
        "rnntui: Nothing was held out in training, so this is the training text:"
    )


def test_the_networks_normalisation_is_applied_to_the_text() -> None:
    train("--normalise", "lowercase")
    assert figures("a", text_file("THE CAT SAT. " * 30, "loud.txt"))["unknown_characters"] == 0


def test_a_run_trained_on_windows_is_measured_on_windows() -> None:
    train("--window", "5")
    _, held_out = split(tiny_corpus().ids, 0.1)
    assert figures("a")["characters"] == len(held_out) - 5


def test_a_fine_tuned_network_is_measured_on_its_own_text() -> None:
    train()
    other = text_file("Zoë sat on the hat. " * 80, "other.txt")
    flags = ("--init-from", "a", "--name", "b", "--steps", "3", "--threads", "1")
    assert rnntui("train", other, *flags, "--batch-size", "4", "--seq-length", "16").code == 0
    found = figures("b")
    assert (found["text"], found["unknown_characters"]) == ("other, held-out part", 0)


def test_a_text_that_has_grown_is_measured_as_it_was_only_when_told() -> None:
    train()
    before = figures("a")
    text = text_file(TINY_TEXT + "zebra")
    stated(
        rnntui("eval", "a"),
        "has changed since the network was trained on it",
        f"rnntui train {text} --init-from a ",
    )
    assert figures("a", "--old-text") == before
    told = rnntui("eval", "a", text)
    assert told.code == 0
    assert "Baselines are counted on the old one." in told.err


def test_a_text_that_is_too_short_is_stated() -> None:
    train()
    stated(rnntui("eval", "a", text_file("t", "short.txt")), "'short' has too few characters")
    stated(rnntui("eval", "a", text_file("ÄÖÜ" * 9, "strange.txt")), "'strange' has too few")


def test_a_text_that_is_gone_is_stated_and_needed_only_without_another() -> None:
    train()
    forget_the_text()
    stated(rnntui("eval", "a"), "The text 'own' can't be found again")
    outcome = rnntui("eval", "a", text_file("the cat sat. " * 30, "other.txt"), "--json")
    assert json.loads(outcome.out)["baselines"] == []
    assert outcome.err == (
        "rnntui: The training text 'own' can't be found again, so there are no baselines.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("nonsense",), "There is no run called 'nonsense'"),
        (("a", "nonsense"), "There is no text, file or folder called 'nonsense'"),
        (("a", "hello", "--text-encoding", "nonsense"), "nonsense"),
    ],
)
def test_what_is_not_there_is_stated(arguments: tuple[str, ...], part: str) -> None:
    train()
    stated(rnntui("eval", *arguments), part)


def test_a_damaged_checkpoint_is_stated() -> None:
    train()
    run_called("a").best.write_bytes(b"nonsense")
    outcome: Outcome = rnntui("eval", "a", "--json")
    stated(outcome, "is not a checkpoint that can be used")
    assert outcome.out == ""


def test_a_checkpoint_must_be_named() -> None:
    misused(rnntui("eval"), "checkpoint")
