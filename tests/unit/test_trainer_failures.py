"""What goes wrong in a training ends as a sentence, and what was saved stays good."""

import errno
import math
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch

from rnntui.errors import CheckpointError, ConfigError
from rnntui.nets.char_model import CharModel
from rnntui.tasks.characters import torch_learner
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.opening import events_of
from rnntui.tasks.characters.run import Run
from rnntui.training.commands import Command, SaveNow, SetLearningRate, Stop
from rnntui.training.events import Evaluated, Failed, Saved, Step, TrainEvent, Warned
from rnntui.training.measure import Measure
from rnntui.training.runs import record
from rnntui.training.runs.lock import is_being_trained
from rnntui.training.runs.record import read_events
from tests.factories import Script, names, only, resumed, tiny_run, trained


def assert_failed_well(run: Run, events: list[TrainEvent], what: str) -> None:
    """The last event is a recorded failure, and the last checkpoint is a good one."""
    assert isinstance(events[-1], Failed)
    assert what in events[-1].sentence
    assert len(only(Failed, events)) == 1
    assert list(read_events(run.folder)) == events
    assert load_checkpoint(run.folder.last).header.progress.step <= events[-1].step
    assert not is_being_trained(run.folder)


def after_steps(monkeypatch: pytest.MonkeyPatch, steps: int, name: str, broken: Any) -> None:
    """Let something in the learner go wrong after so many calls."""
    whole, calls = getattr(torch_learner, name), []

    def breaks(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return whole(*args, **kwargs) if len(calls) <= steps else broken(*args, **kwargs)

    monkeypatch.setattr(torch_learner, name, breaks)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_fails_before_it_touches_a_weight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: float
) -> None:
    run = tiny_run(tmp_path, save_every=0.0)
    loss_of, losses = torch.nn.functional.cross_entropy, []

    def breaks(*args: Any, **kwargs: Any) -> torch.Tensor:
        losses.append(loss_of(*args, **kwargs))
        return losses[-1] * (loss if len(losses) > 3 else 1.0)

    monkeypatch.setattr(torch.nn.functional, "cross_entropy", breaks)
    events = trained(run)
    assert_failed_well(run, events, "loss is no longer finite at step 4")
    assert events[-1].step == only(Step, events)[-1].step == 3
    assert load_checkpoint(run.folder.last).header.progress.step == 3


def test_a_gradient_that_is_not_finite_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def norm_of_nothing(*_: object) -> float:
        return math.nan

    run = tiny_run(tmp_path)
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", norm_of_nothing)
    assert_failed_well(run, trained(run), "gradient is no longer finite at step 1")


EXPLODING: dict[str, Any] = {
    "cell": "rnn",
    "nonlinearity": "relu",
    "optimizer": "sgd",
    "learning_rate": 100.0,
    "clip_norm": 0.0,
    "steps": 50,
}


@pytest.mark.parametrize("save_every", [0.0, 1e6])
@pytest.mark.parametrize("eval_every", [1, 1000])
def test_a_network_that_explodes_leaves_its_last_good_checkpoint(
    tmp_path: Path, save_every: float, eval_every: int
) -> None:
    run = tiny_run(tmp_path, **EXPLODING, save_every=save_every, eval_every=eval_every)
    assert_failed_well(run, trained(run), "no longer finite")


def explode(weights: Any, *_: object) -> torch.Tensor:
    """Make gradients that are finite, but will not leave the weights so."""
    for weight in weights:
        weight.grad = torch.full_like(weight, 3e38)
    return torch.tensor(1.0)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    ("settings", "at", "what"),
    [
        ({"save_every": 0.0, "eval_every": 1000}, {}, "network"),
        ({"eval_every": 1}, {}, "validation loss"),
        ({"eval_every": 1000}, {1: [SaveNow()]}, "network"),
        ({"eval_every": 1000}, {1: [Stop()]}, "network"),
        ({"eval_every": 1000, "steps": 1}, {}, "validation loss"),
        ({"val_fraction": 0.0, "steps": 1}, {}, "network"),
        ({}, {}, "loss is no longer finite at step 2"),
    ],
)
def test_a_step_that_ruins_the_weights_is_never_saved(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    at: dict[int, list[Command]],
    what: str,
) -> None:
    run = tiny_run(tmp_path, optimizer="sgd", learning_rate=100.0, **settings)
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", explode)
    events = trained(run, Script(at))
    assert_failed_well(run, events, what)
    assert load_checkpoint(run.folder.last).header.progress.step == 0
    assert not run.folder.best.exists()


