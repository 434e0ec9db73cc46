"""A run keeps small checkpoints on request, which change nothing else about it."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.training.commands import Stop
from rnntui.training.runs.changes import remove_run, rename_run
from rnntui.training.runs.export import export_run
from rnntui.training.runs.folder import RunFolder, run_of
from rnntui.training.runs.kept import kept_file, kept_steps, nearest_kept
from tests.classify_factories import classified, classify_run
from tests.command_line import SMALL, rnntui, run_called, stated, text_file
from tests.factories import (
    TINY_TEXT,
    Script,
    assert_same_tensors,
    assert_same_training,
    killed_after,
    resumed,
    tiny_run,
    trained,
)
from tests.tables import records


def kept_run(parent: Path, **settings: Any) -> Run:
    run = tiny_run(parent, **{"keep_every": 4, **settings})
    trained(run)
    return run


def test_weights_are_kept_every_so_many_steps_from_the_first_on(tmp_path: Path) -> None:
    folder = kept_run(tmp_path).folder
    assert kept_steps(folder) == (0, 4, 8, 12)
    kept, last = load_checkpoint(kept_file(folder, 12)), load_checkpoint(folder.last)
    for name, array in last.weights.items():
        assert array.tobytes() == kept.weights[name].tobytes()
    assert not kept.optimizer
    assert not kept.state
    assert kept.header.progress.step == 12
    assert kept_file(folder, 12).stat().st_size < folder.last.stat().st_size


def test_averages_are_kept_beside_the_weights(tmp_path: Path) -> None:
    folder = kept_run(tmp_path, average_decay=0.9).folder
    kept, last = load_checkpoint(kept_file(folder, 12)), load_checkpoint(folder.last)
    for name, array in last.averages.items():
        assert array.tobytes() == kept.averages[name].tobytes()


def test_nothing_is_kept_unasked(tmp_path: Path) -> None:
    folder = kept_run(tmp_path, keep_every=0).folder
    assert not folder.kept.exists()


def test_keeping_changes_neither_record_nor_weights(tmp_path: Path) -> None:
    assert_same_training(
        kept_run(tmp_path / "kept").folder, kept_run(tmp_path / "not", keep_every=0).folder
    )


def test_a_resume_drops_what_was_kept_after_its_position_and_keeps_it_again(
    tmp_path: Path,
) -> None:
    whole = kept_run(tmp_path / "whole", keep_every=1, eval_every=100)
    run = tiny_run(tmp_path / "broken", keep_every=1, eval_every=100)
    killed_after(run, 10)
    # The last save was at the beginning.
    assert kept_steps(run.folder)[-1] > 3
    again = resumed(run)
    killed_after(again, 1)
    assert kept_steps(run.folder) == (0,)
    trained(resumed(run))
    assert_same_training(whole.folder, run.folder)
    assert kept_steps(run.folder) == tuple(range(13))
    for step in range(13):
        assert_same_tensors(kept_file(whole.folder, step), kept_file(run.folder, step))


def test_a_stopped_run_goes_on_keeping(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, keep_every=4)
    trained(run, Script({8: [Stop()]}))
    assert kept_steps(run.folder) == (0, 4, 8)
    trained(resumed(run, keep_every=2))
    assert kept_steps(run.folder) == (0, 4, 8, 10, 12)


def test_a_classifier_keeps_its_weights_too(tmp_path: Path) -> None:
    run = classify_run(tmp_path, keep_every=2)
    classified(run)
    steps = kept_steps(run.folder)
    assert steps[:2] == (0, 2)
    assert not load_classifier(kept_file(run.folder, 2)).optimizer


def test_the_nearest_one_at_or_before_a_step_is_found(tmp_path: Path) -> None:
    folder = kept_run(tmp_path).folder
    assert [nearest_kept(folder, step)[0] for step in (0, 3, 4, 11, 500)] == [0, 0, 4, 8, 12]
    kept_file(folder, 0).unlink()
    with pytest.raises(CheckpointError, match="first kept checkpoint is of step 4"):
        nearest_kept(folder, 3)
    with pytest.raises(CheckpointError, match="--keep-every"):
        nearest_kept(RunFolder(tmp_path / "none"), 3)


def test_kept_files_are_the_runs_own(tmp_path: Path) -> None:
    folder = kept_run(tmp_path).folder
    assert run_of(tmp_path, kept_file(folder, 4)) == folder
    renamed = rename_run(tmp_path, "tiny", "other")
    assert kept_steps(renamed) == (0, 4, 8, 12)
    export_run(renamed, tmp_path / "other.zip")
    with zipfile.ZipFile(tmp_path / "other.zip") as archive:
        assert "other/kept/step-000012.safetensors" in archive.namelist()
    (renamed.kept / ".step-000016.safetensors.0123.part").touch()
    assert not remove_run(tmp_path, "other").left
    assert not renamed.path.exists()


def test_other_files_among_the_kept_ones_stay(tmp_path: Path) -> None:
    folder = kept_run(tmp_path).folder
    (folder.kept / "notes.txt").touch()
    (folder.kept / "step-4.safetensors").touch()
    assert kept_steps(folder) == (0, 4, 8, 12)
    assert remove_run(tmp_path, "tiny").left == ("kept",)
    assert sorted(path.name for path in folder.kept.iterdir()) == [
        "notes.txt",
        "step-4.safetensors",
    ]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "step-000004.safetensors").touch()
    run = tiny_run(tmp_path, keep_every=4)
    run.folder.kept.symlink_to(elsewhere)
    assert kept_steps(run.folder) == ()
    assert "symbolic link" in trained(run)[-1].sentence  # type: ignore[attr-defined]
    remove_run(tmp_path, "tiny")
    assert [path.name for path in elsewhere.iterdir()] == ["step-000004.safetensors"]


def test_the_commands_take_a_network_as_it_was(tmp_path: Path) -> None:
    flags = (*SMALL, "--engine", "torch", "--steps", "6", "--keep-every", "2", "--name", "a")
    assert rnntui("train", text_file(TINY_TEXT), *flags).code == 0
    said = "This is the network of 'a' after step 4."
    for command in (
        ("sample", "a", "--length", "9"),
        ("eval", "a"),
        ("trace", "the", "--checkpoint", "a"),
        ("trace", "the", "--checkpoint", "a", "--gradients"),
    ):
        done = rnntui(*command, "--at-step", "5")
        assert done.code == 0, done
        assert said in done.err, command
    young = rnntui("sample", run_called("a").kept / "step-000004.safetensors", "--length", "9")
    assert young.out == rnntui("sample", "a", "--at-step", "4", "--length", "9").out
    assert "4, after the steps 0; 2; 4; 6" in rnntui("checkpoints", "show", "a").out
    stated(rnntui("sample", "a:last", "--at-step", "4"), "no run called")
    stated(rnntui("trace", "--recipe", "hello", "--at-step", "4"), "--at-step goes with")


@pytest.mark.parametrize("lens", ["--neurons", "--influence", "--surprise", "--map"])
def test_each_lens_looks_at_a_kept_network_and_names_its_step(lens: str) -> None:
    kept_run(places.checkpoints_dir())
    young = run_called("tiny").kept / "step-000004.safetensors"
    text = () if lens == "--map" else ("the cat",)
    table = places.checkpoints_dir() / "table.csv"
    flags = ("trace", *text, lens, "--json", "--checkpoint")
    at_step = rnntui(*flags, "tiny", "--at-step", "7", "--csv", table)
    found = [json.loads(line) for line in at_step.out.splitlines()]
    assert {one.pop("at_step") for one in found} == {4}
    assert found == [json.loads(line) for line in rnntui(*flags, young).out.splitlines()]
    assert {line["at_step"] for line in records(table)} == {"4"}


def test_a_classifier_predicts_and_is_measured_as_it_was() -> None:
    run = classify_run(places.checkpoints_dir(), keep_every=2)
    classified(run)
    kept = kept_file(run.folder, 2)
    for command, more in (("predict", ("a lovely lamp",)), ("eval", ())):
        young = rnntui("classify", command, run.folder.path, *more, "--at-step", "3", "--json")
        assert f"the network of '{run.folder.path}' after step 2." in young.err
        assert young.out == rnntui("classify", command, kept, *more, "--json").out
        assert young.code == 0
