"""`rnntui checkpoints`: the runs."""

import os
from pathlib import Path

import pytest

from rnntui import places
from rnntui.nets.config import parameter_count
from rnntui.tasks.characters.checkpoint import read_header
from rnntui.training.runs.folder import RunFolder, create_run_folder, list_runs, read_configuration
from rnntui.training.runs.record import Record
from tests.classify_factories import classified, classify_run
from tests.command_line import SMALL, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, killed_after, tiny_run


def train(name: str, *arguments: str) -> None:
    """Train a run for four steps."""
    flags = ("--name", name, "--steps", "4", *SMALL)
    assert rnntui("train", text_file(TINY_TEXT), *flags, *arguments).code == 0


def names_in(folder: Path) -> list[str]:
    """The names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def listed() -> dict[str, list[str]]:
    """The rows of the list by the runs' names."""
    outcome = rnntui("checkpoints", "list")
    assert outcome.code == 0
    rows = [line.split() for line in outcome.out.splitlines() if line.strip()][2:]
    return {row[0]: row[1:] for row in rows}


# The list.


def test_without_runs_it_says_what_makes_one() -> None:
    outcome = rnntui("checkpoints", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert "There are no runs in" in outcome.err
    assert "'rnntui train' makes one" in outcome.err


def test_the_list_has_a_line_for_each_run() -> None:
    train("b", "--cell", "gru", "--num-layers", "2")
    train("a")
    rows = listed()
    assert list(rows) == ["a", "b"]
    kind, corpus, cell, size, best, steps, _, state = rows["b"]
    assert (kind, corpus, cell) == ("characters", "own", "gru")
    assert (size, steps, state) == ("2x8", "4", "finished")
    assert 0 < float(best) < 10


def test_a_run_that_was_broken_off_or_never_begun_is_listed_as_such() -> None:
    run = tiny_run(places.checkpoints_dir())
    assert listed()["tiny"][-1] == "new"
    killed_after(run, 8)
    assert listed()["tiny"][-1] == "stopped"


def test_a_run_in_training_is_listed_as_such() -> None:
    train("a")
    record = Record(run_called("a"), keep_lines=10_000)
    assert listed()["a"][-1] == "training"
    record.close()
    assert listed()["a"][-1] == "finished"


def test_a_damaged_run_is_named_and_the_others_are_listed() -> None:
    train("a")
    train("b")
    run_called("a").last.write_bytes(b"nonsense")
    outcome = rnntui("checkpoints", "list")
    assert outcome.code == 0
    assert "is not a checkpoint that can be used" in outcome.err
    assert "finished" in outcome.out
    assert str(run_called("a").last) in outcome.err


# One run.


def test_a_checkpoint_is_shown_with_its_layers() -> None:
    train("a", "--normalise", "lowercase")
    outcome = rnntui("checkpoints", "show", "a")
    assert (outcome.code, outcome.err) == (0, "")
    header = read_header(run_called("a").best)
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "step 4 of 4" in lines
    assert "normalisation lowercase" in lines
    assert any(line.startswith("embedding B, T, 4 ") for line in lines)
    assert any(line.startswith("lstm 1 B, T, 8 ") for line in lines)
    assert f"total {parameter_count(header.model):,}" in lines


def test_a_run_means_its_best_checkpoint_and_the_last_can_be_named() -> None:
    train("a")
    assert "best.safetensors" in rnntui("checkpoints", "show", "a").out
    assert "last.safetensors" in rnntui("checkpoints", "show", "a:last").out


def test_a_checkpoint_before_its_first_evaluation_has_no_best() -> None:
    killed_after(tiny_run(places.checkpoints_dir()), 3)
    assert "none yet" in rnntui("checkpoints", "show", "tiny").out


@pytest.mark.parametrize("command", ["show", "remove"])
def test_a_run_that_is_not_there_is_stated(command: str) -> None:
    stated(rnntui("checkpoints", command, "nonsense"), "There is no run called 'nonsense'")


# Another name.


def test_a_run_is_renamed_with_all_its_files() -> None:
    train("a")
    files = {path.name: path.read_bytes() for path in run_called("a").path.iterdir()}
    outcome = rnntui("checkpoints", "rename", "a", "b c")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "rnntui: Renamed the run 'a' to 'b c'.\n"
    assert list(listed()) == ["b"]
    kept = {path.name: path.read_bytes() for path in run_called("b c").path.iterdir()}
    assert read_configuration(run_called("b c"))["run"]["name"] == "b c"
    assert {**kept, "run.toml": b""} == {**files, "run.toml": b""}


def test_a_renamed_run_is_shown_under_its_new_name() -> None:
    train("a")
    rnntui("checkpoints", "rename", "a", "b")
    lines = [line.split() for line in rnntui("checkpoints", "show", "b").out.splitlines()]
    assert ["run", "b"] in lines


def test_a_taken_name_is_refused() -> None:
    train("a")
    train("b")
    taken = rnntui("checkpoints", "rename", "a", "b")
    stated(taken, "There is a run called 'b' already; choose another name.")
    assert "--" not in taken.err
    stated(rnntui("checkpoints", "rename", "a", "a"), "a run called 'a' already")
    assert list(listed()) == ["a", "b"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "b:last", "-b", "\x1b[2J"])
