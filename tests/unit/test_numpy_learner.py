"""Training with `engine = "numpy"`: the alphabet, resumed exactly, and what it refuses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui.errors import ConfigError
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.opening import new_run
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.samples import generate_sample
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import RollBack, Stop
from rnntui.training.events import Evaluated, Sampled, Started, Step
from tests.factories import (
    Script,
    assert_same_training,
    names,
    only,
    resumed,
    tiny_run,
    trained,
)

PLAIN: dict[str, Any] = {
    "engine": "numpy",
    "input_encoding": "one-hot",
    "optimizer": "adagrad",
    "learning_rate": 0.1,
    "clip_norm": 0.0,
}


def alphabet(parent: Path, epochs: int, **changes: object) -> Run:
    """A shorter training of the recipe."""
    recipe = find_recipe("alphabet")
    config = recipe.config.replaced({"epochs": epochs, **changes})
    return new_run(parent, load_corpus(recipe.corpus), config, "abc", recipe.prime)


def test_the_alphabet_is_learned_by_heart(tmp_path: Path) -> None:
    events = trained(alphabet(tmp_path, epochs=250))
    started, steps = only(Started, events)[0], only(Step, events)
    assert started.batches_per_epoch == 3
    assert started.parameters == 100 * 27 + 100 * 100 + 100 + 27 * 100 + 27
    assert steps[0].loss == pytest.approx(np.log(27), abs=0.01)
    assert only(Sampled, events)[-1].prime == "a"
    assert only(Sampled, events)[-1].text == "bcdefghijk"
    # The last piece has seven characters.
    assert steps[-1].loss * 7 < 0.2


def test_the_pieces_of_the_alphabet_end_in_the_space_that_follows_itself(tmp_path: Path) -> None:
    run = alphabet(tmp_path, epochs=1)
    decode = run.corpus.vocabulary.decode
    pieces = [run.batches.batch(0, index) for index in range(3)]
    assert [decode(piece.inputs) for piece in pieces] == ["abcdefghij", "klmnopqrst", "uvwxyz "]
    assert [decode(piece.targets) for piece in pieces] == ["bcdefghijk", "lmnopqrstu", "vwxyz  "]


def test_torch_trains_the_same_network_alike(tmp_path: Path) -> None:
    losses = []
    for engine in ("numpy", "torch"):
        run = alphabet(tmp_path / engine, epochs=1, engine=engine, learning_rate=1e-3, threads=1)
        losses.append([event.loss for event in only(Step, trained(run))])
    # One adds its epsilon under the root, the other beside it.
    assert losses[0][0] == pytest.approx(losses[1][0], abs=1e-6)
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.parametrize("state_carry", ["always", "epoch", "never"])
def test_a_stopped_run_goes_on_exactly(tmp_path: Path, state_carry: str) -> None:
    settings = {**PLAIN, "state_carry": state_carry, "steps": 60, "clip_value": 0.5}
    whole = tiny_run(tmp_path / "whole", **settings)
    trained(whole)
    halves = tiny_run(tmp_path / "halves", **settings)
    trained(halves, Script({37: [Stop()]}))
    trained(resumed(halves))
    assert_same_training(whole.folder, halves.folder)


def test_it_is_measured_saved_and_rolled_back_as_any_other(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, **PLAIN)
    events = trained(run, Script({9: [RollBack()]}))
    assert "RolledBack" in names(events)
    assert only(Evaluated, events)[-1].val_loss is not None
    last = load_checkpoint(run.folder.last)
    assert last.header.progress.engine == "numpy"
    assert last.optimizer["head.bias.step"] == 12
    assert last.state["h"].shape == (1, 3, 5)


@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
@pytest.mark.parametrize("prime", ["", "the ca"])
def test_it_writes_as_every_character_stream_does(tmp_path: Path, mode: str, prime: str) -> None:
    run = tiny_run(tmp_path, prime=prime, sample_mode=mode, **PLAIN)
    learner = learner_for(run)
    weights = learner.weights(5)
    assert weights is not None
    assert learner.sample(30, 5) == generate_sample(run, weights, 30)


def test_another_network_gives_its_weights_to_begin_with(tmp_path: Path) -> None:
    start = tiny_run(tmp_path / "a", **PLAIN)
    trained(start)
    weights = load_checkpoint(start.folder.last).weights
    run = tiny_run(tmp_path / "b", **PLAIN)
    begun = learner_for(replace(run, init_weights=weights)).weights(0)
    assert begun is not None
    for name, array in weights.items():
        np.testing.assert_array_equal(begun.arrays[name], array)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cell", "lstm"),
        ("nonlinearity", "relu"),
        ("input_encoding", "embedding"),
        ("num_layers", 2),
        ("dropout", 0.5),
        ("window", 5),
        ("optimizer", "adam"),
        ("clip_norm", 5.0),
        ("device", "cuda"),
    ],
)
def test_another_network_is_refused_before_its_folder_is_made(
    tmp_path: Path, name: str, value: object
) -> None:
    with pytest.raises(ConfigError, match=f"--{name.replace('_', '-')} "):
        tiny_run(tmp_path, **{**PLAIN, name: value})
    assert not (tmp_path / "tiny").exists()


@pytest.mark.parametrize(
    "settings", [{"batch_size": 2}, {"state_carry": "epoch"}, {"window": 3, "engine": "torch"}]
)
def test_a_last_piece_by_itself_needs_batches_of_one_without_a_past(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    whole = {**PLAIN, "remainder": "keep", "batch_size": 1, "state_carry": "never"}
    with pytest.raises(ConfigError, match="--remainder keep needs --batch-size 1"):
        tiny_run(tmp_path, **{**whole, **settings})
    assert tiny_run(tmp_path, **whole).batches.batches_per_epoch == -(-1006 // 7)
