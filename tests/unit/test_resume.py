"""A training that was stopped or killed anywhere goes on as if it never had been."""

import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, ConfigError, CorpusError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.opening import events_of, fine_tuned_run, resume_run
from rnntui.tasks.characters.run import Run
from rnntui.text.corpus import Corpus, load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.commands import Pause, SaveNow, SetLearningRate, SingleStep, Stop
from rnntui.training.events import Finished, Sampled, Step, TrainEvent, Warned
from rnntui.training.runs.folder import RunFolder, read_configuration, write_configuration
from rnntui.training.runs.record import Record, read_events
from tests.factories import (
    NEVER,
    TINY_TEXT,
    Script,
    assert_same_tensors,
    assert_same_training,
    copied,
    killed_after,
    losses,
    names,
    only,
    resumed,
    resumed_to_the_end,
    story,
    tiny_config,
    tiny_run,
    trained,
)

pytestmark = pytest.mark.slow

EVERY_KIND: list[dict[str, Any]] = [
    {"cell": "rnn", "optimizer": "sgd", "learning_rate": 0.5},
    {"cell": "rnn", "nonlinearity": "relu", "optimizer": "adagrad", "learning_rate": 0.05},
    {"cell": "lstm", "optimizer": "adam", "num_layers": 2, "dropout": 0.4},
    {"cell": "gru", "optimizer": "rmsprop", "num_layers": 2, "dropout": 0.4},
    {"cell": "lstm", "input_encoding": "one-hot", "optimizer": "rmsprop", "state_carry": "always"},
    {"cell": "gru", "optimizer": "adam", "state_carry": "never", "clip_value": 0.01},
    {"cell": "gru", "optimizer": "adagrad", "state_carry": "always", "schedule": "step"},
    {"cell": "rnn", "window": 6, "batch_size": 90, "dropout": 0.3, "optimizer": "adam"},
    {"cell": "lstm", "window": 6, "batch_size": 90, "optimizer": "sgd", "schedule": "cosine"},
    {"cell": "lstm", "schedule": "cosine", "warmup_steps": 5, "final_learning_rate": 0.1},
    {"cell": "rnn", "schedule": "step", "decay_epochs": 0.3, "decay_factor": 0.7},
    {"cell": "gru", "val_fraction": 0.0, "state_carry": "always", "dropout": 0.2},
    {"cell": "lstm", "connections": "residual", "num_layers": 2, "average_decay": 0.9},
    {
        "cell": "rnn",
        "dropout": 0.3,
        "embedding_dropout": 0.2,
        "dropout_masks": "sequence",
        "initial_weights": "orthogonal",
    },
    {"cell": "gru", "optimizer": "adamw", "weight_decay": 0.1, "beta_2": 0.9},
]
"""Each cell, optimiser, schedule, state carry and kind of batch; two epochs and a bit of each."""


KEPT = tempfile.TemporaryDirectory()
"""Gone when the tests are over."""


@functools.cache
def unbroken(**settings: Any) -> Run:
    """A run trained to its end without a break, once for all tests."""
    run = tiny_run(Path(tempfile.mkdtemp(dir=KEPT.name)), **settings)
    trained(run)
    return run


def _named(settings: dict[str, Any]) -> str:
    return "-".join(str(value) for value in settings.values())


