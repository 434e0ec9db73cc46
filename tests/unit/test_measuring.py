"""Measuring that takes long: it tells how far it is, is divided among processors, and stops."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rnntui.cli.output.measuring_line import measuring_shown
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters import scoring
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.evaluation import evaluate, scored_characters
from rnntui.tasks.characters.opening import events_of
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.scoring import score
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.tasks.classification.opening import TEST_BROKEN_OFF, classify_events
from rnntui.tasks.classification.scoring import score_labelled
from rnntui.training import loop_state as fit
from rnntui.training.commands import Command, Stop
from rnntui.training.events import Evaluated, Finished, TrainEvent, Warned
from rnntui.training.loop_state import BROKEN_OFF
from rnntui.training.measure import ReportProgress
from tests.classify_factories import classified, classify_run, tiny_tested
from tests.command_line import Written
from tests.factories import TINY_TEXT, only, tiny_run, trained


def model(window: int = 0) -> CharModel:
    config = ModelConfig(20, "lstm", embedding_size=4, hidden_size=6, window=window)
    return build_model(config, seed=1)


def ids(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 20, count).astype(np.uint8)


@pytest.mark.parametrize(("window", "characters"), [(0, 3000), (0, 400), (5, 3000), (5, 7)])
def test_several_workers_measure_the_same_and_note_every_prediction(
    window: int, characters: int
) -> None:
    network, text = model(window), ids(characters)
    threads = torch.get_num_threads()
    alone = evaluate(network, text)
    noted: list[int] = []
    together = evaluate(network, text, noted.append, workers=3)
    assert together.loss == pytest.approx(alone.loss, rel=1e-6)
    assert together.characters == alone.characters == scored_characters(characters, window)
    assert sum(noted) == alone.characters
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("workers", [1, 3])
def test_who_takes_note_may_break_it_off(workers: int) -> None:
    class EnoughError(Exception):
        pass

    def enough(count: int) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        evaluate(model(), ids(3000), enough, workers)


def staged(stages: list[tuple[str, int]], noted: list[int]) -> scoring.Stage:
    def stage(name: str, total: int) -> ReportProgress:
        stages.append((name, total))
        return noted.append

    return stage


def test_a_score_tells_what_it_does_and_how_far_it_is(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    stages: list[tuple[str, int]] = []
    noted: list[int] = []
    result = score(load_checkpoint(run.folder.best), None, None, stage=staged(stages, noted))
    assert stages == [("measuring", result.characters), ("counting n-grams", 0)]
    assert sum(noted) == result.characters


def test_a_classifiers_score_does_so_too(tmp_path: Path) -> None:
    run = classify_run(tmp_path, tiny_tested(tmp_path / "tested"))
    classified(run)
    stages: list[tuple[str, int]] = []
    noted: list[int] = []
    result = score_labelled(load_classifier(run.folder.best), None, stage=staged(stages, noted))
    texts = [part.measure.texts for part in result.parts]
    assert stages == [("measuring (held out)", texts[0]), ("measuring (test)", texts[1])]
    assert sum(noted) == sum(texts)


def test_a_terminal_shows_how_far_it_is_and_keeps_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Written(terminal=True)
    monkeypatch.setattr("sys.stderr", terminal)
    with measuring_shown() as stage:
        stage("measuring", 200)(100)
    assert "measuring" in terminal.text
    assert "50%" in terminal.text
    assert terminal.text.rfind("\x1b[?25h") > terminal.text.rfind("\x1b[?25l")
    assert terminal.text.endswith("\x1b[2K")


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Written()
    monkeypatch.setattr("sys.stderr", pipe)
    with measuring_shown() as stage:
        stage("measuring", 200)(100)
    assert pipe.text == ""


# At the end of a training.


class StopAtTheEnd:
    """An inbox that asks to stop once the last step has been taken."""

    def __init__(self, run_steps: int) -> None:
        self.left = run_steps + 1

    def drain(self) -> list[Command]:
        self.left -= 1
        return [Stop()] if self.left < 0 else []

    def wait(self) -> list[Command]:
        raise AssertionError("It never pauses.")


def run_with_much_held_out(parent: Path, **settings: object) -> Run:
    """One whose evaluations in mid-run read a part of what is held out."""
    run = tiny_run(parent, TINY_TEXT * 8, val_fraction=0.5, **settings)
    assert run.eval_chars < len(run.parts[1])
    return run


@pytest.mark.parametrize("window", [0, 9])
def test_the_measuring_at_the_end_stops_when_it_is_told_to_and_all_is_saved(
    tmp_path: Path, window: int
) -> None:
    run = run_with_much_held_out(tmp_path, window=window)
    events = list(events_of(run, StopAtTheEnd(12)))
    assert [event.sentence for event in only(Warned, events)][-1] == BROKEN_OFF
    assert only(Finished, events)[-1].reason == "stopped"
    assert not any(event.full for event in only(Evaluated, events))
    assert load_checkpoint(run.folder.last).header.progress.step == 12


def test_measuring_that_takes_long_says_how_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(events: list[TrainEvent]) -> list[str]:
        return [event.sentence for event in only(Warned, events) if "takes about" in event.sentence]

    monkeypatch.setattr(fit, "ANNOUNCED_S", 0.0)
    run = run_with_much_held_out(tmp_path / "long")
    (sentence,) = told(trained(run))
    held_out = f"{len(run.parts[1]):,}"
    assert sentence.startswith(
        f"The final evaluation on all {held_out} held-out characters takes about "
    )
    monkeypatch.setattr(fit, "ANNOUNCED_S", 1e9)
    assert told(trained(run_with_much_held_out(tmp_path / "short"))) == []


def test_the_test_of_a_classifier_stops_when_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = classify_run(tmp_path, tiny_tested(tmp_path / "tested"))
    events = list(classify_events(run, StopAtTheEnd(run.total_steps)))
    assert [event.sentence for event in only(Warned, events)] == [TEST_BROKEN_OFF]
    assert only(Finished, events)[-1].reason == "budget"
