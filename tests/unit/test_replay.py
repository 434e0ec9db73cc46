"""A record shown again: paced by its own seconds, obeying the inbox at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.errors import CheckpointError
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.recorded.replay import TICK_SECONDS, replay_events
from rnntui.runtime.trainer_thread import TrainerThread
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import (
    Command,
    Continue,
    Move,
    MoveTo,
    NextSample,
    NullInbox,
    Pause,
    SaveNow,
    SingleStep,
    Stop,
)
from rnntui.training.events import (
    Continued,
    Failed,
    Finished,
    Paused,
    Resumed,
    Rewound,
    Sampled,
    Started,
    Step,
    TrainEvent,
    Warned,
)
from rnntui.training.runs.folder import RunFolder
from tests.factories import Script, names
from tests.run_files import SECONDS_PER_STEP, evaluated, finished, record, step, write_record


@dataclass
class Time:
    """A clock that goes on only by what is slept."""

    now: float = 50.0
    naps: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += max(seconds, 1e-6)  # no clock is finer


@dataclass
class AtMoments:
    """An inbox that gives each command once its moment has come; pauses last a minute."""

    time: Time
    commands: list[tuple[float, Command]]

    def drain(self) -> Sequence[Command]:
        due = [command for moment, command in self.commands if moment <= self.time.now]
        self.commands = [pair for pair in self.commands if pair[0] > self.time.now]
        return due

    def wait(self) -> Sequence[Command]:
        self.time.now += 60.0
        moment, command = self.commands.pop(0)
        assert moment <= self.time.now
        return (command,)


def folder_with(tmp_path: Path, events: Sequence[TrainEvent]) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir(exist_ok=True)
    write_record(folder, events)
    return folder


def at_once() -> float:
    return 0.0


def replayed(folder: RunFolder, inbox: object = None) -> list[TrainEvent]:
    return list(replay_events(folder, inbox or NullInbox(), at_once))  # type: ignore[arg-type]


# What is shown.


def test_all_events_are_shown_in_order(tmp_path: Path) -> None:
    events = [*record(30), finished(30)]
    assert replayed(folder_with(tmp_path, events)) == events


def test_a_failure_is_the_last_event(tmp_path: Path) -> None:
    events = [step(1), Failed(1, 0.5, "The loss is not finite.")]
    assert replayed(folder_with(tmp_path, events)) == events


def test_a_record_that_breaks_off_ends_as_stopped(tmp_path: Path) -> None:
    events = record(3)
    assert replayed(folder_with(tmp_path, events))[-1] == finished(3, "stopped")


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, record(3))
    with folder.metrics.open("a") as file:
        file.write('{"event": "step", "st')
    assert replayed(folder)[-2:] == [step(3), finished(3, "stopped")]


def test_recorded_pauses_are_left_out(tmp_path: Path) -> None:
    events = [step(1), Paused(1, 0.5), Continued(1, 0.5), step(2), finished(2)]
    assert names(replayed(folder_with(tmp_path, events))) == ["Step", "Step", "Finished"]


def test_a_run_without_a_record_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="'none' has no record to replay yet"):
        replayed(RunFolder(tmp_path / "none"))


def test_a_record_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.metrics.mkdir()
    with pytest.raises(CheckpointError, match="can't be read"):
        replayed(folder)


# Its pace.


def shown_at(folder: RunFolder, speed: float) -> list[tuple[float, TrainEvent]]:
    """Each event with the seconds since the beginning."""
    time = Time()
    start = time.now
    events = replay_events(folder, NullInbox(), lambda: speed, time.clock, time.sleep)
    shown = [(time.now - start, event) for event in events]
    assert not time.naps or max(time.naps) <= TICK_SECONDS
    return shown


@pytest.mark.parametrize("speed", [0.5, 1.0, 10.0, 100.0])
def test_each_event_comes_at_its_second_divided_by_the_speed(tmp_path: Path, speed: float) -> None:
    folder = folder_with(tmp_path, [*record(12, eval_every=5), finished(12)])
    for seconds, event in shown_at(folder, speed):
        assert seconds == pytest.approx((event.elapsed_s - SECONDS_PER_STEP) / speed, abs=1e-4)


def test_at_speed_zero_nothing_is_waited_for(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [*record(12), finished(12)])
    assert {seconds for seconds, _ in shown_at(folder, 0.0)} == {0.0}


@given(st.lists(st.floats(0.0, 50.0), min_size=1, max_size=12))
def test_no_event_is_early_and_none_is_lost_however_time_goes(
    tmp_path_factory: pytest.TempPathFactory, seconds: list[float]
) -> None:
    events = [replace(step(n + 1), elapsed_s=at) for n, at in enumerate(seconds)]
    folder = folder_with(tmp_path_factory.mktemp("runs"), events)
    shown = shown_at(folder, 7.0)
    assert [event for _, event in shown][:-1] == events
    for passed, event in shown[:-1]:
        assert passed >= (event.elapsed_s - seconds[0]) / 7.0 - 1e-9


def test_a_new_speed_acts_on_a_wait_that_has_begun(tmp_path: Path) -> None:
    time = Time()
    start = time.now

    def speed() -> float:
        return 1.0 if time.now - start < 2.0 else 0.0

    far = replace(step(2), elapsed_s=1000.0)
    folder = folder_with(tmp_path, [step(1), far])
    events = replay_events(folder, NullInbox(), speed, time.clock, time.sleep)
    assert next(events) == step(1)
    assert next(events) == far
    assert time.now - start == pytest.approx(2.0, abs=2 * TICK_SECONDS)


def test_a_slow_reader_is_caught_up_with(tmp_path: Path) -> None:
    time = Time()
    folder = folder_with(tmp_path, record(10))
    events = replay_events(folder, NullInbox(), lambda: 1.0, time.clock, time.sleep)
    next(events)
    time.now += 3.0
    for _ in range(6):
        next(events)
    assert time.naps == []


# Commands.


def test_a_stop_ends_a_long_wait_within_a_tick(tmp_path: Path) -> None:
    time = Time()
    folder = folder_with(tmp_path, [step(1), replace(step(2), elapsed_s=1e6)])
    inbox = AtMoments(time, [(time.now + 1.0, Stop())])
    stop_at = time.now + 1.0
    events = list(replay_events(folder, inbox, lambda: 1.0, time.clock, time.sleep))
    assert events == [step(1), finished(1, "stopped")]
    assert time.now <= stop_at + TICK_SECONDS + 1e-9


def test_a_stop_before_the_first_event_is_obeyed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, record(3))
    assert replayed(folder, Script(at={0: [Stop()]})) == [finished(1, "stopped")]


def test_a_stop_in_a_pause_is_obeyed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, record(3))
    inbox = Script(at={1: [Pause()]}, in_pauses=[[Stop()]])
    assert names(replayed(folder, inbox)) == ["Step", "Paused", "Finished"]


def test_a_pause_is_told_once_and_its_time_does_not_count(tmp_path: Path) -> None:
    time = Time()
    start = time.now
    folder = folder_with(tmp_path, [*record(4), finished(4)])
    commands: list[tuple[float, Command]] = [
        (start + 0.7, Pause()),
        (start + 0.7, Pause()),
        (start + 1.0, Continue()),
    ]
    inbox = AtMoments(time, commands)
    events = list(replay_events(folder, inbox, lambda: 1.0, time.clock, time.sleep))
    assert names(events) == ["Step", "Step", "Paused", "Continued", "Step", "Step", "Finished"]
    assert events[2] == Paused(2, 1.0)
    assert time.now - start == pytest.approx(60.0 + 3 * SECONDS_PER_STEP, abs=2 * TICK_SECONDS)


def test_single_steps_show_one_step_each_and_pause_again(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [*record(4, eval_every=2), finished(4)])
    inbox = Script(at={1: [SingleStep()]}, in_pauses=[[SingleStep()], [Continue()]])
    assert names(replayed(folder, inbox)) == [
        *("Step", "Step", "Paused"),
        *("Continued", "Evaluated", "Step", "Paused"),
        *("Continued", "Step", "Evaluated", "Finished"),
    ]


def test_a_single_step_is_not_waited_for(tmp_path: Path) -> None:
    time = Time()
    folder = folder_with(tmp_path, [step(1), replace(step(2), elapsed_s=1e6)])
    inbox = AtMoments(time, [(time.now, SingleStep()), (time.now, SingleStep())])
    events = replay_events(folder, inbox, lambda: 1.0, time.clock, time.sleep)
    assert names([next(events) for _ in range(2)]) == ["Step", "Paused"]
    inbox.commands = [(time.now, SingleStep())]
    assert names([next(events) for _ in range(3)]) == ["Continued", "Step", "Paused"]
    assert time.naps == []


# Its position.


def sampled(number: int) -> Sampled:
    return Sampled(number, number * SECONDS_PER_STEP, "The ", f"text of {number}")


def with_samples(steps: int, every: int) -> list[TrainEvent]:
    """A record with a sample, an evaluation before it, every so many steps."""
    events: list[TrainEvent] = []
    for number in range(1, steps + 1):
        events.append(step(number))
        if number % every == 0:
            events += [evaluated(number), sampled(number)]
    return [*events, finished(steps)]


def test_it_steps_from_sample_to_sample_and_pauses_at_each(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, with_samples(40, 20))
    inbox = Script(at={0: [NextSample()]}, in_pauses=[[NextSample()], [NextSample()]])
    shown = replayed(folder, inbox)
    pauses = [n for n, event in enumerate(shown) if isinstance(event, Paused)]
    assert [shown[n - 1] for n in pauses] == [sampled(20), sampled(40)]
    # After the last one there is only the end.
    assert shown[-2:] == [Continued(40, 20.0), finished(40)]


def test_a_record_without_samples_is_stepped_through_by_its_evaluations(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [*record(10, eval_every=4), finished(10)])
    inbox = Script(at={0: [NextSample()]}, in_pauses=[[NextSample()], [Continue()]])
    shown = replayed(folder, inbox)
    assert [event.step for event in shown if isinstance(event, Paused)] == [4, 8]


def test_two_quick_presses_are_two_samples(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, with_samples(60, 20))
    inbox = Script(at={0: [NextSample(), NextSample()]}, in_pauses=[[NextSample()], [Stop()]])
    shown = replayed(folder, inbox)
    assert [event.step for event in shown if isinstance(event, Paused)] == [40, 60]


def test_the_next_sample_is_not_waited_for(tmp_path: Path) -> None:
    time = Time()
    folder = folder_with(tmp_path, with_samples(40, 20))
    inbox = AtMoments(time, [(time.now, NextSample())])
    events = replay_events(folder, inbox, lambda: 1.0, time.clock, time.sleep)
    assert any(isinstance(event, Paused) for event in events if time.now == 50.0)


def paused_after(folder: RunFolder, *commands: Command) -> list[TrainEvent]:
    """What is shown from a pause at step 48 of 100 on, until it is paused again and stopped."""
    inbox = Script(at={50: [Pause()]}, in_pauses=[*([command] for command in commands), [Stop()]])
    shown = replayed(folder, inbox)
    return shown[shown.index(Paused(48, 24.0)) + 1 :]


@pytest.fixture
def hundred(tmp_path: Path) -> RunFolder:
    about = ("run", "play", 10, 5, 900, 100, 100, 30, 60, "cpu")
    events = [Started(0, 0.0, *about), *record(100, eval_every=0), finished(100)]
    events.insert(11, Warned(10, 5.0, "The text is short."))
    return folder_with(tmp_path, events)


def test_forward_shows_a_tenth_at_once_and_stays_paused(hundred: RunFolder) -> None:
    shown = paused_after(hundred, Move(0.1))
    assert [event.step for event in shown if isinstance(event, Step)] == list(range(49, 59))
    assert shown[-2:] == [Paused(58, 29.0), finished(58, "stopped")]


def test_back_shows_the_record_anew_up_to_there_and_stays_paused(hundred: RunFolder) -> None:
    shown = paused_after(hundred, Move(-0.1))
    assert isinstance(shown[0], Rewound)
    assert isinstance(shown[1], Started)
    assert [event.step for event in shown if isinstance(event, Step)] == list(range(1, 39))
    assert shown[-2:] == [Paused(38, 19.0), finished(38, "stopped")]
    assert "Warned" not in names(shown)


@pytest.mark.parametrize(("step", "place"), [(38, 38), (70, 70), (-5, 1), (500, 100)])
def test_a_step_is_gone_to_forwards_and_back(hundred: RunFolder, step: int, place: int) -> None:
    assert paused_after(hundred, MoveTo(step))[-1].step == place


def test_each_move_starts_from_the_place_that_was_asked_for_last(hundred: RunFolder) -> None:
    script = Script(at={50: [Move(-0.1), Move(-0.1), Move(0.3), Pause()]}, in_pauses=[[Stop()]])
    assert replayed(hundred, script)[-1].step == 58
    script = Script(at={50: [Move(-0.1), Move(-0.1), Pause()]}, in_pauses=[[Stop()]])
    assert replayed(hundred, script)[-1].step == 28


@pytest.mark.parametrize(("share", "place"), [(-9.0, 1), (9.0, 100)])
def test_no_move_leaves_the_record(hundred: RunFolder, share: float, place: int) -> None:
    assert paused_after(hundred, Move(share))[-1].step == place


def test_even_a_short_record_moves_by_a_step(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [*record(4), finished(4)])
    script = Script(at={2: [Pause()]}, in_pauses=[[Move(0.1)], [Move(-0.1)], [Stop()]])
    assert [event.step for event in replayed(folder, script) if isinstance(event, Step)] == [
        *(1, 2, 3),
        *(1, 2),
    ]


def test_from_where_it_was_moved_to_it_goes_on_at_its_pace(hundred: RunFolder) -> None:
    time = Time()
    inbox = AtMoments(time, [(time.now + 10.0, Move(-0.1))])
    events = replay_events(hundred, inbox, lambda: 1.0, time.clock, time.sleep)
    shown = [(time.now - 50.0, event.step) for event in events if isinstance(event, Step)]
    back = next(n for n, (_, number) in enumerate(shown[1:], 1) if number == 1)
    sought = shown[back - 1][1] - 10
    moment, number = shown[back + sought]
    assert number == sought + 1
    assert moment == pytest.approx(10.0 + SECONDS_PER_STEP, abs=0.1)


def test_commands_that_only_a_training_can_obey_change_nothing(tmp_path: Path) -> None:
    events = [*record(3), finished(3)]
    assert replayed(folder_with(tmp_path, events), Script(at={1: [SaveNow()]})) == events


def test_a_trainer_thread_pumps_it_and_can_stop_it(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [step(1), replace(step(2), elapsed_s=1e6)])
    channel = EventChannel()
    thread = TrainerThread(
        lambda inbox, _: replay_events(folder, inbox, lambda: 1.0), channel, WeightsMailbox()
    )
    thread.start()
    assert thread.stop(10.0)
    assert isinstance(channel.drain()[-1], Finished)


def test_a_resumed_record_goes_on_across_the_break(tmp_path: Path) -> None:
    about = ("run", "play", 10, 5, 900, 100, 100, 30, 60, "cpu")
    events = [Started(0, 0.0, *about), step(1), Resumed(1, 0.5, *about), step(2), finished(2)]
    shown = replayed(folder_with(tmp_path, events))
    assert shown == events
    assert isinstance(shown[1], Step)
