"""`rnntui race`: lanes, table, picture, and going on after an interruption."""

import csv
import json
import os
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnntui.nets.cells import own
from tests.command_line import SMALL, Outcome, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, losses

FLAGS = (*SMALL, "--cell", "rnn,gru", "--engine", "torch", "--eval-every", "4")


def raced(*arguments: str | Path, **how: bool) -> Outcome:
    return rnntui("race", text_file(TINY_TEXT), *FLAGS, "--name", "r", *arguments, **how)


def test_two_lanes_race_and_leave_table_picture_and_runs(tmp_path: Path) -> None:
    svg, table = tmp_path / "r.svg", tmp_path / "r.csv"
    done = raced("--steps", "8", "--svg", svg, "--csv", table, "--sample", "20", "--prime", "the")
    assert done.code == 0, done
    assert "bits/char" in done.out
    assert done.out.count("the") >= 2
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert [(row["lane"], row["steps"], row["characters"]) for row in rows] == [
        ("r-rnn", "8", "512"),
        ("r-gru", "8", "512"),
    ]
    words = "".join(ElementTree.parse(svg).getroot().itertext())
    assert "rnn (" in words
    assert "rnntui race" in words
    assert "--svg" not in words
    assert len(losses(run_called("r-gru"))) == 8
    # Each is an ordinary run.
    assert rnntui("sample", "r-rnn", "--length", "5").code == 0
    assert rnntui("train", "--resume", "r-rnn", "--steps", "9").code == 0


def test_json_has_a_line_for_each_event_with_its_lane() -> None:
    done = raced("--steps", "4", "--json", "--sample", "7")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert {line["lane"] for line in lines} == {"r-rnn", "r-gru"}
    assert [line["event"] for line in lines[-2:]] == ["sampled", "sampled"]
    assert all(len(line["text"]) == 7 for line in lines[-2:])


def test_a_terminal_shows_a_table_that_lives() -> None:
    done = raced("--steps", "4", terminal=True)
    assert done.code == 0, done
    assert "finished" in done.out
    assert "parameters" in done.out


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_race_saves_all_lanes_and_goes_on(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    assert raced("--steps", "12").code == 0
    whole = {lane: losses(run_called(lane)) for lane in ("r-rnn", "r-gru")}

    sent: list[str] = []

    def heard(text: str) -> None:
        if "step 4 " in text and not sent:
            sent.append(text)
            os.kill(os.getpid(), number)

    flags = (*FLAGS, "--name", "b", "--steps", "12", "--slice", "64")
    broken = rnntui("race", text_file(TINY_TEXT), *flags, heard=heard)
    assert broken.code == code, broken
    assert "Stopped and saved" in broken.out
    svg = tmp_path / "b.svg"
    assert rnntui("race", "--resume", "b", "--svg", svg).code == 0
    assert {lane: losses(run_called(lane.replace("r-", "b-"))) for lane in whole} == whole
    assert svg.exists()
    stated(rnntui("race", "--resume", "b"), "have taken all their steps")


def test_recipes_race_each_other(tmp_path: Path) -> None:
    for name, size in (("small", 4), ("large", 9)):
        (tmp_path / f"{name}.toml").write_text(
            f"[network]\nhidden_size = {size}\n[budget]\nsteps = 2\n"
        )
    files = (tmp_path / "small.toml", tmp_path / "large.toml")
    flags = [flag for flag in SMALL if flag not in ("--hidden-size", "8")]
    done = rnntui("race", *files, text_file(TINY_TEXT), *flags, "--name", "r", "--steps", "2")
    assert done.code == 0, done
    assert run_called("r-small").is_saved
    assert run_called("r-large").is_saved


def test_equal_parameters_come_from_the_first_lane() -> None:
    done = raced("--steps", "2", "--equal-parameters", "--json")
    counts = [
        line["parameters"] for line in map(json.loads, done.out.splitlines()) if "run" in line
    ]
    assert len(counts) == 2
    assert abs(counts[0] - counts[1]) < 0.1 * counts[0]


def test_what_makes_no_race_is_refused() -> None:
    text = text_file(TINY_TEXT)
    stated(rnntui("race", text, "--steps", "2"), "2 to 6 lanes")
    stated(rnntui("race", text, "--cell", "rnn,gru", "--seed", "1,2,3,4"), "make 8")
    stated(rnntui("race", text, "--hidden-size", "8,x"), "--hidden-size takes whole numbers")
    stated(rnntui("race", text, "--learning-rate", "0.1,"), "--learning-rate takes numbers")
    stated(rnntui("race", text, "--threads", "1,2"), "the same --threads")
    stated(rnntui("race", text, "--hidden-size", "8,9", "--equal-parameters"), "first lane's")
    stated(rnntui("race", "--recipe", "alice,tiny"), "the same --normalise")
    stated(rnntui("race", "--resume", "none"), "There is no race called")
    stated(rnntui("race", "--resume", "none", "--name", "x"), "--name can't go with --resume")
    misused(rnntui("race", text, "--slice", "0"), "--slice")


def test_recipes_for_different_texts_need_one_text(tmp_path: Path) -> None:
    for corpus in ("play", "tale"):
        (tmp_path / f"{corpus}.toml").write_text(f"corpus = '{corpus}'\n[budget]\nsteps = 2\n")
    files = (tmp_path / "play.toml", tmp_path / "tale.toml")
    stated(rnntui("race", *files), "'play' and 'tale'", "one text for all lanes")


def test_a_cell_of_ones_own_is_given_to_a_resume_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "_registered", {})
    mine = tmp_path / "mine.py"
    assert rnntui("cells", "new", "mine", "--folder", tmp_path).code == 0
    flags = (*SMALL, "--cell", f"gru,{mine}", "--engine", "torch", "--name", "r", "--steps", "2")
    assert rnntui("race", text_file(TINY_TEXT), *flags).code == 0
    # A new process knows no cell but the built-in ones.
    monkeypatch.setattr(own, "_registered", {})
    stated(rnntui("race", "--resume", "r", "--steps", "4"), "--cell FILE")
    again = rnntui("race", "--resume", "r", "--cell", mine, "--steps", "4")
    assert again.code == 0, again
    assert len(losses(run_called("r-mine"))) == 4
    stated(rnntui("race", "--resume", "r", "--cell", "gru", "--steps", "5"), "--cell takes only")


def test_a_taken_name_is_refused() -> None:
    assert raced("--steps", "1").code == 0
    stated(raced("--steps", "1"), "There is a race called")
