"""`rnntui sweep` with Optuna itself: trials, pruning, storages, interruptions, two processes."""

import json
import os
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import optuna
import psutil
import pytest

from rnntui import places
from rnntui.runtime.sweep.notes import read_note
from tests.command_line import Outcome, command, rnntui, run_called, text_file
from tests.factories import TINY_TEXT, losses
from tests.sweeps import SWEPT, space_file

States = optuna.trial.TrialState


def swept(*arguments: str | Path, space: Path | None = None, **how: Any) -> Outcome:
    return rnntui("sweep", space or space_file(), text_file(TINY_TEXT), *arguments, **how)


def trials_in(storage: Path, study: str) -> list[optuna.trial.FrozenTrial]:
    if storage.suffix == ".db":
        opened: Any = optuna.storages.RDBStorage(f"sqlite:///{storage}")
    else:
        backend = optuna.storages.journal.JournalFileBackend(str(storage))
        opened = optuna.storages.JournalStorage(backend)
    return optuna.load_study(study_name=study, storage=opened).trials


def test_trials_are_runs_and_the_best_can_be_trained_again(tmp_path: Path) -> None:
    best = tmp_path / "best.toml"
    done = swept("--trials", "3", "--pruner", "none", "--save-best", best)
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == [
        "trial 0 (1/3)",
        "trial 1 (2/3)",
        "trial 2 (3/3)",
    ]
    trials = trials_in(places.checkpoints_dir() / "space.journal", "space")
    assert [trial.state for trial in trials] == [States.COMPLETE] * 3
    note = read_note(run_called("space-1"))
    assert note is not None
    assert (note.study, note.number, note.state) == ("space", 1, "complete")
    assert note.values == trials[1].params
    # The same command has nothing left to do, and says the same.
    assert swept("--trials", "3", "--pruner", "none").out.splitlines() == lines[3:]
    recipe = tomllib.loads(best.read_text(encoding="utf-8"))
    assert (recipe["name"], recipe["kind"], recipe["budget"]["steps"]) == ("space-best", "train", 6)
    # Both the recipe and the command line train the best trial again.
    number = min(trials, key=lambda trial: trial.value or 9).number
    assert f"The best is trial {number} (space-{number})" in lines[3]
    assert rnntui("train", "--recipe", best, "--name", "recipe").code == 0
    words = lines[4].partition("rnntui ")[2].split()
    assert rnntui(*words, "--engine", "torch", "--name", "again").code == 0
    whole = losses(run_called(f"space-{number}"))
    assert losses(run_called("recipe")) == losses(run_called("again")) == whole
    # Each is an ordinary run, and its note goes with it.
    assert rnntui("sample", "space-0", "--length", "4").code == 0
    assert rnntui("train", "--resume", "space-0", "--steps", "7").code == 0
    assert rnntui("checkpoints", "remove", "space-0", "--yes").code == 0
    assert not run_called("space-0").path.exists()