def test_a_bad_name_is_refused(name: str) -> None:
    train("a")
    outcome = rnntui("checkpoints", "rename", "--", "a", name)
    stated(outcome, "can't be a run's name")
    assert "\x1b" not in outcome.err
    assert list(listed()) == ["a"]


def test_what_is_not_there_can_not_be_renamed() -> None:
    stated(rnntui("checkpoints", "rename", "nonsense", "a"), "There is no run called 'nonsense'")
    misused(rnntui("checkpoints", "rename", "nonsense"), "new_name")


# Away.


def test_a_run_is_removed_after_a_yes() -> None:
    train("a")
    outcome = rnntui("checkpoints", "remove", "a", stdin=b"y\n")
    assert (outcome.code, outcome.out.strip()) == (0, "")
    assert f"Delete {run_called('a').path} with its checkpoints? [y/N]" in outcome.err
    assert outcome.err.endswith("rnntui: Removed 'a'.\n")
    assert list_runs(places.checkpoints_dir()) == ()


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b""])
def test_a_run_stays_without_a_yes(answer: bytes) -> None:
    train("a")
    outcome = rnntui("checkpoints", "remove", "a", stdin=answer)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert list(listed()) == ["a"]


@pytest.mark.parametrize("flag", ["--yes", "-y"])
def test_nothing_is_asked_with_yes(flag: str) -> None:
    train("a")
    outcome = rnntui("checkpoints", "remove", "a", flag)
    assert (outcome.code, outcome.err) == (0, "rnntui: Removed 'a'.\n")
    assert not run_called("a").path.exists()


def test_a_run_in_training_is_neither_removed_nor_renamed() -> None:
    train("a")
    record = Record(run_called("a"), keep_lines=10_000)
    stated(rnntui("checkpoints", "remove", "a", "--yes"), "is being trained; stop it first")
    stated(rnntui("checkpoints", "rename", "a", "b"), "is being trained; stop it first")
    record.close()
    assert list(listed()) == ["a"]


def test_only_a_run_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    places.checkpoints_dir().mkdir()
    (places.checkpoints_dir() / "notes").mkdir()
    stated(rnntui("checkpoints", "remove", "notes", "--yes"), "There is no run called 'notes'")
    stated(rnntui("checkpoints", "remove", "..", "--yes"), "can't be a run's name")
    stated(rnntui("checkpoints", "remove", "", "--yes"), "can't be a run's name")
    assert (places.checkpoints_dir() / "notes").is_dir()


