"""Runs of the first version resume, sample and list as they did then."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rnntui import places
from rnntui.training.events import Step
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.command_line import rnntui

RUNS = Path(__file__).parent.parent / "data" / "runs_of_0_1_0"
EXPECTED: dict[str, Any] = json.loads((RUNS / "expected.json").read_text(encoding="utf-8"))
CLASSIFIERS = [name for name in EXPECTED if name.startswith("classifier")]
GENERATORS = [name for name in EXPECTED if name not in CLASSIFIERS]


def opened(name: str) -> RunFolder:
    """A copy of the run among this test's own checkpoints."""
    path = places.checkpoints_dir() / name
    shutil.copytree(RUNS / name, path)
    return RunFolder(path)


def losses(folder: RunFolder) -> list[float]:
    """Those of all steps in the record."""
    return [event.loss for event in read_events(folder) if isinstance(event, Step)]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_network_resumes_and_samples_as_in_the_version_that_made_it(name: str) -> None:
    folder = opened(name)
    engine = ("--engine", "numpy")  # whether or not compiled kernels lie ready
    drawn = rnntui("sample", name, "--length", "200", "--seed", "3", *engine)
    likeliest = rnntui("sample", f"{name}:last", "--length", "100", "--mode", "argmax", *engine)
    assert drawn.out + "\n" + likeliest.out == EXPECTED[name]["generated"]
    text, budget = "towns.txt", ("--steps", "40")
    if name == "rnn-numpy":
        text, budget = "letters.txt", ("--epochs", "14")
    outcome = rnntui("train", RUNS / text, "--resume", name, *budget, "--json")
    assert outcome.code == 0, outcome
    # Bit for bit on one machine; machines round differently.
    assert losses(folder) == pytest.approx(EXPECTED[name]["losses"], rel=1e-4)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_resumes_and_answers_as_in_the_version_that_made_it(name: str) -> None:
    folder = opened(name)
    answer = rnntui("classify", "predict", name, "Not bad at all, I love it.")
    assert answer.out == EXPECTED[name]["generated"]
    flags = ("--resume", name, "--steps", "40", "--json")
    outcome = rnntui("classify", "train", RUNS / "opinions.tsv", *flags)
    assert outcome.code == 0, outcome
    assert losses(folder) == pytest.approx(EXPECTED[name]["losses"], rel=1e-4)


def test_all_of_them_are_listed() -> None:
    for name in EXPECTED:
        opened(name)
    listed = rnntui("checkpoints", "list").out
    assert [name for name in EXPECTED if name not in listed] == []