def test_json_has_the_trainings_events_between_beginning_and_end() -> None:
    done = swept("--trials", "1", "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    kinds = [line["event"] for line in lines]
    assert (kinds[0], kinds[1]) == ("trialstarted", "started")
    assert kinds[-2:] == ["trialended", "sweepended"]
    assert {line["trial"] for line in lines[:-1]} == {0}
    assert lines[-1]["best"] == 0
    assert lines[-1]["command"].startswith("rnntui train ")


def test_the_grid_tries_each_combination_once_on_a_terminal(tmp_path: Path) -> None:
    grid = space_file('cell = ["rnn", "gru"]\n[optimizer]\nlearning_rate = [1e-3, 1e-2]\n', 4)
    storage = tmp_path / "grid.db"
    done = swept("--sampler", "grid", "--storage", storage, space=grid, terminal=True)
    assert done.code == 0, done
    assert "(4/4)" in done.out
    tried = {tuple(trial.params.values()) for trial in trials_in(storage, "space")}
    assert len(tried) == 4


def test_a_hopeless_trial_is_pruned_and_stays_a_run(tmp_path: Path) -> None:
    rates = "[optimizer]\nlearning_rate = [1e-2, 1e-8]\n"
    storage = tmp_path / "pruned.journal"
    flags = ("--sampler", "random", "--storage", storage)
    done = swept(*flags, "--trials", "12", space=space_file(rates))
    trials = trials_in(storage, "space")
    pruned = [trial for trial in trials if trial.state == States.PRUNED]
    assert pruned, done
    assert {trial.params["learning_rate"] for trial in pruned} == {1e-8}
    run = run_called(f"space-{pruned[0].number}")
    note = read_note(run)
    assert note is not None
    assert note.state == "pruned"
    assert len(losses(run)) < 6
    assert rnntui("train", "--resume", run.name).code == 0
    assert len(losses(run)) == 6


@pytest.mark.parametrize("storage", ["s.db", "s.journal"])
def test_an_interrupted_sweep_goes_on_with_the_same_trial(storage: str, tmp_path: Path) -> None:
    flags = ("--trials", "2", "--pruner", "none")
    assert swept(*flags, "--name", "whole").code == 0

    sent: list[str] = []

    def heard(text: str) -> None:
        if '"step": 3' in text and '"trial": 1' in text and not sent:
            sent.append(text)
            os.kill(os.getpid(), signal.SIGINT)

    flags = (*flags, "--name", "b", "--storage", tmp_path / storage)
    broken = swept(*flags, "--json", heard=heard)
    assert broken.code == 130, broken
    assert len(losses(run_called("b-1"))) < 6
    states = [trial.state for trial in trials_in(tmp_path / storage, "b")]
    assert states == [States.COMPLETE, States.RUNNING]
    again = swept(*flags)
    assert "trial 1: going on with b-1" in again.out
    assert [losses(run_called(f"b-{number}")) for number in (0, 1)] == [
        losses(run_called(f"whole-{number}")) for number in (0, 1)
    ]
    assert [len(trial.intermediate_values) for trial in trials_in(tmp_path / storage, "b")] == [
        3,
        3,
    ]


def test_without_locks_a_living_process_keeps_its_trial() -> None:
    def heard(text: str) -> None:
        if '"event": "step"' in text:
            os.kill(os.getpid(), signal.SIGINT)

    assert swept("--trials", "1", "--json", heard=heard).code == 130
    claim = places.checkpoints_dir() / ".space-0.claim"
    parent = psutil.Process().parent()
    assert parent is not None
    claim.write_text(f"{parent.pid} {parent.create_time()}")
    assert "1 trial is left to other processes." in swept("--trials", "1").out
    claim.write_text(f"{parent.pid} {parent.create_time() - 1}")
    assert "trial 0: going on with space-0" in swept("--trials", "1").out
    assert not claim.exists()


def test_another_space_or_text_is_no_longer_the_study() -> None:
    assert swept("--trials", "1").code == 0
    other = swept("--trials", "2", space=space_file(steps=7))
    assert (other.code, other.out) == (1, "")
    assert "begun with another steps" in other.err
    told = rnntui("sweep", space_file(), text_file(TINY_TEXT * 2, "two.txt"), "--trials", "2")
    assert "begun with another corpus" in told.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--storage", "study.txt"), "says no kind of storage"),
        (("--sampler", "best"), "There is no sampler 'best'; it is one of tpe, random, grid."),
        (("--pruner", "best"), "There is no pruner 'best'; it is one of median, hyperband, none."),
        (("--sampler", "grid"), "can't count the values of learning_rate"),
        (("--name", "../x"), "can't be a run's name"),
    ],
)
def test_a_wrong_option_is_told_before_anything_starts(flags: tuple[str, ...], said: str) -> None:
    done = swept(*flags)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert not list(places.checkpoints_dir().glob("*"))


def test_the_files_own_options_are_checked_too() -> None:
    for line, said in (
        ("sampelr = 'tpe'", "[sweep] has no 'sampelr'"),
        ("trials = 'many'", "'trials' in [sweep] must be a whole number"),
        ("trials = 0", "'trials' in [sweep] is out of bounds"),
    ):
        assert said in swept(space=space_file(f"{SWEPT}[sweep]\n{line}\n")).err


@pytest.mark.parametrize("name", ["broken.db", "broken.journal"])
def test_a_damaged_storage_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    storage = tmp_path / name
    storage.write_bytes(b"no storage\n" * 400)
    done = swept("--storage", storage)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("rnntui: The study's storage")
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_processes_share_a_study_and_a_killed_ones_trial_is_gone_on_with(tmp_path: Path) -> None:
    space, text, storage = space_file(steps=8), text_file(TINY_TEXT), tmp_path / "two.db"
    flags = ("--storage", storage, "--trials", "6", "--sampler", "random", "--pruner", "none")
    words = command("sweep", space, text, *flags, "--json")
    killed, other = (subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2))
    assert killed.stdout is not None
    outputs = []
    for line in killed.stdout:
        outputs.append(line)
        if '"event": "step"' in line:
            killed.kill()
            break
    outputs.append(killed.communicate()[0])
    # This process is the second one from here on.
    outputs.append(rnntui("sweep", space, text, *flags, "--json").out)
    outputs.append(other.communicate(timeout=120)[0])
    assert other.returncode == 0
    # The killed one's last line may be torn.
    lines = [line for output in outputs for line in output.splitlines() if line.endswith("}")]
    ended = [event["trial"] for event in map(json.loads, lines) if event["event"] == "trialended"]
    assert sorted(ended) == list(range(6))
    trials = trials_in(storage, "space")
    assert [trial.state for trial in trials] == [States.COMPLETE] * 6
    assert len({tuple(trial.params.values()) for trial in trials}) == 6
    assert [len(losses(run_called(f"space-{number}"))) for number in range(6)] == [8] * 6
