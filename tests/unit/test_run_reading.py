"""What a screen of runs reads: the list, its notes, and thinned-out curves."""

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import RnntuiError
from rnntui.runtime import run_list
from rnntui.runtime.curves import CurveReader, Curves
from rnntui.runtime.recorded import record_tail
from rnntui.runtime.run_list import ListedRun, RunList
from rnntui.runtime.run_reading import RunReading
from rnntui.tasks.summary import RunSummary, summarise
from rnntui.training.events import Failed, Paused, RolledBack, Sampled, TrainEvent
from rnntui.training.runs.record import Record
from tests.run_files import (
    NOW,
    bare_run,
    evaluated,
    finished,
    record,
    run_on_disk,
    step,
    written,
)


def curves_of(path: Path, events: Sequence[TrainEvent], most_points: int = 4000) -> Curves:
    path.write_text(written(events))
    return all_of(CurveReader(path, most_points))


def all_of(reader: CurveReader) -> Curves:
    curves = Curves()
    for news in reader.read():
        if news.rewound:
            curves = Curves()
        curves.add(news.curves)
    return curves


# Curves.


def test_all_points_of_a_short_record_are_read(tmp_path: Path) -> None:
    curves = curves_of(tmp_path / "m", record(40))
    assert curves.training.steps == list(range(1, 41))
    assert curves.training.seconds == [number * 0.5 for number in range(1, 41)]
    assert curves.training.bits_per_char[6] == pytest.approx(step(7).loss / math.log(2))
    assert curves.validation.steps == [20, 40]
    assert curves.validation.bits_per_char == pytest.approx(
        [evaluated(20).bits_per_char, evaluated(40).bits_per_char]
    )


def test_of_a_long_record_few_steps_are_read_but_all_evaluations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_tail, "BLOCK_BYTES", 10_000)
    curves = curves_of(tmp_path / "m", record(2000), most_points=100)
    assert 80 <= len(curves.training.steps) <= 101
    gaps = [b - a for a, b in zip(curves.training.steps, curves.training.steps[1:], strict=False)]
    assert max(gaps) < 2 * min(gaps)
    assert curves.validation.steps == list(range(20, 2001, 20))


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 200), st.integers(50, 3000))
def test_steps_that_are_read_are_in_order_and_true(
    tmp_path_factory: pytest.TempPathFactory, most: int, count: int, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_tail, "BLOCK_BYTES", block)
        curves = curves_of(tmp_path_factory.mktemp("m") / "m", record(count, eval_every=7), most)
    steps = curves.training.steps
    assert steps == sorted(set(steps))
    assert len(steps) <= most + 1
    assert curves.validation.steps == list(range(7, count + 1, 7))


