"""A run as one zip file, by function and by command."""

import csv
import io
import os
import zipfile
from pathlib import Path

import pytest

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.events import Evaluated, Step
from rnntui.training.runs import export
from rnntui.training.runs.export import COLUMNS, export_run, write_csv
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.command_line import misused, rnntui, stated
from tests.factories import only, tiny_run, trained
from tests.run_files import bare_run, evaluated, finished, record, run_on_disk, step


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """The rows of the archive's table."""
    text = archive.read(f"{name}/metrics.csv").decode("ascii")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_archive_has_all_of_a_trained_run(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "runs")
    trained(run)
    target = tmp_path / "tiny.zip"
    export_run(run.folder, target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        own = ["run.toml", "metrics.jsonl", "samples.txt", "best.safetensors", "last.safetensors"]
        assert archive.namelist() == [f"tiny/{name}" for name in [*own, "metrics.csv"]]
        for name in own:
            assert archive.read(f"tiny/{name}") == (run.folder.path / name).read_bytes()
        archive.extractall(tmp_path / "out")
    assert load_checkpoint(RunFolder(tmp_path / "out" / "tiny").last).header.run == "tiny"
    assert (tmp_path / "out" / "tiny" / "metrics.csv").stat().st_mode & 0o444


def test_the_table_has_a_row_for_each_step_and_evaluation(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "runs")
    trained(run)
    export_run(run.folder, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as archive:
        rows = table(archive, "tiny")
    events = list(read_events(run.folder))
    steps = [row for row in rows if row["loss"]]
    assert [float(row["loss"]) for row in steps] == [event.loss for event in only(Step, events)]
    losses = [event.val_loss for event in only(Evaluated, events)]
    assert [float(row["val_loss"]) for row in rows if row["val_loss"]] == losses


def test_numbers_in_the_table_are_exact() -> None:
    file = io.StringIO()
    write_csv([step(7), evaluated(8), finished(8)], file)
    header, first, second = file.getvalue().splitlines()
    assert header == "step,elapsed_s,epoch,loss,learning_rate,grad_norm,val_loss"
    values = (getattr(step(7), name) for name in COLUMNS[:-1])
    assert first == ",".join(map(repr, values)) + ","
    assert second == f"8,4.0,,,,,{evaluated(8).val_loss!r}"


def test_a_run_that_has_not_begun_is_exported_with_an_empty_table(tmp_path: Path) -> None:
    folder = bare_run(tmp_path, "fresh")
    export_run(folder, tmp_path / "fresh.zip")
    with zipfile.ZipFile(tmp_path / "fresh.zip") as archive:
        assert archive.namelist() == ["fresh/run.toml", "fresh/metrics.csv"]
        assert table(archive, "fresh") == []


def test_a_file_from_before_1980_is_no_obstacle(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "old", record(3))
    os.utime(folder.metrics, (0, 0))
    export_run(folder, tmp_path / "old.zip")
    assert zipfile.is_zipfile(tmp_path / "old.zip")


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "one", record(3))
    target = tmp_path / "one.zip"
    target.write_text("precious")
    with pytest.raises(CheckpointError, match=r"There is a file .*one\.zip already"):
        export_run(folder, target)
    assert target.read_text() == "precious"


def test_a_link_to_nowhere_is_not_written_over(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "one", record(3))
    (tmp_path / "one.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="already"):
        export_run(folder, tmp_path / "one.zip")


def test_an_export_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder = run_on_disk(tmp_path / "runs", "one", record(3))
    monkeypatch.setattr(export, "write_csv", full)
    with pytest.raises(CheckpointError, match=r"can't be exported.*No space left"):
        export_run(folder, tmp_path / "one.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_place_that_cannot_be_written_to_is_stated(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path / "runs", "one", record(3))
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="can't be exported"):
        export_run(folder, tmp_path / "file" / "one.zip")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no run in"):
        export_run(RunFolder(tmp_path), tmp_path / "x.zip")


# The command.


def test_the_command_writes_where_it_is_told_to(tmp_path: Path) -> None:
    run_on_disk(places.checkpoints_dir(), "one", [*record(3), finished(3)])
    outcome = rnntui("checkpoints", "export", "one", "--to", tmp_path / "deep" / "kept.zip")
    assert (outcome.code, outcome.out) == (0, "")
    assert "Exported 'one' to" in outcome.err
    assert zipfile.is_zipfile(tmp_path / "deep" / "kept.zip")


def test_the_command_writes_to_the_current_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_on_disk(places.checkpoints_dir(), "one", record(3))
    monkeypatch.chdir(tmp_path)
    assert rnntui("checkpoints", "export", "one").code == 0
    assert zipfile.is_zipfile(tmp_path / "one.zip")
    stated(rnntui("checkpoints", "export", "one"), "one.zip already")


def test_the_command_names_a_run_that_is_not_there() -> None:
    stated(rnntui("checkpoints", "export", "none"), "There is no run called 'none'")
    misused(rnntui("checkpoints", "export"), "name")
