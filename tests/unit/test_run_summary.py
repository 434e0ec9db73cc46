"""A run in one line."""

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rnntui.errors import CheckpointError
from rnntui.tasks.summary import QUIET_SECONDS, RunSummary, summarise
from rnntui.training.commands import Stop
from rnntui.training.events import Changed, Continued, Evaluated, Paused, Sampled, Saved
from rnntui.training.runs import record_end
from rnntui.training.runs.record import Record
from tests.classify_factories import classified, classify_run
from tests.factories import Script, only, resumed, tiny_run, trained


def test_a_finished_run_is_summed_up_from_its_last_checkpoint(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, cell="gru", num_layers=2)
    events = trained(run)
    summary = summarise(run.folder)
    best = min(event.val_loss or math.inf for event in only(Evaluated, events) if not event.full)
    assert summary == RunSummary(
        name="tiny",
        corpus="tiny",
        cell="gru",
        size="2x5",
        best_bits_per_char=best / math.log(2),
        step=12,
        total_steps=12,
        elapsed_s=summary.elapsed_s,
        state="finished",
        characters_per_step=21,
    )
    assert summary.elapsed_s > 0


def test_a_run_without_a_checkpoint_is_new_and_summed_up_from_its_configuration(
    tmp_path: Path,
) -> None:
    run = tiny_run(tmp_path, cell="lstm")
    expected = RunSummary("tiny", "tiny", "lstm", "1x5", None, 0, 12, 0.0, "new", 21)
    assert summarise(run.folder) == expected


def test_a_step_on_windows_learns_a_character_from_each(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, window=4, steps=1)
    assert summarise(run.folder).characters_per_step == 3
    trained(run)
    assert summarise(run.folder).characters_per_step == 3


def test_a_run_broken_off_is_stopped_until_it_is_trained_again(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script(at={2: [Stop()]}))
    summary = summarise(run.folder)
    assert (summary.state, summary.step, summary.best_bits_per_char) == ("stopped", 2, None)
    trained(resumed(run))
    assert summarise(run.folder).state == "finished"


def test_a_run_whose_steps_are_not_settled_is_not_finished(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, minutes=5.0)
    trained(run, Script(at={3: [Stop()]}))
    summary = summarise(run.folder)
    assert (summary.state, summary.step, summary.total_steps) == ("stopped", 3, 0)


def test_a_run_that_no_longer_got_better_is_finished(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, patience=1, steps=400, learning_rate=3.0, eval_every=2)
    trained(run)
    summary = summarise(run.folder)
    assert summary.step < 400
    assert summary.state == "finished"


def test_a_run_that_could_not_go_on_has_failed(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, nonlinearity="relu", optimizer="sgd", learning_rate=100.0, clip_norm=0)
    trained(run)
    assert summarise(run.folder).state == "failed"


def test_a_run_in_training_says_so_with_and_without_a_checkpoint(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    record = Record(run.folder, keep_lines=0)
    assert summarise(run.folder).state == "training"
    record.close()
    trained(run)
    record = Record(run.folder, keep_lines=10_000)
    assert summarise(run.folder).state == "training"
    record.close()


def test_a_run_in_training_is_as_far_as_its_record(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    events = trained(run)
    record = Record(run.folder, keep_lines=10_000)
    record.append(replace(events[-1], step=40, elapsed_s=99.0))
    summary = summarise(run.folder)
    record.close()
    assert (summary.step, summary.elapsed_s) == (40, 99.0)
    assert summarise(run.folder).step == 12


def test_a_run_in_training_that_writes_nothing_for_a_while_is_quiet(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    record = Record(run.folder, keep_lines=0)
    os.utime(run.folder.metrics, (1000.0, 1000.0))
    assert summarise(run.folder, lambda: 1000.0 + QUIET_SECONDS).state == "training"
    assert summarise(run.folder, lambda: 1001.0 + QUIET_SECONDS).state == "quiet"
    record.close()


def test_a_pause_lasts_whatever_is_done_in_it(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    record = Record(run.folder, keep_lines=0)
    states = []
    for event in (
        Paused(3, 1.0),
        Saved(3, 1.0, path="last.safetensors"),
        Changed(3, 1.0, setting="learning_rate", old=0.5, new=0.25),
        Sampled(3, 1.0, prime="", text="a" * 5000),
        Continued(3, 1.0),
        Saved(3, 1.0, path="last.safetensors"),
    ):
        record.append(event)
        states.append(summarise(run.folder).state)
    record.close()
    assert states == ["paused"] * 4 + ["training"] * 2


def test_a_run_without_a_held_out_part_is_judged_by_its_training(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, val_fraction=0.0, steps=120)
    trained(run)
    bits = summarise(run.folder).best_bits_per_char
    assert bits is not None
    assert 0 < bits < math.log2(12)


@pytest.mark.parametrize("block", [record_end._BLOCK_BYTES, 37, 400])
def test_a_classifiers_figure_is_the_accuracy_of_its_best_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(record_end, "_BLOCK_BYTES", block)
    run = classify_run(tmp_path, epochs=6, learning_rate=0.3)
    events = only(Evaluated, classified(run))
    best = min(events, key=lambda event: event.val_loss or math.inf)
    assert best.step < events[-1].step
    summary = summarise(run.folder)
    assert (summary.best_accuracy, summary.best_bits_per_char) == (best.accuracy, None)
    assert summary.figure == f"acc {best.accuracy:.1%}"


def test_a_classifier_that_held_nothing_out_has_no_figure(tmp_path: Path) -> None:
    run = classify_run(tmp_path, val_fraction=0.0)
    assert summarise(run.folder).figure == ""
    classified(run)
    assert summarise(run.folder).figure == ""
    run.folder.metrics.unlink()
    assert summarise(run.folder).figure == ""


def test_a_damaged_checkpoint_is_stated(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    run.folder.last.write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match="not a checkpoint that can be used"):
        summarise(run.folder)


@pytest.mark.parametrize("content", ["[run\n", "", "[network]\ncell = 'lstm'\n"])
def test_a_damaged_configuration_is_stated(tmp_path: Path, content: str) -> None:
    run = tiny_run(tmp_path)
    run.folder.configuration.write_text(content)
    with pytest.raises(CheckpointError, match=r"run\.toml"):
        summarise(run.folder)