def test_what_is_added_later_is_read_later(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_text(written(record(5)))
    reader = CurveReader(path)
    all_of(reader)
    assert list(reader.read()) == []
    with path.open("a") as file:
        file.write(written([step(6)]))
    assert all_of(reader).training.steps == [6]


def test_a_record_that_was_cut_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_text(written(record(9)))
    reader = CurveReader(path)
    all_of(reader)
    path.write_text(written(record(3)))
    news = list(reader.read())
    assert [part.rewound for part in news] == [True]
    assert news[0].curves.training.steps == [1, 2, 3]


def test_the_best_network_measured_at_the_end_is_no_step_back(tmp_path: Path) -> None:
    full = [replace(evaluated(number), full=True) for number in (40, 20)]
    curves = curves_of(tmp_path / "m", [*record(40), *full])
    assert curves.validation.steps == [20, 40, 40]


def test_a_roll_back_is_one(tmp_path: Path) -> None:
    events = [*record(40), RolledBack(40, 20.0, 20), step(21), evaluated(25)]
    curves = curves_of(tmp_path / "m", events)
    assert curves.training.steps[-2:] == [40, 21]
    assert curves.validation.steps == [20, 40, 25]


def test_text_that_looks_like_an_event_is_none(tmp_path: Path) -> None:
    trap = '\n{"event": "step", "step": 5, "elapsed_s": 1, "loss": 9}\n'
    curves = curves_of(tmp_path / "m", [step(1), Sampled(1, 0.5, trap, trap)])
    assert curves.training.steps == [1]


def test_damaged_lines_and_missing_losses_give_no_points(tmp_path: Path) -> None:
    path = tmp_path / "m"
    lines = [
        '{"event": "step", "step": 1}',
        '{"event": "step" nonsense',
        '{"event": "step", "step": "x", "elapsed_s": 1, "loss": 1}',
        '{"event": "evaluated", "step": 1, "elapsed_s": 1, "val_loss": null}',
        '{"event": "step", "step": 2, "elapsed_s": 1, "loss": ' + "9" * 400 + "}",
    ]
    path.write_text("\n".join(lines) + "\n" + written([step(3)]))
    curves = all_of(CurveReader(path))
    assert curves.training.steps == [3]
    assert curves.validation.steps == []


# The list.


def listed(parent: Path, now: float = NOW) -> dict[str, ListedRun]:
    return {run.name: run for run in RunList(parent, lambda: now).look()}


def test_runs_are_listed_with_their_states_and_notes(tmp_path: Path) -> None:
    run_on_disk(tmp_path, "done", [*record(20), finished(20)], total_steps=20)
    run_on_disk(tmp_path, "stopped", [*record(5), finished(5, "stopped")])
    run_on_disk(tmp_path, "killed", record(5))
    run_on_disk(tmp_path, "failed", [*record(5), Failed(5, 2.5, "The disk is full.")])
    bare_run(tmp_path, "new")
    run_on_disk(tmp_path, "broken", record(5)).last.write_bytes(b"x")
    runs = listed(tmp_path)
    assert {name: run.state for name, run in runs.items()} == {
        "done": "finished",
        "stopped": "stopped",
        "killed": "stopped",
        "failed": "failed",
        "new": "new",
        "broken": "damaged",
    }
    assert [runs[name].note for name in ("done", "stopped", "new")] == ["", "", ""]
    assert "process is gone" in runs["killed"].note
    assert runs["failed"].note == "The disk is full."
    assert "is not a checkpoint" in runs["broken"].note


def test_a_run_in_training_shows_its_record_and_grows_quiet(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "live", record(5))
    lock = Record(folder, keep_lines=100)
    lock.append(step(9))
    os.utime(folder.metrics, (NOW, NOW))
    run = listed(tmp_path, NOW + 10)["live"]
    assert run.summary is not None
    assert (run.state, run.summary.step, run.summary.elapsed_s) == ("training", 9, 4.5)
    assert run.note == ""
    quiet = listed(tmp_path, NOW + 31)["live"]
    assert quiet.state == "quiet"
    assert "written nothing for 31 s" in quiet.note
    lock.append(Paused(9, 4.5))
    os.utime(folder.metrics, (NOW, NOW))
    paused = listed(tmp_path, NOW + 31)["live"]
    assert paused.state == "paused"
    assert "has paused" in paused.note
    lock.close()
    assert listed(tmp_path)["live"].state == "stopped"


def test_a_run_that_let_go_of_is_noticed_though_no_file_changed(tmp_path: Path) -> None:
    runs = RunList(tmp_path, lambda: NOW)
    folder = run_on_disk(tmp_path, "live", record(5))
    lock = Record(folder, keep_lines=100)
    os.utime(folder.metrics, (NOW, NOW))
    assert [run.state for run in runs.look()] == ["training"]
    lock.close()
    assert [run.state for run in runs.look()] == ["stopped"]


def test_a_run_that_has_not_changed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(folder: object, clock: object) -> RunSummary:
        summary = summarise(folder, clock)  # type: ignore[arg-type]
        read.append(summary.name)
        return summary

    monkeypatch.setattr(run_list, "summarise", counted)
    run_on_disk(tmp_path, "a", record(5))
    other = run_on_disk(tmp_path, "b", record(5))
    runs = RunList(tmp_path, lambda: NOW)
    runs.look()
    runs.look()
    assert read == ["a", "b"]
    other.metrics.write_text(written(record(6)))
    runs.look()
    assert read == ["a", "b", "b"]


def test_a_folder_that_is_none_has_no_runs_and_a_forbidden_one_is_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(tmp_path / "none") == {}

    def forbidden(parent: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(run_list, "list_runs", forbidden)
    with pytest.raises(RnntuiError, match="can't be read"):
        listed(tmp_path)


# Both together.


def test_curves_of_runs_come_by_name_and_go_on_where_they_were(tmp_path: Path) -> None:
    run_on_disk(tmp_path, "a", record(3))
    folder = run_on_disk(tmp_path, "b", record(4))
    reading = RunReading(tmp_path, lambda: NOW)
    assert list(reading.curves(["a"])) == []
    reading.runs()
    counts = {name: len(news.curves.training.steps) for name, news in reading.curves(["b", "a"])}
    assert counts == {"b": 4, "a": 3}
    assert list(reading.curves(["a", "b", "gone"])) == []
    with folder.metrics.open("a") as file:
        file.write(written([step(5)]))
    assert [(n, news.curves.training.steps) for n, news in reading.curves(["a", "b"])] == [
        ("b", [5])
    ]


def test_a_record_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "a", record(3))
    folder.metrics.unlink()
    folder.metrics.mkdir()
    reading = RunReading(tmp_path, lambda: NOW)
    reading.runs()
    assert list(reading.curves(["a"])) == []