def test_an_infinite_memory_of_the_optimizer_is_never_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path, optimizer="adam", save_every=0.0)
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", explode)
    assert_failed_well(run, trained(run), "network is no longer finite at step 1")
    assert load_checkpoint(run.folder.last).header.progress.step == 0


def test_an_absurd_learning_rate_by_hand_leaves_a_good_checkpoint(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, optimizer="sgd", save_every=0.0)
    events = trained(run, Script({3: [SetLearningRate(1e38)]}))
    assert_failed_well(run, events, "no longer finite")
    assert load_checkpoint(run.folder.last).header.progress.step >= 3


def test_a_run_that_failed_can_be_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tiny_run(tmp_path)
    with monkeypatch.context() as patch:
        after_steps(patch, 2, "evaluate", lambda *_: Measure(math.nan, 9))
        assert_failed_well(run, trained(run), "validation loss is no longer finite at step 12")
    events = trained(resumed(run))
    assert names(events)[-1] == "Finished"
    assert "Failed" not in names(list(read_events(run.folder)))


def full_disk(*_: object, **__: object) -> NoReturn:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_too_full_for_a_checkpoint_fails_with_the_one_before_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path, save_every=0.0)
    training = events_of(run)
    events = [next(training) for _ in range(8)]
    saved = only(Saved, events)[-1].step
    assert saved > 0
    monkeypatch.setattr(os, "fsync", full_disk)
    events += list(training)
    assert_failed_well(run, events, "No space left on device")
    assert load_checkpoint(run.folder.last).header.progress.step == saved


def test_a_disk_too_full_for_the_record_is_an_error_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path)
    training = events_of(run)
    before = [next(training) for _ in range(5)]
    monkeypatch.setattr(record, "_write_all", full_disk)
    with pytest.raises(CheckpointError, match="No space left on device"):
        next(training)
    assert list(read_events(run.folder)) == before
    assert not is_being_trained(run.folder)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["accelerator", "torch", "python"],
)
def test_a_lack_of_memory_fails_with_what_to_lower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def too_large(*_: object) -> NoReturn:
        raise error

    run = tiny_run(tmp_path)
    monkeypatch.setattr(CharModel, "forward", too_large)
    assert_failed_well(run, trained(run), "--batch-size")


def test_an_error_that_should_not_happen_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> NoReturn:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    run = tiny_run(tmp_path)
    monkeypatch.setattr(CharModel, "forward", mistaken)
    with pytest.raises(RuntimeError, match="mat1"):
        trained(run)
    assert not is_being_trained(run.folder)


@pytest.mark.parametrize("device", ["cuda:99", "meta", "abacus"])
def test_a_device_that_is_not_there_is_said_so(tmp_path: Path, device: str) -> None:
    with pytest.raises(ConfigError, match=f"--device '?{device}"):
        learner_for(tiny_run(tmp_path, device=device))


def test_a_best_checkpoint_that_was_deleted_does_not_spoil_the_end(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=3.0, steps=20, eval_every=2)
    events = []
    for event in events_of(run):
        events.append(event)
        if event.step == 20:
            run.folder.best.unlink(missing_ok=True)
    assert "can't be evaluated" in only(Warned, events)[0].sentence
    assert names(events)[-3:] == ["Sampled", "Saved", "Finished"]
    assert len([event for event in only(Evaluated, events) if event.full]) == 1
