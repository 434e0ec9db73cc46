"""Training with compiled functions: resumed exactly, also over the step where they took over."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui.errors import ConfigError
from rnntui.tasks.characters import learners
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.training.commands import RollBack, Stop
from rnntui.training.events import Evaluated, Failed, RolledBack, Saved, Step, Switched
from tests.factories import (
    ReadyFrom,
    Script,
    assert_same_training,
    killed_after,
    names,
    only,
    resumed,
    tiny_run,
    trained,
)

KINDS: list[dict[str, Any]] = [
    {"cell": "lstm", "num_layers": 2, "dropout": 0.4, "embedding_dropout": 0.2},
    {"cell": "gru", "input_encoding": "one-hot", "state_carry": "always", "clip_value": 0.01},
    {"cell": "rnn", "window": 6, "batch_size": 90, "dropout": 0.3},
    {"cell": "lstm", "state_carry": "never", "val_fraction": 0.0},
    {"cell": "gru", "connections": "residual", "num_layers": 2, "average_decay": 0.9},
    {
        "cell": "rnn",
        "dropout": 0.3,
        "dropout_masks": "sequence",
        "optimizer": "adamw",
        "weight_decay": 0.1,
        "beta_2": 0.9,
    },
]


class Broken(ReadyFrom):
    """One that comes to nothing."""

    def wait(self) -> bool:
        return False


def take(monkeypatch: pytest.MonkeyPatch, preparation: ReadyFrom) -> None:
    monkeypatch.setattr(learners, "preparation", lambda: preparation)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["cell"])
def test_a_stopped_run_goes_on_as_if_it_never_had_been(kind: dict[str, Any], tmp_path: Path):
    whole = tiny_run(tmp_path / "whole", engine="compiled", **kind)
    trained(whole)
    broken = tiny_run(tmp_path / "broken", engine="compiled", **kind)
    trained(broken, Script({5: [Stop()]}))
    trained(resumed(broken))
    assert_same_training(whole.folder, broken.folder)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"cell": "lstm", "num_layers": 3, "connections": "residual", "average_decay": 0.9},
        {"optimizer": "adamw", "weight_decay": 1.0, "beta_2": 0.9, "learning_rate": 0.01},
    ],
)
def test_it_learns_what_torch_learns(settings: dict[str, Any], tmp_path: Path) -> None:
    told = [trained(tiny_run(tmp_path / e, engine=e, **settings)) for e in ("torch", "compiled")]
    losses = [[step.loss for step in only(Step, events)] for events in told]
    assert len(losses[0]) == 12
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    measured = [[event.val_loss for event in only(Evaluated, events)] for events in told]
    assert measured[1] == pytest.approx(measured[0], rel=1e-4)


def test_auto_begins_with_torch_and_saves_where_it_changes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(monkeypatch, ReadyFrom(5))
    events = trained(tiny_run(tmp_path, engine="auto"))
    switched = only(Switched, events)
    assert [(event.step, event.engine) for event in switched] == [(5, "compiled")]
    assert isinstance(events[events.index(switched[0]) + 1], Saved)


def changed_over(parent: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    take(monkeypatch, ReadyFrom(5))
    return tiny_run(parent, engine="auto", cell="lstm", dropout=0.2)


def test_a_resume_changes_over_at_the_same_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = changed_over(tmp_path / "whole", monkeypatch)
    told = names(trained(whole))
    for kill in (told.index("Switched") + 2, told.index("Switched") + 4):
        broken = changed_over(tmp_path / f"broken-{kill}", monkeypatch)
        killed_after(broken, kill)
        # Not ready of itself any more: the resume must wait for it.
        take(monkeypatch, ReadyFrom(1000))
        trained(resumed(broken))
        assert_same_training(whole.folder, broken.folder)


def test_going_back_to_the_best_stays_with_the_engine(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, engine="compiled", steps=12)
    events = trained(run, Script({10: [RollBack()]}))
    assert [event.to_step for event in only(RolledBack, events)] == [8]
    assert load_checkpoint(run.folder.last).header.progress.engine == "compiled"


def test_compiled_functions_that_cannot_be_had_end_the_training_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(monkeypatch, Broken(1000))
    events = trained(tiny_run(tmp_path, engine="compiled"))
    assert isinstance(events[-1], Failed)
    assert events[-1].sentence == (
        "It broke. Start a new run with --engine torch --init-from this one."
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"optimizer": "sgd"}, "only the optimisers adam and adamw"),
        ({"device": "cuda"}, "runs on the CPU"),
    ],
)
def test_what_it_can_not_train_is_said(
    settings: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        tiny_run(tmp_path, engine="compiled", **settings)


def test_auto_leaves_to_torch_what_it_can_not_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(monkeypatch, ReadyFrom(0))
    events = trained(tiny_run(tmp_path, engine="auto", optimizer="sgd", learning_rate=0.5))
    assert not only(Switched, events)
    assert np.isfinite(only(Step, events)[-1].loss)
