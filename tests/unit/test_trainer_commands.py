"""What a training may be asked to do: each acts at the next whole step and is told of."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.learners import learner_for
from rnntui.training.commands import (
    Command,
    Continue,
    Pause,
    RollBack,
    SaveNow,
    SetLearningRate,
    SetSampleLength,
    SingleStep,
    Stop,
)
from rnntui.training.events import (
    Changed,
    Failed,
    Finished,
    Paused,
    RolledBack,
    Sampled,
    Saved,
    Step,
    TrainEvent,
    Warned,
)
from rnntui.training.loop import train
from rnntui.training.runs.record import read_events
from tests.factories import (
    Script,
    TickingClock,
    assert_same_tensors,
    losses,
    names,
    only,
    tiny_run,
    trained,
)

QUIET: dict[str, Any] = {"eval_every": 1000, "sample_every": 1000}
"""Nothing but steps."""


def told(
    tmp_path: Path,
    at: dict[int, Sequence[Command]],
    in_pauses: Sequence[Sequence[Command]] = (),
    steps: int = 5,
) -> list[TrainEvent]:
    """The events of a quiet training between its first save and its end."""
    run = tiny_run(tmp_path, steps=steps, **QUIET)
    events = trained(run, Script(at, list(in_pauses)))
    assert list(read_events(run.folder)) == events
    return events[2:]


def test_a_stop_saves_and_ends_at_that_step(tmp_path: Path) -> None:
    events = told(tmp_path, {3: [Stop()]})
    assert names(events) == ["Step"] * 3 + ["Saved", "Finished"]
    assert events[-1].step == 3
    assert only(Finished, events)[0].reason == "stopped"
    assert load_checkpoint(tmp_path / "tiny" / "last.safetensors").header.progress.step == 3


def test_nothing_comes_after_a_stop(tmp_path: Path) -> None:
    at: dict[int, Sequence[Command]] = {
        2: [Stop(), SaveNow(), Stop(), SetLearningRate(1.0), Pause()]
    }
    assert names(told(tmp_path, at)) == ["Step"] * 2 + ["Saved", "Finished"]


def test_a_stop_before_the_first_step_leaves_a_network_that_knows_nothing(tmp_path: Path) -> None:
    assert names(told(tmp_path, {0: [Stop()]})) == ["Saved", "Finished"]


def test_a_pause_holds_until_it_is_ended(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [Pause()]}, [[], [SaveNow()], [Continue()]])
    assert names(events)[:6] == ["Step", "Step", "Paused", "Saved", "Continued", "Step"]
    assert [event.step for event in events[2:5]] == [2, 2, 2]


def test_a_second_pause_is_none(tmp_path: Path) -> None:
    events = told(tmp_path, {1: [Continue(), Pause(), Pause()]}, [[Pause()], [Continue()]])
    assert len(only(Paused, events)) == 1


def test_a_stop_in_a_pause_ends_it(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [Pause()]}, [[Stop()]])
    assert names(events) == ["Step"] * 2 + ["Paused", "Saved", "Finished"]


def test_a_pause_and_its_end_at_once_hold_nothing(tmp_path: Path) -> None:
    events = told(tmp_path, {1: [Pause(), Continue()]})
    assert names(events)[:4] == ["Step", "Paused", "Continued", "Step"]


def test_a_single_step_is_one_step_and_a_pause(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [Pause()]}, [[SingleStep()], [SingleStep()], [Continue()]])
    one_step = ["Continued", "Step", "Paused"]
    assert names(events)[:10] == ["Step"] * 2 + ["Paused"] + one_step * 2 + ["Continued"]
    assert len(only(Step, events)) == 5


def test_a_single_step_pauses_a_running_training(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [SingleStep()]}, [[Continue()]])
    assert names(events)[:5] == ["Step"] * 3 + ["Paused", "Continued"]


@pytest.mark.parametrize("other", [Continue(), Pause()])
def test_the_last_word_counts_after_a_single_step_was_asked_for(
    tmp_path: Path, other: Command
) -> None:
    events = told(tmp_path, {1: [Pause()]}, [[SingleStep(), other], [Continue()]])
    paused = only(Paused, events)
    assert [event.step for event in paused] == ([1] if other == Continue() else [1, 1])


def test_a_save_is_made_at_once(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, steps=5, **QUIET)
    events = iter(train(run, learner_for(run), Script({2: [SaveNow()]})))
    saved = [event for event in events if isinstance(event, Saved) and event.step == 2]
    assert [event.path for event in saved] == [str(run.folder.last)]


def test_a_learning_rate_holds_from_the_next_step_on(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [SetLearningRate(0.25)]})
    assert only(Changed, events) == [
        Changed(2, only(Changed, events)[0].elapsed_s, "learning_rate", 2e-3, 0.25)
    ]
    rates = [step.learning_rate for step in only(Step, events)]
    assert rates == pytest.approx([2e-3] * 2 + [0.25] * 3)


def test_a_learning_rate_scales_the_rest_of_its_schedule(tmp_path: Path) -> None:
    free = tiny_run(tmp_path / "free", steps=8, schedule="cosine", **QUIET)
    rates = [step.learning_rate for step in only(Step, trained(free))]
    run = tiny_run(tmp_path / "set", steps=8, schedule="cosine", **QUIET)
    script = Script({3: [SetLearningRate(rates[3] * 10)]})
    scaled = [step.learning_rate for step in only(Step, trained(run, script))]
    assert scaled == pytest.approx(rates[:3] + [rate * 10 for rate in rates[3:]])


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf, -math.inf])
def test_a_learning_rate_that_is_none_changes_nothing(tmp_path: Path, rate: float) -> None:
    events = told(tmp_path, {2: [SetLearningRate(rate)]})
    assert [event.sentence for event in only(Warned, events)] == [
        "The learning rate stays at 0.002."
    ]
    assert {step.learning_rate for step in only(Step, events)} == {2e-3}


@pytest.mark.parametrize("rate", [1e308, 1e-300, 5e-324])
def test_an_absurd_learning_rate_ends_in_events_all_the_same(tmp_path: Path, rate: float) -> None:
    events = told(tmp_path, {2: [SetLearningRate(rate)]})
    assert isinstance(events[-1], Finished | Failed)


def test_a_sample_length_holds_from_the_next_sample_on(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, steps=6, sample_every=2)
    events = trained(run, Script({3: [SetSampleLength(11)]}))
    assert [len(event.text) for event in only(Sampled, events)] == [6, 11, 11]
    changed = only(Changed, events)[0]
    assert (changed.setting, changed.old, changed.new) == ("sample_length", 6, 11)


def test_rolling_back_brings_the_best_weights_back_and_keeps_the_position(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, steps=7)
    events = trained(run, Script({6: [RollBack(), SaveNow(), Stop()]}))
    (back,) = only(RolledBack, events)
    assert (back.step, back.to_step) == (6, 4)
    assert_same_tensors(run.folder.best, run.folder.last)
    progress = load_checkpoint(run.folder.last).header.progress
    assert (progress.step, progress.batch) == (6, 6)


def test_rolling_back_goes_on_with_other_losses(tmp_path: Path) -> None:
    free = tiny_run(tmp_path / "free", steps=9)
    trained(free)
    run = tiny_run(tmp_path / "back", steps=9)
    trained(run, Script({6: [RollBack()]}))
    assert losses(run.folder)[:6] == losses(free.folder)[:6]
    assert losses(run.folder)[6] != losses(free.folder)[6]


def test_there_is_no_going_back_before_there_is_a_best(tmp_path: Path) -> None:
    events = told(tmp_path, {2: [RollBack()]})
    assert "no best checkpoint yet" in only(Warned, events)[0].sentence
    assert len(only(Step, events)) == 5


def test_there_is_no_going_back_to_a_best_that_was_deleted(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    events = []
    for event in train(run, learner_for(run), Script({6: [RollBack()]})):
        events.append(event)
        if event.step == 5:
            run.folder.best.unlink(missing_ok=True)
    assert "There is no checkpoint" in only(Warned, events)[0].sentence
    assert len(only(Step, events)) == 12
    assert isinstance(events[-1], Finished)


def test_commands_are_obeyed_in_their_order(tmp_path: Path) -> None:
    rates = [SetLearningRate(0.1), SetLearningRate(0.2), SetLearningRate(0.3)]
    changes = only(Changed, told(tmp_path, {1: rates}))
    assert [(event.old, event.new) for event in changes] == pytest.approx(
        [(2e-3, 0.1), (0.1, 0.2), (0.2, 0.3)]
    )


class LongPause:
    """An inbox that pauses before the third step, for an hour of a clock."""

    def __init__(self, clock: TickingClock) -> None:
        self.clock, self.asked = clock, 0

    def drain(self) -> Sequence[Command]:
        self.asked += 1
        return (Pause(),) if self.asked == 3 else ()

    def wait(self) -> Sequence[Command]:
        self.clock.now += 3600
        return (Continue(),)


def test_a_pause_does_not_count_in_the_seconds(tmp_path: Path) -> None:
    clock = TickingClock(tick=0.01)
    run = tiny_run(tmp_path, steps=5, save_every=600.0, **QUIET)
    events = list(train(run, learner_for(run), LongPause(clock), clock=clock))
    assert len(only(Paused, events)) == 1
    assert events[-1].elapsed_s < 10
    assert min(step.chars_per_second for step in only(Step, events)) > 21
    assert {event.step for event in only(Saved, events)} == {0, 5}