def test_a_folder_that_can_not_be_removed_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    train("a")
    monkeypatch.setattr(Path, "rmdir", refuse)
    outcome = rnntui("checkpoints", "remove", "a", "--yes")
    stated(outcome, "can't be removed entirely (Permission denied)", "delete it yourself")


@pytest.mark.parametrize("command", [("remove", "-y"), ("rename", "other")])
def test_a_folder_beside_the_runs_is_never_taken_for_one(
    command: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = RunFolder(tmp_path / "proj")
    create_run_folder(project, {"run": {"name": "proj"}})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proj" / "thesis.tex").touch()
    verb, argument = command
    stated(rnntui("checkpoints", verb, "proj", argument), "There is no run called 'proj'")
    for path in ("./proj", "../proj", str(project.path), "proj/"):
        outcome = rnntui("checkpoints", verb, path, argument)
        stated(outcome, "can't be a run's name")
    assert names_in(project.path) == ["run.toml", "thesis.tex"]


def test_files_that_are_not_the_runs_stay_and_are_named() -> None:
    train("a")
    folder = run_called("a").path
    (folder / "thesis.tex").touch()
    (folder / "figures").mkdir()
    (folder / ".last.safetensors.0123.part").touch()
    outcome = rnntui("checkpoints", "remove", "a", "-y")
    assert (outcome.code, outcome.out) == (0, "")
    assert f"but not {folder}, which holds other files: figures, thesis.tex." in outcome.err
    assert names_in(folder) == ["figures", "thesis.tex"]
    assert list_runs(places.checkpoints_dir()) == ()


def test_of_many_other_files_some_are_named() -> None:
    train("a")
    for number in range(9):
        (run_called("a").path / f"{number}\x1b.txt").touch()
    outcome = rnntui("checkpoints", "remove", "a", "-y")
    assert "and 4 more." in outcome.err
    assert "\x1b" not in outcome.err


def test_a_run_that_is_a_link_loses_the_link_alone(tmp_path: Path) -> None:
    train("a")
    elsewhere = tmp_path / "elsewhere"
    run_called("a").path.rename(elsewhere)
    run_called("a").path.symlink_to(elsewhere)
    assert rnntui("checkpoints", "rename", "a", "b").code == 0
    outcome = rnntui("checkpoints", "remove", "b", "-y")
    assert outcome.err == f"rnntui: Removed the link 'b'; the run itself is still in {elsewhere}.\n"
    assert not os.path.lexists(run_called("b").path)
    assert (elsewhere / "last.safetensors").is_file()


def test_a_link_among_a_runs_files_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    train("a")
    (tmp_path / "letter").write_text("Dear Sir")
    run_called("a").samples.unlink()
    run_called("a").samples.symlink_to(tmp_path / "letter")
    assert rnntui("checkpoints", "remove", "a", "-y").code == 0
    assert (tmp_path / "letter").read_text() == "Dear Sir"
    assert not run_called("a").path.exists()


def test_a_run_is_not_renamed_over_a_link_that_leads_nowhere() -> None:
    train("a")
    run_called("b").path.symlink_to("nowhere")
    stated(rnntui("checkpoints", "rename", "a", "b"), "There is a run called 'b' already")


def test_a_configuration_without_the_runs_table_is_not_renamed() -> None:
    train("a")
    run_called("a").configuration.write_text("run = 1")
    stated(rnntui("checkpoints", "rename", "a", "b"), "is damaged")
    assert run_called("a").path.is_dir()


def test_a_classifier_is_listed_and_shown_as_what_it_is() -> None:
    parent = places.checkpoints_dir().parent
    classified(classify_run(parent))
    (parent / "runs").rename(places.checkpoints_dir())
    assert listed()["tiny"][0] == "classifier"
    outcome = rnntui("checkpoints", "show", "tiny")
    assert outcome.code == 0
    assert "classes" in outcome.out
    assert "over time" in outcome.out
