"""Training in several processes that torchrun starts, beside training in one."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from rnntui.cli.torchrun import check_command
from rnntui.errors import ConfigError, RnntuiError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.launching import check_shared
from rnntui.training.events import Evaluated, Started, Step
from rnntui.training.launched import Launched, launched_by_torchrun
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.command_line import SMALL, rnntui, run_called, text_file
from tests.factories import TINY_TEXT, only, tiny_config

CLOSE = 1e-6

ENVIRONMENT = {
    "TORCHELASTIC_RUN_ID": "none",
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
    "GROUP_RANK": "1",
}

STREAMS = ("--cell", "gru", "--clip-norm", "0.2", "--batch-size", "5")
"""Batches that two processes divide unevenly, with a state to carry."""

WINDOWS = ("--window", "7", "--batch-size", "499", "--steps", "3", "--average-decay", "0.5")
"""Of the 999 windows of an epoch one is left for the third batch, and so for one process."""


@pytest.fixture
def _float64() -> Iterator[None]:
    """Networks made meanwhile have float64 weights."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def training(name: str, *flags: str) -> list[str]:
    """The command of a small training called `name`."""
    text = str(text_file(TINY_TEXT))
    small = (*SMALL, "--engine", "torch", "--steps", "4", "--eval-every", "2")
    return ["train", text, *small, "--name", name, *flags]


def assert_alike(one: RunFolder, other: RunFolder) -> None:
    """Losses, gradient norms, evaluations and all tensors agree."""
    left, right = list(read_events(one)), list(read_events(other))
    for kind, names in ((Step, ("step", "loss", "grad_norm")), (Evaluated, ("step", "val_loss"))):
        figures = [
            [[getattr(event, name) for name in names] for event in only(kind, events)]
            for events in (left, right)
        ]
        assert figures[0]
        np.testing.assert_allclose(figures[0], figures[1], rtol=0, atol=CLOSE)
    ends = load_checkpoint(one.last), load_checkpoint(other.last)
    for group, tensors in ends[0].groups().items():
        others = ends[1].groups()[group]
        assert tensors.keys() == others.keys()
        for tensor, array in tensors.items():
            np.testing.assert_allclose(array, others[tensor], rtol=0, atol=CLOSE)


@pytest.mark.slow
@pytest.mark.usefixtures("_float64")
def test_two_processes_train_as_one_with_the_whole_batch_and_one_goes_on() -> None:
    commands = [training("together", *STREAMS), training("windows", *WINDOWS)]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    script = str(Path(__file__).parent.parent / "several_trainings.py")
    ended = subprocess.run(
        [*launcher, "--nproc-per-node", "2", script, *map(shlex.join, commands)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Done at step") == 2
    assert rnntui(*training("alone", *STREAMS)).code == 0
    assert rnntui(*training("alone-windows", *WINDOWS)).code == 0
    assert_alike(run_called("together"), run_called("alone"))
    assert_alike(run_called("windows"), run_called("alone-windows"))
    (started,) = only(Started, list(read_events(run_called("together"))))
    assert started.processes == 2
    # The checkpoint is an ordinary one.
    for name in ("together", "alone"):
        assert rnntui("train", "--resume", name, "--steps", "7").code == 0
    assert_alike(run_called("together"), run_called("alone"))


def test_a_place_is_read_from_the_environment_that_torchrun_makes() -> None:
    assert launched_by_torchrun(ENVIRONMENT) == Launched(3, 4, 1, 2, 1)
    assert launched_by_torchrun({**ENVIRONMENT, "WORLD_SIZE": "1"}) is None
    assert launched_by_torchrun({**ENVIRONMENT, "RANK": "first"}) is None
    without = {name: value for name, value in ENVIRONMENT.items() if "ELASTIC" not in name}
    assert launched_by_torchrun(without) is None


def test_what_several_processes_can_t_train_is_said_before_it_begins() -> None:
    with pytest.raises(ConfigError, match="3 sequences can't be divided among 4"):
        check_shared(tiny_config(batch_size=3), 4)
    with pytest.raises(ConfigError, match="--engine numpy trains in one process"):
        check_shared(tiny_config(engine="numpy"), 2)
    check_shared(tiny_config(batch_size=4, engine="auto"), 4)


def test_other_commands_are_refused_under_torchrun() -> None:
    place = Launched(0, 2, 0, 2, 0)
    check_command(place, "train")
    check_command(None, "classify")
    with pytest.raises(RnntuiError, match="start 'rnntui classify' without it"):
        check_command(place, "classify")
