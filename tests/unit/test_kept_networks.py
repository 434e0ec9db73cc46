"""The networks that a run has kept are read where they are asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.runtime.recorded.kept_networks import CACHED, SAMPLED, SEED, KeptNetworks, short_sample
from rnntui.tasks.characters.checkpoint import load_checkpoint, read_header
from rnntui.text.ngrams.baselines import never
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file
from tests.command_line import rnntui
from tests.run_files import keep_on_disk, record, run_on_disk

STEPS = tuple(range(0, 61, 10))


@pytest.fixture
def folder() -> RunFolder:
    folder = run_on_disk(places.checkpoints_dir(), "first", record(60), total_steps=60)
    keep_on_disk(folder, STEPS)
    return folder


def test_the_one_kept_at_or_before_a_step_is_read(folder: RunFolder) -> None:
    kept = KeptNetworks(folder)
    assert kept.steps() == STEPS
    assert [kept.at(step).step for step in (0, 9, 10, 59, 500)] == [0, 0, 10, 50, 60]
    expected = load_checkpoint(kept_file(folder, 20)).network
    for name, array in kept.at(25).arrays.items():
        assert array.tobytes() == expected[name].tobytes()


def test_it_stays_the_same_object_while_it_is_cached(folder: RunFolder) -> None:
    kept = KeptNetworks(folder)
    first = kept.at(0)
    assert kept.at(5) is first
    for step in STEPS[1 : CACHED + 1]:
        kept.at(step)
    assert kept.at(0) is not first


def test_one_that_a_resume_kept_anew_is_read_anew(folder: RunFolder) -> None:
    kept = KeptNetworks(folder)
    first = kept.at(20)
    kept_file(folder, 20).write_bytes(kept_file(folder, 40).read_bytes())
    assert kept.at(20) is not first
    assert kept.at(20).step == 40


def test_where_there_is_none_it_says_how_to_have_some(tmp_path: Path, folder: RunFolder) -> None:
    kept = KeptNetworks(RunFolder(tmp_path / "none"))
    assert kept.steps() == ()
    with pytest.raises(CheckpointError, match="--keep-every"):
        kept.at(3)
    kept_file(folder, 0).write_bytes(b"nothing")
    with pytest.raises(CheckpointError):
        KeptNetworks(folder).at(3)


def test_a_short_sample_is_that_of_the_command(folder: RunFolder) -> None:
    vocabulary = read_header(folder.last).vocabulary
    sampled = short_sample(KeptNetworks(folder).at(40), vocabulary, never)
    options = ("--seed", str(SEED), "--length", str(SAMPLED), "--engine", "numpy")
    generated = rnntui("sample", "first", "--at-step", "40", *options)
    assert generated.out.removesuffix("\n") == sampled.removesuffix("\n")
    assert len(sampled) == SAMPLED


def test_a_short_sample_ends_where_the_state_overflows_or_it_is_stopped(folder: RunFolder) -> None:
    vocabulary = read_header(folder.last).vocabulary
    weights = KeptNetworks(folder).at(40)
    arrays = {name: np.full_like(array, np.nan) for name, array in weights.arrays.items()}
    assert short_sample(replace(weights, arrays=arrays), vocabulary, never) == "…"
    with pytest.raises(MeasurementStoppedError):
        short_sample(weights, vocabulary, lambda: True)
