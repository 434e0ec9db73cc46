"""A run that the machine has too little memory for is refused before anything is allocated."""

from pathlib import Path
from typing import NoReturn

import pytest

from rnntui.errors import ConfigError
from rnntui.nets.classifier_config import ClassifierConfig
from rnntui.nets.config import ModelConfig
from rnntui.nets.cost import classifier_training_bytes, training_bytes
from rnntui.runtime.classifier_session import NewClassifier, open_classifier_training
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.session import NewTraining, open_training
from rnntui.runtime.weights import WeightsMailbox
from rnntui.tasks.characters import opening
from rnntui.tasks.characters.opening import resume_run
from rnntui.tasks.classification import opening as classify_opening
from rnntui.tasks.classification.opening import resume_classify_run
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.training.optimizing import devices, memory
from rnntui.training.optimizing.memory import check_memory
from tests.classify_factories import classified, classify_config, classify_run, tiny_labelled
from tests.command_line import SMALL, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, tiny_config, tiny_run, trained

GIGABYTE = 10**9
SENTENCE = r"takes about \d+ MB of memory, and the machine has 0 MB free.*--force"


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly any memory is left."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 1000)


def never_read(*_: object) -> NoReturn:
    raise AssertionError("A checkpoint was read.")


@pytest.mark.usefixtures("little")
def test_a_new_run_is_refused_and_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=SENTENCE):
        tiny_run(tmp_path)
    with pytest.raises(ConfigError, match=SENTENCE):
        classify_run(tmp_path)
    assert not (tmp_path / "tiny").exists()
    assert not (tmp_path / "runs").exists()


def test_a_resume_is_refused_before_the_checkpoint_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(tiny_run(tmp_path))
    classified(classify_run(tmp_path))
    monkeypatch.setattr(memory, "available_bytes", lambda: 1000)
    monkeypatch.setattr(opening, "load_checkpoint", never_read)
    monkeypatch.setattr(classify_opening, "load_classifier", never_read)
    with pytest.raises(ConfigError, match=SENTENCE):
        resume_run(tmp_path, "tiny", {"steps": 20})
    with pytest.raises(ConfigError, match=SENTENCE):
        resume_classify_run(tmp_path / "runs", "tiny", {"epochs": 9})


@pytest.mark.usefixtures("little")
def test_whoever_knows_better_forces_it(tmp_path: Path) -> None:
    flags = (text_file(TINY_TEXT), *SMALL, "--name", "a")
    stated(rnntui("train", *flags, "--steps", "2"), "of memory", "--force")
    assert not run_called("a").path.exists()
    assert rnntui("train", *flags, "--steps", "2", "--force").code == 0
    stated(rnntui("train", "--resume", "a", "--steps", "3"), "of memory", "--force")
    assert rnntui("train", "--resume", "a", "--steps", "3", "--force").code == 0
    tuned = ("train", text_file("other " * 99, "b.txt"), "--init-from", "a", "--steps", "2")
    stated(rnntui(*tuned), "of memory", "--force")
    assert rnntui(*tuned, "--threads", "1", "--force").code == 0
    texts = tiny_labelled(tmp_path / "texts.tsv")
    classify = ("classify", "train", texts, "--name", "c", "--threads", "1", "--hidden-size", "4")
    stated(rnntui(*classify, "--steps", "2"), "of memory", "--force")
    assert rnntui(*classify, "--steps", "2", "--force").code == 0
    stated(rnntui("classify", "train", "--resume", "c", "--steps", "3"), "of memory", "--force")


@pytest.mark.usefixtures("little")
def test_the_screens_trainings_are_refused_alike(tmp_path: Path) -> None:
    text, texts = text_file(TINY_TEXT), tiny_labelled(tmp_path / "texts.tsv")
    asked = NewTraining(tmp_path, str(text), tiny_config())
    events = open_training(asked, lambda *_: None)(CommandQueue(), WeightsMailbox())
    with pytest.raises(ConfigError, match=SENTENCE):
        list(events)
    source = LabelledSource(str(texts))
    classifier = NewClassifier(tmp_path, source, classify_config())
    with pytest.raises(ConfigError, match=SENTENCE):
        list(open_classifier_training(classifier, lambda _: None)(CommandQueue(), WeightsMailbox()))


def test_the_largest_network_that_can_be_asked_for_is_estimated_not_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 16 * GIGABYTE)
    large = ("--hidden-size", "8192", "--num-layers", "64", "--device", "cpu")
    for command in (("train", "play"), ("classify", "train")):
        stated(rnntui(*command, *large), "GB of memory, and the machine has 16.0 GB free")


@pytest.mark.parametrize(
    ("needed", "on_processor", "refused"),
    [
        ((600, 300), True, False),
        ((600, 500), True, True),
        ((5000, 300), True, True),
        ((5000, 300), False, False),  # a graphics card has the step
        ((5000, 2000), False, True),
    ],
)
def test_a_step_and_its_save_must_fit(
    monkeypatch: pytest.MonkeyPatch, needed: tuple[int, int], on_processor: bool, refused: bool
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 1000)
    monkeypatch.setattr(memory, "_is_on_processor", lambda device: on_processor)
    if not refused:
        check_memory(needed, "auto", force=False)
        return
    with pytest.raises(ConfigError):
        check_memory(needed, "auto", force=False)
    check_memory(needed, "auto", force=True)


def test_a_network_that_is_twice_as_wide_is_estimated_at_more() -> None:
    def estimated(hidden: int) -> tuple[int, int]:
        classifier = ClassifierConfig(500, 2, hidden_size=hidden)
        return (
            training_bytes(ModelConfig(65, hidden_size=hidden), 32, 64),
            classifier_training_bytes(classifier, 32, 100),
        )

    small, large = estimated(128), estimated(256)
    assert all(2 * one < other < 5 * one for one, other in zip(small, large, strict=True))


def test_one_hot_inputs_of_a_classifier_take_nothing_as_they_are_never_made() -> None:
    words = ClassifierConfig(50_000, 2, input_encoding="one-hot", hidden_size=8)
    assert classifier_training_bytes(words, 64, 100) < 64 * 100 * 50_000


# Threads.


def test_more_threads_than_can_work_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(tiny_run(tmp_path))
    classified(classify_run(tmp_path))
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 2)
    refused = pytest.raises(ConfigError, match="--threads 9 is more than 8")
    with refused:
        tiny_run(tmp_path / "more", threads=9)
    with refused:
        classify_run(tmp_path / "more", threads=9)
    with refused:
        resume_run(tmp_path, "tiny", {"threads": 9, "steps": 20})
    with refused:
        resume_classify_run(tmp_path / "runs", "tiny", {"threads": 9, "epochs": 9})
    tiny_run(tmp_path / "as-many", threads=8)
