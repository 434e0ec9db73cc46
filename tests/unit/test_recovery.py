"""A run's folder that is deleted, renamed or replaced while the run is trained."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.opening import events_of, new_run, resume_run
from rnntui.tasks.classification.opening import classify_events, resume_classify_run
from rnntui.tasks.summary import summarise
from rnntui.training.commands import SaveNow
from rnntui.training.events import Failed, Started, Step, TrainEvent
from rnntui.training.runs.folder import RunFolder, list_runs
from tests.classify_factories import classified, classify_run
from tests.command_line import SMALL, rnntui, run_called, stated, text_file
from tests.factories import (
    TINY_TEXT,
    Script,
    TickingClock,
    losses,
    only,
    tiny_config,
    tiny_corpus,
    tiny_run,
    trained,
)


def deleted(path: Path) -> None:
    shutil.rmtree(path)


def renamed(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def emptied(path: Path) -> None:
    (path / "run.toml").unlink()


def replaced(path: Path) -> None:
    """Another run of that name stands where it stood."""
    deleted(path)
    new_run(path.parent, tiny_corpus(), tiny_config(), path.name)


BY_HAND = [deleted, renamed, emptied, replaced]


def after(events: list[TrainEvent], kind: type[TrainEvent], do: Callable[[], object]) -> None:
    """Do something once an event of that kind has come."""
    if len(only(kind, events)) == 1 and isinstance(events[-1], kind):
        do()


@pytest.mark.parametrize("away", BY_HAND)
def test_the_training_fails_with_a_sentence_and_its_weights_are_where_that_says(
    tmp_path: Path, away: Callable[[Path], None]
) -> None:
    run = tiny_run(tmp_path)
    events: list[TrainEvent] = []
    for event in events_of(run, Script({3: [SaveNow()]})):
        events.append(event)
        after(events, Step, lambda: away(run.folder.path))
    failed = events[-1]
    assert isinstance(failed, Failed)
    recovered = RunFolder(tmp_path / "tiny-recovered-1")
    assert failed.sentence == (
        "The folder of the run 'tiny' was moved or deleted while it was trained. Its weights are"
        f" saved in {recovered.path}; continue with --resume tiny-recovered-1."
    )
    assert load_checkpoint(recovered.last).header.progress.step == 3
    assert summarise(recovered).name == "tiny-recovered-1"
    if away is not emptied:
        assert not (run.folder.path / "last.safetensors").exists()


def test_what_was_recovered_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    for event in events_of(run, Script({3: [SaveNow()]})):
        if isinstance(event, Step) and event.step == 1:
            deleted(run.folder.path)
    whole = tiny_run(tmp_path / "whole")
    trained(whole)
    go_on = resume_run(tmp_path, "tiny-recovered-1", {})
    trained(go_on)
    assert losses(go_on.folder) == losses(whole.folder)[3:]


def test_a_classifiers_run_is_recovered_in_the_same_way(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    events: list[TrainEvent] = []
    for event in classify_events(run, Script({3: [SaveNow()]})):
        events.append(event)
        after(events, Step, lambda: deleted(run.folder.path))
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert "--resume tiny-recovered-1" in failed.sentence
    (recovered,) = list_runs(run.folder.path.parent)
    go_on = resume_classify_run(recovered.path.parent, recovered.name, {})
    assert classified(go_on)[-1].step == go_on.total_steps


def test_a_disk_that_has_no_room_for_it_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path / "runs")
    events = events_of(run)
    next(events)
    next(events)
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "runs").write_text("a file stands in the way")
    failed = list(events)[-1]
    assert isinstance(failed, Failed)
    assert "and its weights can't be saved: The run's folder" in failed.sentence


def test_minutes_that_become_steps_make_no_phantom(tmp_path: Path) -> None:
    from rnntui.training.loop import train

    run = tiny_run(tmp_path, minutes=1.0)
    for event in train(run, learner_for(run), clock=TickingClock(0.5)):
        if isinstance(event, Started):
            deleted(run.folder.path)
    assert [folder.name for folder in list_runs(tmp_path)] == ["tiny-recovered-1"]
    assert not run.folder.path.exists()


def test_the_command_line_says_it_and_ends_with_code_1() -> None:
    gone: list[str] = []

    def heard(text: str) -> None:
        if "step" in text and not gone:
            gone.append(text)
            deleted(run_called("a").path)

    flags = ("train", text_file(TINY_TEXT), *SMALL, "--steps", "4", "--name", "a")
    stated(rnntui(*flags, "--json", heard=heard), "moved or deleted", "--resume a-recovered-1")
    assert not run_called("a").path.exists()
    assert rnntui("train", "--resume", "a-recovered-1", "--steps", "6").code == 0
