"""That a network learns, and that each setting of the optimiser does what it says."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.run import Run
from rnntui.training.events import Evaluated, Step
from rnntui.training.loop import train
from tests.factories import Shelf, only, tiny_run, trained

PERIODIC = "abcdefgh" * 60


@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "rnn", "optimizer": "adam", "learning_rate": 0.02},
        {"cell": "rnn", "nonlinearity": "relu", "optimizer": "adam", "learning_rate": 0.02},
        {"cell": "lstm", "optimizer": "adam", "learning_rate": 0.05},
        {"cell": "gru", "optimizer": "rmsprop", "learning_rate": 0.02},
        {"cell": "rnn", "optimizer": "adagrad", "learning_rate": 0.3},
        {"cell": "rnn", "optimizer": "sgd", "learning_rate": 0.5},
        {"cell": "lstm", "input_encoding": "one-hot", "learning_rate": 0.05},
        {"cell": "gru", "num_layers": 2, "dropout": 0.1, "learning_rate": 0.03},
        {"cell": "rnn", "window": 4, "batch_size": 16, "learning_rate": 0.02},
    ],
    ids=lambda settings: "-".join(str(value) for value in settings.values()),
)
def test_the_loss_falls_on_a_text_that_repeats(tmp_path: Path, settings: dict[str, Any]) -> None:
    run = tiny_run(tmp_path, text=PERIODIC, hidden_size=8, steps=120, eval_every=1000, **settings)
    losses = [step.loss for step in only(Step, trained(run))]
    assert losses[0] == pytest.approx(math.log(8), rel=0.2)
    assert np.mean(losses[-10:]) < 0.5 * losses[0]


def test_what_is_learned_holds_for_the_held_out_part(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, text=PERIODIC * 3, hidden_size=8, steps=150, learning_rate=0.03)
    evaluated = [event.val_loss for event in only(Evaluated, trained(run))]
    assert evaluated[0] is not None
    assert evaluated[-1] is not None
    assert evaluated[-1] < 0.5 * evaluated[0]


def steps_and_moves(run: Run) -> list[tuple[Step, list[np.ndarray[Any, Any]]]]:
    """Each step with how far it moved each weight."""
    shelf = Shelf()
    steps = only(Step, list(train(run, learner_for(run), outlet=shelf)))
    by_step: dict[int, NetworkWeights] = {weights.step: weights for weights in shelf.copies}
    return [
        (step, [after.arrays[name] - before.arrays[name] for name in after.arrays])
        for step, (before, after) in zip(steps, pairwise(by_step.values()), strict=True)
    ]


PLAIN: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 1.0, "steps": 8, "eval_every": 1000}


def length(parts: list[np.ndarray[Any, Any]]) -> float:
    """The norm of all parts together."""
    return math.sqrt(sum(float(np.square(part, dtype=np.float64).sum()) for part in parts))


def test_without_a_bound_a_step_is_as_long_as_its_gradient(tmp_path: Path) -> None:
    for step, moves in steps_and_moves(tiny_run(tmp_path, clip_norm=0.0, **PLAIN)):
        assert length(moves) == pytest.approx(step.grad_norm, rel=1e-4)


def test_no_step_is_longer_than_the_norm_allows(tmp_path: Path) -> None:
    for step, moves in steps_and_moves(tiny_run(tmp_path, clip_norm=0.05, **PLAIN)):
        assert step.grad_norm > 0.05
        assert length(moves) == pytest.approx(0.05, rel=1e-3)


def test_a_norm_that_is_wide_enough_changes_nothing(tmp_path: Path) -> None:
    for step, moves in steps_and_moves(tiny_run(tmp_path, clip_norm=1e6, **PLAIN)):
        assert length(moves) == pytest.approx(step.grad_norm, rel=1e-4)


def test_no_element_moves_further_than_the_value_allows(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, clip_norm=0.0, clip_value=0.01, **PLAIN)
    for step, moves in steps_and_moves(run):
        largest = max(float(np.abs(move).max()) for move in moves)
        assert largest == pytest.approx(0.01, rel=1e-3)
        # Told is the norm before any bound.
        assert step.grad_norm > length(moves)


def test_dropout_is_for_learning_alone(tmp_path: Path) -> None:
    frozen: dict[str, Any] = {"learning_rate": 1e-8, "steps": 4, "batch_size": 60}
    plain = trained(tiny_run(tmp_path / "plain", **frozen))
    dropped = trained(tiny_run(tmp_path / "dropped", dropout=0.6, **frozen))
    one, other = only(Evaluated, plain)[-1].val_loss, only(Evaluated, dropped)[-1].val_loss
    assert one == pytest.approx(other, rel=1e-5)
    for step, same_step in zip(only(Step, plain), only(Step, dropped), strict=True):
        assert step.loss != same_step.loss


def test_dropout_is_drawn_anew_for_every_step(tmp_path: Path) -> None:
    frozen: dict[str, Any] = {"learning_rate": 1e-8, "steps": 6, "batch_size": 150}
    run = tiny_run(tmp_path, dropout=0.5, seq_length=6, state_carry="never", **frozen)
    assert run.batches.batches_per_epoch == 1
    losses = [step.loss for step in only(Step, trained(run))]
    assert len(set(losses)) == 6


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({"schedule": "constant"}, [1.0] * 6),
        ({"schedule": "constant", "warmup_steps": 3}, [1 / 3, 2 / 3, 1, 1, 1, 1]),
        (
            {"schedule": "cosine", "final_learning_rate": 0.2},
            [0.2 + 0.4 * (1 + math.cos(math.pi * step / 6)) for step in range(6)],
        ),
        (
            {"schedule": "step", "decay_epochs": 1.0, "decay_factor": 0.1},
            [1, 1, 0.1, 0.1, 0.01, 0.01],
        ),
    ],
    ids=["constant", "warm-up", "cosine", "step"],
)
def test_the_learning_rate_follows_its_schedule(
    tmp_path: Path, settings: dict[str, Any], rates: list[float]
) -> None:
    run = tiny_run(tmp_path, steps=6, batch_size=70, learning_rate=0.01, **settings)
    assert run.batches.batches_per_epoch == 2
    told = [step.learning_rate for step in only(Step, trained(run))]
    assert told == pytest.approx([0.01 * rate for rate in rates])


def test_a_learning_rate_is_what_moves_the_weights(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, clip_norm=0.0, schedule="cosine", **PLAIN)
    for step, moves in steps_and_moves(run):
        assert length(moves) == pytest.approx(step.learning_rate * step.grad_norm, rel=1e-3)
