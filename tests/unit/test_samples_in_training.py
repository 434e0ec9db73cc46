"""Samples drawn during a training run: when, from which prime, and how."""

from pathlib import Path

import pytest

from rnntui.nets.char_model import build_model
from rnntui.nets.config import parameter_count
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.samples import sample_start
from rnntui.training.events import Evaluated, Sampled
from tests.factories import TINY_TEXT, only, tiny_run, trained


def test_a_network_on_windows_starts_from_windows_of_the_text(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, window=9, sample_start="text")
    starts = [sample_start(run, step) for step in range(20)]
    assert all(len(start) == 9 and start in TINY_TEXT for start in starts)
    assert len(set(starts)) > 5
    assert starts == [sample_start(run, step) for step in range(20)]


def test_one_on_streams_starts_from_ten_characters(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, sample_start="text")
    assert sample_start(run, 3) in TINY_TEXT
    assert len(sample_start(run, 3)) == 10


def test_without_that_samples_start_from_the_prime_as_far_as_it_is_known(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, prime="The cat")
    assert sample_start(run, 3) == "the cat"


def test_an_event_has_the_start_and_what_follows(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, window=4, sample_start="text", sample_mode="argmax")
    sample = only(Sampled, trained(run))[-1]
    assert sample.prime == sample_start(run, sample.step)
    assert len(sample.text) == 6


def test_argmax_samples_do_not_depend_on_the_seed(tmp_path: Path) -> None:
    texts: dict[str, list[str]] = {"argmax": [], "random": []}
    for mode, written in texts.items():
        run = tiny_run(tmp_path / mode, prime="the", sample_mode=mode)
        learner = learner_for(run)
        for step in range(4):
            sample = learner.sample(20, step)
            assert sample is not None
            written.append(sample[1])
    assert len(set(texts["argmax"])) == 1
    assert len(set(texts["random"])) == 4


@pytest.mark.parametrize("val_fraction", [0.0, 0.1])
def test_samples_come_at_the_ends_of_epochs(tmp_path: Path, val_fraction: float) -> None:
    run = tiny_run(
        tmp_path, epochs=7, seq_length=60, sample_every_epochs=3, val_fraction=val_fraction
    )
    per_epoch = run.batches.batches_per_epoch
    events = trained(run)
    assert [event.step for event in only(Sampled, events)] == [per_epoch * n for n in (3, 6, 7)]
    assert len(only(Evaluated, events)) > 3


def test_the_alice_recipe_has_rounds_of_five_epochs_and_27_049_parameters() -> None:
    config = find_recipe("alice").config
    assert (config.epochs, config.sample_every_epochs, config.sample_length) == (250, 5, 100)
    assert parameter_count(config.model(41)) == 21_760 + 5_289 == 27_049
    network = build_model(config.model(41), seed=1)
    assert sum(weight.numel() for weight in network.parameters()) == 27_049
