"""Loggers get a run's events once each, after a resume, too, and can't end or change a training."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from rnntui import places
from rnntui.errors import ConfigError
from rnntui.tasks.characters.opening import events_of
from rnntui.tasks.characters.run import Run
from rnntui.training.events import Evaluated, Finished, Step, TrainEvent, Warned
from rnntui.training.loggers.finding import find_loggers, known_loggers
from rnntui.training.runs.changes import remove_run
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.classify_factories import tiny_labelled
from tests.command_line import SMALL, rnntui
from tests.factories import left_after, losses, names, only, resumed, tiny_run, trained

OTHER = '''
class Remembering:
    """Keeps what it is told, and fails at the step it is made to fail at."""

    told, earlier, fails_at, error = [], [], -1, None

    def start(self, run):
        Remembering.run = run
        Remembering.earlier = list(run.earlier())

    def event(self, event):
        if event.step == self.fails_at:
            raise self.error
        self.told.append(event)

    def close(self):
        self.told.append("closed")
'''


@pytest.fixture
def remembering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The logger `remembering`, which an installed package offers."""
    site = tmp_path / "site"
    about = site / "remembering-1.0.dist-info"
    about.mkdir(parents=True)
    (site / "remembering_logger.py").write_text(OTHER)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: remembering\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[rnntui.loggers]\nremembering = remembering_logger:Remembering\nbroken = no_module:It\n"
    )
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "remembering_logger", raising=False)
    ((_, logger),) = find_loggers(["remembering"])
    return type(logger)


def logged(run: Run, *log: str) -> list[TrainEvent]:
    return list(events_of(run, loggers=find_loggers(log)))


def rows(folder: RunFolder, name: str) -> list[dict[str, str]]:
    with (folder.logs / "csv" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_a_row_for_each_step_and_each_evaluation(tmp_path: Path):
    run = tiny_run(tmp_path)
    events = logged(run, "csv")
    steps, evaluations = rows(run.folder, "steps.csv"), rows(run.folder, "evaluations.csv")
    assert [float(row["loss"]) for row in steps] == [step.loss for step in only(Step, events)]
    told = only(Evaluated, events)
    assert [float(row["val_loss"]) for row in evaluations] == [one.val_loss for one in told]
    assert [row["best"] for row in evaluations] == [str(one.best) for one in told]
    assert {row["accuracy"] for row in evaluations} == {""}


def test_after_a_kill_and_a_resume_the_tables_are_those_of_a_run_never_stopped(tmp_path: Path):
    run = tiny_run(tmp_path, save_every=0.0)
    left_after(events_of(run, loggers=find_loggers(["csv"])), 13)
    with (run.folder.logs / "csv" / "steps.csv").open("a") as file:
        file.write("12,0.5,torn")
    logged(resumed(run), "csv")
    assert [int(row["step"]) for row in rows(run.folder, "steps.csv")] == list(range(1, 13))
    recorded = [(int(r["step"]), float(r["loss"])) for r in rows(run.folder, "steps.csv")]
    assert recorded == losses(run.folder)


def test_a_logger_of_another_package_gets_what_the_record_has(tmp_path: Path, remembering: type):
    run = tiny_run(tmp_path)
    events = logged(run, "remembering", "remembering")
    assert remembering.told == [*events, "closed"]
    assert remembering.run.settings["hidden_size"] == run.config.hidden_size
    assert list(read_events(run.folder)) == events
    assert "remembering" in known_loggers()


def test_a_resume_gives_a_logger_the_events_up_to_its_step(tmp_path: Path, remembering: type):
    run = tiny_run(tmp_path, save_every=0.0)
    left_after(events_of(run), 12)
    later = logged(resumed(run), "remembering")
    assert remembering.earlier + later == list(read_events(run.folder))
    assert remembering.run.step == later[0].step > 0


@pytest.mark.parametrize("fails_at", [0, 3, 12])
def test_a_logger_that_fails_is_said_once_and_the_others_go_on(
    fails_at: int, tmp_path: Path, remembering: type
):
    remembering.fails_at, remembering.error = fails_at, OSError(28, "No space left on device")
    run = tiny_run(tmp_path)
    events = logged(run, "remembering", "csv")
    (warned,) = only(Warned, events)
    assert "--log remembering has stopped (No space left on device)" in warned.sentence
    assert isinstance(events[-1], Finished)
    assert remembering.told[-1] == "closed"
    assert len(rows(run.folder, "steps.csv")) == 12
    assert list(read_events(run.folder)) == [event for event in events if event is not warned]


def test_a_logger_that_can_not_begin_is_said_after_the_first_event(tmp_path: Path):
    run = tiny_run(tmp_path)
    run.folder.logs.write_text("in the way")
    events = logged(run, "csv")
    assert names(events)[:2] == ["Started", "Warned"]
    assert names(events)[-1] == "Finished"


def test_a_training_with_loggers_is_bit_for_bit_the_same(tmp_path: Path, remembering: type):
    remembering.wants_gates = True
    plain, watched = (tiny_run(tmp_path / name, cell="lstm") for name in ("plain", "watched"))
    trained(plain)
    logged(watched, "csv", "tensorboard", "remembering")
    assert losses(plain.folder) == losses(watched.folder)
    one, other = load_file(plain.folder.last), load_file(watched.folder.last)
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_removed_run_takes_its_logs_along(tmp_path: Path):
    run = tiny_run(tmp_path)
    logged(run, "csv")
    assert not remove_run(tmp_path, "tiny").left
    assert not run.folder.path.exists()


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("tensorbord", "There is no logger called 'tensorbord'; there are tensorboard, wandb, csv"),
        ("broken", "The logger 'broken' of an installed package can't be loaded"),
    ],
)
def test_an_unknown_logger_is_refused(log: str, says: str, remembering: type):
    with pytest.raises(ConfigError, match=says):
        find_loggers([log])


@pytest.mark.parametrize("extra", ["tensorboard", "wandb"])
@pytest.mark.parametrize("command", [("train",), ("classify", "train"), ("race",)])
def test_without_its_extra_nothing_is_made(
    extra: str, command: Sequence[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, extra, None)
    refused = rnntui(*command, "--log", "csv", "--log", extra)
    assert refused.code == 1
    assert f"'rnntui[{extra}]'" in refused.err
    assert not places.checkpoints_dir().exists()


def test_classifiers_and_lanes_of_a_race_are_logged(tmp_path: Path):
    log = ("--log", "csv")
    texts = tiny_labelled(tmp_path / "texts.tsv")
    small = ("--threads", "1", "--hidden-size", "4", "--epochs", "1")
    assert rnntui("classify", "train", texts, *small, "--name", "c", *log).code == 0
    (row,) = rows(RunFolder(places.checkpoints_dir() / "c"), "evaluations.csv")
    assert 0 <= float(row["accuracy"]) <= 1
    (tmp_path / "text.txt").write_text("the cat sat on the mat. " * 60)
    lanes = ("--cell", "rnn,gru", "--steps", "4", "--engine", "torch", "--name", "r")
    assert rnntui("race", tmp_path / "text.txt", *SMALL, *lanes, *log).code == 0
    logs = sorted(places.checkpoints_dir().glob("r-*/logs/csv/steps.csv"))
    assert [len(path.read_text().splitlines()) for path in logs] == [5, 5]
