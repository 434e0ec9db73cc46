"""A resume takes another learning rate or schedule: recorded, and exactly repeatable."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rnntui.errors import CheckpointError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.opening import events_of
from rnntui.tasks.classification.opening import classify_events, resume_classify_run
from rnntui.training.commands import SetLearningRate, Stop
from rnntui.training.events import Changed, Step, TrainEvent, to_json
from rnntui.training.runs.folder import read_configuration, write_configuration
from rnntui.training.runs.record import read_events
from tests.classify_factories import (
    assert_same_classifier,
    classified,
    classify_run,
    resumed_classifier,
)
from tests.command_line import SMALL, rnntui, run_called, text_file
from tests.factories import (
    TINY_TEXT,
    Script,
    assert_same_training,
    copied,
    only,
    resumed,
    resumed_to_the_end,
    tiny_run,
    trained,
)

pytestmark = pytest.mark.slow

ALPHABET: dict[str, Any] = {
    "engine": "numpy",
    "cell": "rnn",
    "input_encoding": "one-hot",
    "initial_weights": "normal",
    "batch_size": 1,
    "state_carry": "never",
    "optimizer": "adagrad",
    "clip_norm": 0.0,
    "clip_value": 5.0,
}

ENGINES: list[dict[str, Any]] = [
    {"engine": "torch", "cell": "lstm", "dropout": 0.3},
    {"engine": "torch", "cell": "gru", "window": 6, "batch_size": 90, "optimizer": "rmsprop"},
    {"engine": "compiled", "cell": "gru", "average_decay": 0.9},
    ALPHABET,
]

CHANGES: list[dict[str, Any]] = [
    {"learning_rate": 0.03},
    {"schedule": "cosine", "final_learning_rate": 0.1},
    {"learning_rate": 0.03, "schedule": "step", "decay_epochs": 0.05, "steps": 14},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: "-".join(changes))
@pytest.mark.parametrize("settings", ENGINES, ids=lambda settings: settings["engine"])
def test_a_changed_run_that_is_killed_resumes_to_the_same_bit_for_bit(
    tmp_path: Path, settings: dict[str, Any], changes: dict[str, Any]
) -> None:
    whole = tiny_run(tmp_path / "whole", **settings)
    trained(whole, Script({2: [SetLearningRate(0.2)], 5: [Stop()]}))
    copies, events = [], []
    for event in events_of(resumed(whole, **changes)):
        events.append(event)
        copies.append(copied(whole.folder, tmp_path))
    # Right behind `Resumed`, in the change itself, and in the steps after it.
    for kill in (1, 2, len(changes) + 2, len(only(Changed, events)) + 4):
        assert_same_training(whole.folder, resumed_to_the_end(copies[kill - 1]))


def test_a_changed_classifier_that_is_killed_resumes_to_the_same_bit_for_bit(
    tmp_path: Path,
) -> None:
    changes = {"learning_rate": 0.05, "schedule": "cosine"}
    whole = classify_run(tmp_path / "whole", epochs=3)
    classified(whole, Script({5: [Stop()]}))
    copies, events = [], []
    for event in classify_events(resumed_classifier(whole, **changes)):
        events.append(event)
        copies.append(copied(whole.folder, tmp_path))
    assert [(each.setting, each.old, each.new) for each in only(Changed, events)] == [
        ("learning_rate", 0.01, 0.05),
        ("schedule", "constant", "cosine"),
    ]
    for kill in (1, 2, 6):
        copy = copies[kill - 1]
        classified(resume_classify_run(copy.path.parent, copy.name, {}))
        assert_same_classifier(whole.folder, copy)


def _rates(events: Sequence[TrainEvent]) -> list[float]:
    return [step.learning_rate for step in only(Step, events)]


def test_the_change_is_in_the_record_and_in_the_configuration(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=0.01)
    trained(run, Script({4: [Stop()]}))
    trained(resumed(run, learning_rate=0.002, schedule="cosine"))
    changes = only(Changed, list(read_events(run.folder)))
    assert [(each.step, each.setting, each.old, each.new) for each in changes] == [
        (4, "learning_rate", 0.01, 0.002),
        (4, "schedule", "constant", "cosine"),
    ]
    tables = read_configuration(run.folder)
    assert tables["optimizer"]["learning_rate"] == 0.002
    assert tables["optimizer"]["schedule"] == "cosine"
    assert tables["resolved"]["rates_given"] == 1


def test_a_schedule_counts_its_steps_from_the_start_of_the_run(tmp_path: Path) -> None:
    run = tiny_run(tmp_path / "resumed")
    trained(run, Script({4: [Stop()]}))
    rates = _rates(trained(resumed(run, schedule="cosine")))
    at_once = tiny_run(tmp_path / "at once", schedule="cosine")
    assert rates == _rates(trained(at_once))[4:]


@pytest.mark.parametrize("given", [0.5, 0.01], ids=["another one", "the run's own"])
def test_the_rate_that_is_given_counts_and_not_the_one_set_by_hand_before(
    tmp_path: Path, given: float
) -> None:
    run = tiny_run(tmp_path, learning_rate=0.01)
    trained(run, Script({2: [SetLearningRate(0.08)], 4: [Stop()]}))
    events = trained(resumed(run, learning_rate=given))
    assert set(_rates(events)) == {given}
    assert [(each.old, each.new) for each in only(Changed, events)] == [(0.08, given)]


def test_a_rate_set_by_hand_stays_where_only_the_schedule_is_another(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=0.01)
    trained(run, Script({2: [SetLearningRate(0.02)], 4: [Stop()]}))
    rates = _rates(trained(resumed(run, schedule="step", decay_factor=1.0)))
    assert set(rates) == {0.02}


def test_a_rate_that_the_run_has_already_is_no_change(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=0.01)
    trained(run, Script({4: [Stop()]}))
    before = run.folder.configuration.read_bytes()
    assert not only(Changed, trained(resumed(run, learning_rate=0.01)))
    assert run.folder.configuration.read_bytes() == before


def test_changes_one_after_another_all_stand_in_the_record(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=0.01)
    for stop, rate in ((3, 0.02), (3, 0.04), (3, 0.01)):
        trained(run, Script({stop: [Stop()]}))
        run = resumed(run, learning_rate=rate)
    events = trained(run)
    assert set(_rates(events)) == {0.01}
    changes = only(Changed, list(read_events(run.folder)))
    assert [(each.step, each.new) for each in changes] == [(3, 0.02), (6, 0.04), (9, 0.01)]


def test_what_is_being_trained_is_not_changed_by_a_resume_that_is_refused(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    training = events_of(run)
    next(training)
    before = run.folder.configuration.read_bytes()
    with pytest.raises(CheckpointError, match="being trained"):
        resumed(run, learning_rate=0.5)
    assert run.folder.configuration.read_bytes() == before


def test_a_run_of_an_older_version_has_been_given_no_rates(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script({4: [Stop()]}))
    tables = read_configuration(run.folder)
    del tables["resolved"]["rates_given"]
    write_configuration(run.folder, tables)
    assert resumed(run).rates_given == 0
    assert only(Changed, trained(resumed(run, learning_rate=0.5)))
    assert load_checkpoint(run.folder.last).header.progress.rates_given == 1


@pytest.mark.parametrize("count", ["-1", "9223372036854775807", "1.5", "'many'", "true"])
@pytest.mark.parametrize("kind", ["characters", "classifier"])
def test_a_count_that_is_none_is_a_damaged_configuration(
    tmp_path: Path, kind: str, count: str
) -> None:
    make: Callable[[Path], Any] = tiny_run if kind == "characters" else classify_run
    run = make(tmp_path)
    text = run.folder.configuration.read_text()
    run.folder.configuration.write_text(text.replace("rates_given = 0", f"rates_given = {count}"))
    with pytest.raises(CheckpointError, match="damaged"):
        (resumed if kind == "characters" else resumed_classifier)(run)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--learning-rate", "0.0125"), "learning_rate is 0.0125 from step 4 on"),
        (("--schedule", "cosine"), "schedule is cosine from step 4 on"),
    ],
)
def test_the_command_line_tells_of_it(flags: tuple[str, str], told: str) -> None:
    rnntui("train", text_file(TINY_TEXT), "--name", "a", "--steps", "4", *SMALL)
    outcome = rnntui("train", "--resume", "a", "--steps", "6", *flags)
    assert outcome.code == 0
    assert told in outcome.out
    changes = only(Changed, list(read_events(run_called("a"))))
    assert any(to_json(change).startswith('{"event": "changed", "step": 4,') for change in changes)