@pytest.mark.parametrize("settings", EVERY_KIND, ids=_named)
def test_a_run_stopped_and_resumed_is_bit_for_bit_one_never_stopped(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    settings = {"batch_size": 9, "seq_length": 20, "steps": 13, "epochs": 0, **settings}
    whole = unbroken(**settings)
    run = tiny_run(tmp_path / "broken", **settings)
    for stop_at in (0, 1, 4, 3):  # each counted from the stop before: steps 0, 1, 5 and 8
        trained(run, Script({stop_at: [Stop()]}))
        run = resumed(run)
    trained(run)
    assert_same_training(whole.folder, run.folder)


BUSY: dict[str, Any] = {
    "cell": "lstm",
    "dropout": 0.3,
    "batch_size": 9,
    "seq_length": 20,
    "steps": 8,
    "eval_every": 3,
    "sample_every": 2,
}


@pytest.mark.parametrize("save_every", [0.0, NEVER], ids=["saved often", "saved seldom"])
@pytest.mark.parametrize("val_fraction", [0.0, 0.1], ids=["no validation", "validation"])
def test_a_run_killed_after_any_event_resumes_to_the_same_record(
    tmp_path: Path, save_every: float, val_fraction: float
) -> None:
    whole = tiny_run(tmp_path / "whole", **BUSY, save_every=save_every, val_fraction=val_fraction)
    copies, events = [copied(whole.folder, tmp_path)], []
    for event in events_of(whole):
        events.append(event)
        copies.append(copied(whole.folder, tmp_path))
    for copy in copies[: _events_before_the_final_save(events)]:
        assert_same_training(whole.folder, resumed_to_the_end(copy))


def test_a_run_killed_before_any_line_of_its_record_resumes_to_the_same_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_run(tmp_path / "whole", **BUSY, save_every=0.0)
    copies: list[RunFolder] = []
    append = Record.append

    def copies_before(record: Record, event: TrainEvent) -> None:
        copies.append(copied(whole.folder, tmp_path))
        append(record, event)

    with monkeypatch.context() as patch:
        patch.setattr(Record, "append", copies_before)
        events = trained(whole)
    for copy in copies[: _events_before_the_final_save(events)]:
        assert_same_training(whole.folder, resumed_to_the_end(copy))


def _events_before_the_final_save(events: list[TrainEvent]) -> int:
    """Once the last step is saved there is nothing to go on with."""
    last_sample = max(place for place, event in enumerate(events) if isinstance(event, Sampled))
    assert names(events[last_sample + 1 :])[0] == "Saved"
    return last_sample + 1


def test_a_kill_in_the_middle_of_a_save_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_run(tmp_path / "whole", **BUSY, save_every=0.0)
    copies: list[RunFolder] = []

    def copies_before(path: Path) -> Any:
        copies.append(copied(whole.folder, tmp_path))
        return atomic_write(path)

    with monkeypatch.context() as patch:
        patch.setattr("rnntui.training.checkpoint_file.atomic_write", copies_before)
        trained(whole)
    for writes_before in (0, 1, 2, 3, 5):
        assert_same_training(whole.folder, resumed_to_the_end(copies[writes_before]))


def test_a_kill_between_the_best_and_the_last_checkpoint_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_run(tmp_path / "whole", **BUSY)
    copies: list[RunFolder] = []

    def copies_between(path: Path) -> Any:
        if path == whole.folder.last and whole.folder.best.exists():
            copies.append(copied(whole.folder, tmp_path))
        return atomic_write(path)

    with monkeypatch.context() as patch:
        patch.setattr("rnntui.training.checkpoint_file.atomic_write", copies_between)
        trained(whole)
    assert load_checkpoint(copies[0].last).header.progress.step == 0
    assert load_checkpoint(copies[0].best).header.progress.step == 3
    assert_same_training(whole.folder, resumed_to_the_end(copies[0]))


def test_a_kill_before_the_first_checkpoint_starts_afresh(tmp_path: Path) -> None:
    whole = unbroken()
    run = tiny_run(tmp_path / "broken")
    killed_after(run, 1)
    assert not run.folder.last.exists()
    again = resumed(run)
    assert again.resume_from is None
    trained(again)
    assert_same_training(whole.folder, again.folder)


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_last_line_is_dropped(tmp_path: Path, cut: int) -> None:
    whole = unbroken(save_every=0.0)
    run = tiny_run(tmp_path / "broken", save_every=0.0)
    killed_after(run, 13)
    content = run.folder.metrics.read_bytes()
    run.folder.metrics.write_bytes(content[:-cut])
    again = resumed(run)
    trained(again)
    assert losses(again.folder) == losses(whole.folder)


def test_torn_bytes_behind_the_checkpoint_are_dropped(tmp_path: Path) -> None:
    whole = unbroken()
    run = tiny_run(tmp_path / "broken")
    killed_after(run, 9)
    with run.folder.metrics.open("ab") as file:
        file.write(b'{"event": "step", "step": 9, "elap')
    again = resumed(run)
    trained(again)
    assert_same_training(whole.folder, again.folder)


SIGKILLED = """
import sys
from pathlib import Path
from rnntui.tasks.characters.opening import events_of
from tests.factories import tiny_run
run = tiny_run(Path(sys.argv[1]), cell="lstm", dropout=0.2, save_every=0.0, steps=10**9)
for _ in events_of(run):
    pass
"""


def test_a_real_sigkill_leaves_a_run_that_goes_on_exactly(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", SIGKILLED, str(tmp_path / "killed")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    metrics = tmp_path / "killed" / "tiny" / "metrics.jsonl"
    while child.poll() is None and not (
        metrics.exists() and metrics.read_bytes().count(b"\n") > 40
    ):
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    folder = tmp_path / "killed"
    reached = load_checkpoint(folder / "tiny" / "last.safetensors").header.progress.step
    assert reached >= 10
    steps = reached + 5
    again = resume_run(folder, "tiny", {"steps": steps})
    trained(again)
    whole = unbroken(cell="lstm", dropout=0.2, steps=steps)
    assert losses(again.folder) == losses(whole.folder)
    assert story(again.folder)[1:] == story(whole.folder)[1:]
    assert not list(again.folder.path.glob(".*.part"))


def test_a_resume_continues_the_seconds_and_the_count_of_lines(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({6: [Stop()]}))
    stopped = load_checkpoint(run.folder.last).header.progress
    events = trained(resumed(run))
    assert names(events)[0] == "Resumed"
    assert events[0].step == 6
    assert events[0].elapsed_s >= stopped.elapsed_s > 0
    recorded = list(read_events(run.folder))
    assert names(recorded)[stopped.events] == "Resumed"
    assert [event.step for event in only(Step, recorded)] == list(range(1, 13))
    assert load_checkpoint(run.folder.last).header.progress.events == len(recorded) - 1


def test_a_resume_keeps_a_learning_rate_set_by_hand(tmp_path: Path) -> None:
    script = {3: [SetLearningRate(0.01)]}
    whole = tiny_run(tmp_path / "whole", schedule="cosine")
    trained(whole, Script(script))
    run = tiny_run(tmp_path / "broken", schedule="cosine")
    trained(run, Script({**script, 5: [Stop()]}))
    again = resumed(run)
    trained(again)
    assert_same_training(whole.folder, again.folder)


def test_stopping_in_a_pause_and_resuming_goes_on_without_the_pause(tmp_path: Path) -> None:
    whole = unbroken()
    run = tiny_run(tmp_path / "broken")
    trained(run, Script({4: [Pause()]}, [[SaveNow()], [SingleStep()], [Stop()]]))
    again = resumed(run)
    trained(again)
    assert losses(again.folder) == losses(whole.folder)


def test_more_steps_than_before_lead_to_where_they_would_have_led_at_once(tmp_path: Path) -> None:
    whole = unbroken(steps=20)
    run = tiny_run(tmp_path / "longer", steps=9)
    trained(run)
    again = resumed(run, steps=20)
    trained(again)
    assert losses(again.folder) == losses(whole.folder)
    assert read_configuration(run.folder)["budget"]["steps"] == 20
    assert read_configuration(run.folder)["resolved"]["total_steps"] == 20


def test_a_run_that_has_taken_all_its_steps_says_how_to_give_it_more(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    with pytest.raises(ConfigError, match=r"all its 12 steps.*--steps"):
        resumed(run)


def test_a_refused_change_leaves_the_configuration_as_it_was(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({8: [Stop()]}))
    before = run.folder.configuration.read_bytes()
    with pytest.raises(ConfigError, match="all its 8 steps"):
        resumed(run, steps=5)
    assert run.folder.configuration.read_bytes() == before


@pytest.mark.parametrize("setting", ["cell", "hidden_size", "clip_norm", "seed", "batch_size"])
def test_what_would_change_the_network_or_its_steps_is_refused(
    tmp_path: Path, setting: str
) -> None:
    run = tiny_run(tmp_path)
    other = {"cell": "gru", "hidden_size": 6, "clip_norm": 0.5, "seed": 9, "batch_size": 2}
    with pytest.raises(ConfigError, match=f"--{setting.replace('_', '-')} can't change"):
        resumed(run, **{setting: other[setting]})


def test_a_run_ended_by_patience_takes_no_further_step_when_resumed(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, patience=1, learning_rate=5.0, steps=200, eval_every=2)
    assert only(Finished, trained(run))[0].reason == "patience"
    before = losses(run.folder)
    again = resumed(run)
    assert only(Finished, trained(again))[0].reason == "patience"
    assert losses(run.folder) == before


def test_a_run_ended_by_patience_goes_on_when_given_more(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"learning_rate": 5.0, "steps": 60, "eval_every": 2}
    whole = unbroken(**settings)
    run = tiny_run(tmp_path / "broken", patience=1, **settings)
    trained(run)
    again = resumed(run, patience=0)
    trained(again)
    assert losses(again.folder) == losses(whole.folder)


def test_a_changed_text_is_refused(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({3: [Stop()]}))
    (tmp_path / "tiny.txt").write_text(TINY_TEXT.replace("cat", "tac"), encoding="utf-8")
    _forget_encoded_texts()
    with pytest.raises(CorpusError, match="as it is no longer in the cache"):
        resumed(run)


def test_a_text_that_is_gone_is_said_so(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    (tmp_path / "tiny.txt").unlink()
    _forget_encoded_texts()
    with pytest.raises(CorpusError, match="can't be found again"):
        resumed(run)


def test_a_text_that_is_gone_but_encoded_still_trains(tmp_path: Path) -> None:
    whole = unbroken()
    run = tiny_run(tmp_path / "broken")
    trained(run, Script({3: [Stop()]}))
    (tmp_path / "broken" / "tiny.txt").unlink()
    again = resumed(run)
    trained(again)
    assert_same_training(whole.folder, again.folder)


def _forget_encoded_texts() -> None:
    for path in (Path(os.environ["RNNTUI_HOME"]) / "cache").rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("run", {}),
        ("resolved", {"eval_chars": "many", "total_steps": 0}),
        ("corpus", {"name": "tiny"}),
        ("versions", None),
        ("network", {"hidden_size": "five"}),
        ("network", {"fingers": 10}),
    ],
)
def test_a_damaged_configuration_is_said_so(tmp_path: Path, table: str, values: Any) -> None:
    run = tiny_run(tmp_path)
    tables = read_configuration(run.folder)
    if values is None:
        del tables[table]
    else:
        tables[table] = values
    write_configuration(run.folder, tables)
    with pytest.raises((CheckpointError, ConfigError)):
        resumed(run)


@pytest.mark.parametrize(
    ("section", "setting", "value"),
    [("batches", "batch_size", 2), ("optimizer", "optimizer", "sgd"), ("network", "cell", "gru")],
)
def test_a_checkpoint_of_another_configuration_is_refused(
    tmp_path: Path, section: str, setting: str, value: Any
) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({3: [Stop()]}))
    tables = read_configuration(run.folder)
    tables[section][setting] = value
    write_configuration(run.folder, tables)
    with pytest.raises(CheckpointError, match="not a checkpoint of the run"):
        resumed(run)


def test_a_position_that_the_text_does_not_have_is_refused(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({3: [Stop()]}))
    last = load_checkpoint(run.folder.last)
    progress = replace(last.header.progress, batch=10_000)
    save_checkpoint(replace(last, header=replace(last.header, progress=progress)), run.folder.last)
    with pytest.raises(CheckpointError, match="not a checkpoint of the run"):
        resumed(run)


def test_a_damaged_last_checkpoint_is_said_so_and_the_record_stays(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    record = run.folder.metrics.read_bytes()
    run.folder.last.write_bytes(run.folder.last.read_bytes()[:-1])
    with pytest.raises(CheckpointError):
        resumed(run)
    assert run.folder.metrics.read_bytes() == record


def test_a_run_that_is_being_trained_can_not_be_resumed_beside_it(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    training = iter(events_of(run))
    for _ in range(5):
        next(training)
    before = run.folder.metrics.read_bytes()
    with pytest.raises(CheckpointError, match="being trained"):
        trained(resumed(run))
    assert run.folder.metrics.read_bytes() == before
    assert names(list(training))[-1] == "Finished"


def test_warnings_of_the_start_are_not_repeated(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, batch_size=5000)
    assert only(Warned, trained(run, Script({3: [Stop()]})))
    assert not only(Warned, trained(resumed(run)))


def fine_tuned(parent: Path, start: Path) -> Run:
    """A run on another text, with a character more, that begins with a checkpoint's weights."""
    path = parent / "other.txt"
    parent.mkdir()
    path.write_text("ten hens sat; a Zebra met the cat. " * 40, encoding="utf-8")

    def load(config: TrainConfig) -> Corpus:
        return load_corpus(path, normalisation=Normalisation(config.normalise))

    return fine_tuned_run(parent, load, tiny_config(), (), "tiny", "", start)


@pytest.mark.parametrize("killed_at", [1, 2, 9])
def test_a_run_begun_with_another_networks_weights_resumes_exactly_too(
    tmp_path: Path, killed_at: int
) -> None:
    first = tiny_run(tmp_path / "first")
    trained(first)
    whole = fine_tuned(tmp_path / "whole", first.folder.best)
    events = trained(whole)
    assert any("'Z' (U+005A)" in event.sentence for event in only(Warned, events))
    run = fine_tuned(tmp_path / "broken", first.folder.best)
    killed_after(run, killed_at)
    again = resumed(run)
    trained(again)
    assert losses(again.folder) == losses(whole.folder)
    assert_same_tensors(again.folder.last, whole.folder.last)
