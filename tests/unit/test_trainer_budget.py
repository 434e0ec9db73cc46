"""When a training ends: after its steps, its epochs, its minutes or its patience."""

from pathlib import Path

import pytest

from rnntui.tasks.characters import learners
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.compiled_learner import CompiledLearner
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.torch_learner import TorchLearner
from rnntui.text.batches import Batch, StreamBatches
from rnntui.training.commands import Command, Stop
from rnntui.training.events import (
    Changed,
    Evaluated,
    Finished,
    Resumed,
    Started,
    Step,
    TrainEvent,
)
from rnntui.training.loop import train
from rnntui.training.loop_state import MEASURED_STEPS
from rnntui.training.measure import Measure
from rnntui.training.runs.folder import read_configuration
from rnntui.training.runs.record import Record, recorded
from tests.factories import ReadyFrom, Script, TickingClock, only, resumed, tiny_run, trained

FIRST, LATER = 10.0, 0.5
"""Seconds of the first batch after a start, which sets things up, and of the others."""


class Pacing:
    """A clock by which batches take so long, and nothing else takes any time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, later: float = LATER) -> None:
        self.clock, self.later = TickingClock(tick=0.0), later
        self.first_is_over = False
        whole = StreamBatches.batch

        def takes_time(batches: StreamBatches, epoch: int, index: int) -> Batch:
            self.clock.now += self.later if self.first_is_over else FIRST
            self.first_is_over = True
            return whole(batches, epoch, index)

        monkeypatch.setattr(StreamBatches, "batch", takes_time)

    def trained(self, run: Run, at: dict[int, list[Command]] | None = None) -> list[TrainEvent]:
        """All events of a training by this clock."""
        self.first_is_over = False
        lines = run.resume_from.header.progress.events if run.resume_from else 0
        record = Record(run.folder, lines)
        training = train(
            run, learner_for(run), Script(at or {}), clock=self.clock, recorded=record.lines
        )
        events = list(recorded(training, record))
        record.close()
        return events


@pytest.fixture
def pacing(monkeypatch: pytest.MonkeyPatch) -> Pacing:
    """Batches of half a second, the first of ten."""
    return Pacing(monkeypatch)


TIMED = MEASURED_STEPS + 1
"""The step at which a training is timed: the first one sets things up."""
STEPS_OF_A_MINUTE = 1 + int((60 - FIRST) / LATER)


def test_minutes_become_the_steps_that_fit_in_them(tmp_path: Path, pacing: Pacing) -> None:
    events = pacing.trained(tiny_run(tmp_path, minutes=1))
    assert only(Started, events)[0].total_steps == 0
    (settled,) = only(Changed, events)
    assert settled.step == TIMED
    assert (settled.setting, settled.old, settled.new) == ("steps", 0, STEPS_OF_A_MINUTE)
    assert only(Step, events)[-1].step == STEPS_OF_A_MINUTE == 101
    assert events[-1].elapsed_s == pytest.approx(60)
    assert only(Finished, events)[0].reason == "budget"


def test_what_is_done_between_steps_counts_among_the_minutes(
    tmp_path: Path, pacing: Pacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = TorchLearner.evaluate

    def takes_time(learner: TorchLearner) -> Measure:
        pacing.clock.now += 2.0
        return whole(learner)

    monkeypatch.setattr(TorchLearner, "evaluate", takes_time)
    events = pacing.trained(tiny_run(tmp_path, minutes=1, eval_every=4))
    assert only(Step, events)[-1].step < STEPS_OF_A_MINUTE * 0.6
    assert events[-1].elapsed_s == pytest.approx(60, abs=3)


def test_minutes_that_became_steps_are_written_down(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, minutes=1)
    assert read_configuration(run.folder)["resolved"]["total_steps"] == 0
    pacing.trained(run, {TIMED: [Stop()]})
    assert read_configuration(run.folder)["resolved"]["total_steps"] == STEPS_OF_A_MINUTE
    assert load_checkpoint(run.folder.last).header.progress.total_steps == STEPS_OF_A_MINUTE


def test_a_resume_keeps_the_steps_whatever_its_speed(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, minutes=1)
    pacing.trained(run, {30: [Stop()]})
    again = resumed(run)
    pacing.later = 7.0
    events = pacing.trained(again)
    assert only(Resumed, events)[0].total_steps == STEPS_OF_A_MINUTE
    assert not only(Changed, events)
    assert only(Step, events)[-1].step == STEPS_OF_A_MINUTE


def test_a_change_of_something_else_keeps_the_steps_too(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, minutes=1)
    pacing.trained(run, {30: [Stop()]})
    again = resumed(run, save_every=5.0)
    assert read_configuration(run.folder)["resolved"]["total_steps"] == STEPS_OF_A_MINUTE
    assert only(Step, pacing.trained(again))[-1].step == STEPS_OF_A_MINUTE


def test_other_minutes_are_measured_anew(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, minutes=1)
    pacing.trained(run, {30: [Stop()]})
    again = resumed(run, minutes=2.0)
    pacing.later = 1.0
    events = pacing.trained(again)
    (settled,) = only(Changed, events)
    assert settled.step == 30 + TIMED
    assert events[-1].elapsed_s == pytest.approx(120, abs=1)


def test_minutes_may_take_the_place_of_steps(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, steps=10)
    pacing.trained(run)
    again = resumed(run, minutes=1.0)
    assert only(Resumed, events := pacing.trained(again))[0].total_steps == 0
    assert events[-1].elapsed_s == pytest.approx(60, abs=1)


def test_another_engine_is_timed_anew_at_once_and_in_a_resume(
    tmp_path: Path, pacing: Pacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learners, "preparation", lambda: ReadyFrom(30))
    run = tiny_run(tmp_path, minutes=1, engine="auto", cell="lstm")
    events = pacing.trained(run, {40: [Stop()]})
    timed, unknown = only(Changed, events)
    assert (timed.step, timed.new) == (TIMED, STEPS_OF_A_MINUTE)
    assert (unknown.old, unknown.new) == (STEPS_OF_A_MINUTE, 0)
    progress = load_checkpoint(run.folder.last).header.progress
    assert (progress.engine, progress.total_steps) == ("compiled", 0)
    pacing.later = 0.25
    (settled,) = only(Changed, events := pacing.trained(resumed(run)))
    assert (settled.step, settled.old) == (40 + TIMED, 0)
    assert settled.new == only(Step, events)[-1].step > STEPS_OF_A_MINUTE
    assert events[-1].elapsed_s == pytest.approx(60, abs=0.3)


def test_a_faster_engine_is_not_held_to_the_steps_of_a_slower_one(
    tmp_path: Path, pacing: Pacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learners, "preparation", lambda: ReadyFrom(60))
    run = tiny_run(tmp_path, minutes=1, engine="auto", cell="lstm", eval_every=10_000)
    events = []
    for event in train(run, learner_for(run), clock=pacing.clock):
        events.append(event)
        if type(event).__name__ == "Switched":
            pacing.later = 0.125
    assert events[-1].elapsed_s == pytest.approx(60, abs=0.3)
    assert only(Step, events)[-1].step > 2 * STEPS_OF_A_MINUTE


@pytest.mark.parametrize("switches_at", [30, 38, 39, 40, 41])
def test_what_evaluations_take_is_told_wherever_another_engine_takes_over(
    tmp_path: Path, pacing: Pacing, monkeypatch: pytest.MonkeyPatch, switches_at: int
) -> None:
    def takes_time(_: object) -> Measure:
        pacing.clock.now += 4.0
        return Measure(1.0, 1)

    monkeypatch.setattr(CompiledLearner, "evaluate", takes_time)
    monkeypatch.setattr(learners, "preparation", lambda: ReadyFrom(switches_at))
    run = tiny_run(tmp_path, minutes=3, engine="auto", cell="lstm", eval_every=40)
    events = pacing.trained(run)
    assert events[-1].elapsed_s == pytest.approx(180, abs=5)


def test_a_kill_behind_the_timing_leaves_its_number(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, minutes=1)
    for event in train(run, learner_for(run), clock=pacing.clock):
        if isinstance(event, Step) and event.step == TIMED + 1:
            break
    assert load_checkpoint(run.folder.last).header.progress.total_steps == STEPS_OF_A_MINUTE


def test_a_stop_before_the_speed_is_known_leaves_it_to_be_measured(
    tmp_path: Path, pacing: Pacing
) -> None:
    run = tiny_run(tmp_path, minutes=1)
    pacing.trained(run, {TIMED - 1: [Stop()]})
    events = pacing.trained(resumed(run))
    assert only(Resumed, events)[0].total_steps == 0
    assert only(Changed, events)[0].step == 2 * TIMED - 1
    assert events[-1].elapsed_s == pytest.approx(60, abs=1)


def test_minutes_that_are_over_before_the_speed_is_known_end_there(
    tmp_path: Path, pacing: Pacing
) -> None:
    events = pacing.trained(tiny_run(tmp_path, minutes=0.1))
    assert only(Step, events)[-1].step == 1
    assert only(Finished, events)[0].reason == "budget"


def test_the_speed_that_is_told_leaves_the_first_step_out(tmp_path: Path, pacing: Pacing) -> None:
    steps = only(Step, pacing.trained(tiny_run(tmp_path, steps=5)))
    characters = 3 * 7
    told = [step.chars_per_second for step in steps]
    assert told == pytest.approx([characters / FIRST] + [characters / LATER] * 4)


def test_saves_come_by_the_seconds_of_training(tmp_path: Path, pacing: Pacing) -> None:
    run = tiny_run(tmp_path, steps=20, save_every=2.0, eval_every=1000)
    saved = [e.step for e in pacing.trained(run) if type(e).__name__ == "Saved"]
    assert saved == [0, 1, 5, 9, 13, 17, 20, 20]


def test_steps_and_epochs_are_known_from_the_start(tmp_path: Path) -> None:
    assert only(Started, trained(tiny_run(tmp_path / "a", steps=3)))[0].total_steps == 3
    by_epochs = tiny_run(tmp_path / "b", epochs=2, batch_size=20)
    assert only(Started, trained(by_epochs))[0].total_steps == 2 * 7
    assert read_configuration(by_epochs.folder)["resolved"]["total_steps"] == 2 * 7


@pytest.mark.parametrize("patience", [1, 3])
def test_patience_ends_after_so_many_evaluations_without_a_better_one(
    tmp_path: Path, patience: int
) -> None:
    run = tiny_run(tmp_path, patience=patience, learning_rate=5.0, steps=500, eval_every=2)
    events = trained(run)
    assert only(Finished, events)[0].reason == "patience"
    in_mid_run = [event for event in only(Evaluated, events) if not event.full]
    assert [event.best for event in in_mid_run[-patience:]] == [False] * patience
    assert in_mid_run[-patience - 1].best
    assert events[-1].step == in_mid_run[-1].step < 500
    assert load_checkpoint(run.folder.best).header.progress.step == in_mid_run[-patience - 1].step


def test_patience_goes_by_epochs_where_nothing_is_held_out(tmp_path: Path) -> None:
    run = tiny_run(
        tmp_path, patience=1, learning_rate=5.0, epochs=50, val_fraction=0.0, batch_size=20
    )
    events = trained(run)
    assert only(Finished, events)[0].reason == "patience"
    assert events[-1].step % 7 == 0
    assert not only(Evaluated, events)[-1].best


def test_without_patience_nothing_ends_early(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=5.0, steps=60, eval_every=2)
    assert only(Finished, trained(run))[0].reason == "budget"
