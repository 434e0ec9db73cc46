"""What a training does on CUDA, as far as a processor can show it.

Recording is played by `Overwriting`, which like a CUDA graph gives the same tensors at
each call; float16 is torch's own on the processor, where vanilla networks have it.
"""

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rnntui.tasks.characters import torch_learner
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.training.commands import Stop
from rnntui.training.events import Evaluated, Step
from rnntui.training.optimizing.cuda_graph import Work
from tests.factories import (
    Script,
    assert_same_training,
    only,
    resumed,
    tiny_run,
    trained,
)

VANILLA: dict[str, Any] = {"engine": "torch", "cell": "rnn", "num_layers": 2, "dropout": 0.3}


class Overwriting:
    """A function of tensors whose results lie where those of its last call lay."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._inputs: tuple[Tensor, ...] = ()
        self._outputs: Any = None

    def __call__(self, *inputs: Tensor) -> Any:
        if [t.shape for t in inputs] != [t.shape for t in self._inputs]:
            self._inputs = tuple(tensor.clone() for tensor in inputs)
            self._outputs = self._work(*self._inputs)
            return self._outputs
        for kept, tensor in zip(self._inputs, inputs, strict=True):
            kept.copy_(tensor)
        found = self._work(*self._inputs)
        for kept, tensor in zip(flat(self._outputs), flat(found), strict=True):
            kept.copy_(tensor)
        return self._outputs


def flat(outputs: Any) -> list[Tensor]:
    if isinstance(outputs, Tensor):
        return [outputs]
    return [tensor for part in outputs for tensor in flat(part)]


def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a learner plays its steps back."""
    make = torch_learner.TorchLearner.__init__

    def made(learner: torch_learner.TorchLearner, run: Run) -> None:
        make(learner, run)
        learner._ways = [Overwriting(way) for way in learner._ways]

    monkeypatch.setattr(torch_learner.TorchLearner, "__init__", made)


def mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a learner multiplies float16."""
    monkeypatch.setattr(torch_learner, "mixes_precision", lambda *_: True)


@pytest.mark.parametrize("settings", [{}, {"average_decay": 0.9, "clip_value": 0.01}])
def test_steps_may_overwrite_what_the_ones_before_them_gave(
    settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tiny_run(tmp_path / "fresh", **VANILLA, **settings)
    trained(fresh)
    recorded(monkeypatch)
    overwritten = tiny_run(tmp_path / "overwritten", **VANILLA, **settings)
    trained(overwritten)
    assert_same_training(fresh.folder, overwritten.folder)


def test_float16_learns_what_float32_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def losses(events: Any) -> list[float]:
        return [e.loss for e in only(Step, events)] + [e.val_loss for e in only(Evaluated, events)]

    exact = losses(trained(tiny_run(tmp_path / "exact", **VANILLA)))
    mixed(monkeypatch)
    rough = losses(trained(tiny_run(tmp_path / "rough", **VANILLA)))
    assert rough != exact
    # A float16 has 11 bits: products are off by some 2**-11 = 5e-4 of themselves.
    assert rough == pytest.approx(exact, rel=5e-3)


def test_a_float16_run_is_saved_in_float32_and_goes_on_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed(monkeypatch)
    whole = tiny_run(tmp_path / "whole", **VANILLA)
    trained(whole)
    broken = tiny_run(tmp_path / "broken", **VANILLA)
    trained(broken, Script({5: [Stop()]}))
    assert load_checkpoint(broken.folder.last).state["h"].dtype == "float32"
    trained(resumed(broken))
    assert_same_training(whole.folder, broken.folder)


def test_a_step_too_large_for_float16_is_taken_in_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = tiny_run(tmp_path / "exact", **VANILLA)
    trained(exact)
    mixed(monkeypatch)
    monkeypatch.setattr(torch_learner, "LOSS_SCALE", 2.0 * torch.finfo(torch.float16).max * 1e6)
    overflown = tiny_run(tmp_path / "overflown", **VANILLA)
    trained(overflown)
    assert_same_training(exact.folder, overflown.folder)


def test_a_step_that_is_computed_again_begins_where_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed(monkeypatch)
    calls = itertools.count()

    def overflowing_at_times(
        learner: torch_learner.TorchLearner, rough: bool, *inputs: Tensor
    ) -> Any:
        loss, gradients, after = compute(learner, rough, *inputs)
        if rough and next(calls) % 3 == 2:
            gradients = [gradient * torch.inf for gradient in gradients]
        return loss, gradients, after

    compute = torch_learner.TorchLearner._losses
    monkeypatch.setattr(torch_learner.TorchLearner, "_losses", overflowing_at_times)
    fresh = tiny_run(tmp_path / "fresh", **VANILLA)
    trained(fresh)
    recorded(monkeypatch)
    calls = itertools.count()
    overwritten = tiny_run(tmp_path / "overwritten", **VANILLA)
    trained(overwritten)
    assert_same_training(fresh.folder, overwritten.folder)
