"""The thread that trains: it tells all that happens, whatever happens."""

import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from rnntui.errors import CheckpointError
from rnntui.runtime import event_channel
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.trainer_thread import NICENESS, Events, TrainerThread
from rnntui.runtime.weights import WeightsMailbox
from rnntui.tasks.characters.opening import events_of
from rnntui.training.commands import (
    Continue,
    Inbox,
    Pause,
    SetSampleLength,
    SingleStep,
    Stop,
    WeightsOutlet,
)
from rnntui.training.events import Changed, Failed, Finished, Paused, Step, TrainEvent
from rnntui.training.runs.lock import is_being_trained
from rnntui.training.runs.record import read_events
from tests.factories import names, only, tiny_run

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""


def step(number: int) -> Step:
    """The event of a step."""
    return Step(number, number * 0.5, 0.0, 1.0, 0.1, 1.0, 1.0)


def thread_of(events: Events) -> TrainerThread:
    """A thread with a channel and a mailbox of its own."""
    return TrainerThread(events, EventChannel(), WeightsMailbox())


def ended(thread: TrainerThread) -> Sequence[TrainEvent]:
    """All events of a thread that comes to its end by itself."""
    thread._thread.join(PATIENCE)
    assert not thread.is_alive()
    return thread.channel.drain()


def two_steps(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
    """A training of two steps."""
    yield step(1)
    yield step(2)


@pytest.mark.parametrize("by_helper", [False, True], ids=["the trainer", "a thread it starts"])
def test_the_training_gives_way_to_the_thread_that_draws(by_helper: bool) -> None:
    found: list[int] = []

    def look() -> None:
        if sys.platform == "linux":
            found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        else:
            found.append(os.getpriority(os.PRIO_PROCESS, 0))

    def looking(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        if by_helper:
            helper = threading.Thread(target=look)
            helper.start()
            helper.join()
        else:
            look()
        yield step(1)

    thread = thread_of(looking)
    thread.start()
    assert list(ended(thread)) == [step(1)]
    look()  # in this thread, whose turn comes first
    trainer, here = found
    given = NICENESS if sys.platform == "linux" else 0
    assert trainer == min(here + given, 19)


def test_events_come_through_the_channel_in_order() -> None:
    thread = thread_of(two_steps)
    assert not thread.is_alive()
    thread.start()
    assert list(ended(thread)) == [step(1), step(2)]


def test_a_stated_error_ends_as_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def refused(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        yield step(3)
        raise CheckpointError("The run is being trained by another process.")

    thread = thread_of(refused)
    thread.start()
    assert list(ended(thread)) == [
        step(3),
        Failed(3, 1.5, "The run is being trained by another process."),
    ]
    assert caplog.records == []


def test_an_error_that_should_not_happen_ends_as_a_sentence_and_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        yield step(3)
        raise ZeroDivisionError("division by zero")

    thread = thread_of(broken)
    with caplog.at_level(logging.ERROR):
        thread.start()
        events = ended(thread)
    (failed,) = only(Failed, events)
    assert (failed.step, failed.elapsed_s) == (3, 1.5)
    assert "ZeroDivisionError" in failed.sentence
    assert failed.sentence.endswith(".")
    assert "Traceback" in caplog.text
    assert "division by zero" in caplog.text


def test_an_error_before_the_first_event_is_told_too() -> None:
    def broken(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        raise KeyError("run")

    thread = thread_of(broken)
    thread.start()
    (failed,) = ended(thread)
    assert isinstance(failed, Failed)
    assert failed.step == 0


def test_commands_reach_the_training() -> None:
    def echo(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        for command in inbox.wait():
            assert isinstance(command, SetSampleLength)
            yield Changed(0, 0.0, "sample_length", 0, command.sample_length)

    thread = thread_of(echo)
    thread.send(SetSampleLength(9))
    thread.start()
    assert list(ended(thread)) == [Changed(0, 0.0, "sample_length", 0, 9)]


def test_the_mailbox_is_the_trainings_outlet() -> None:
    outlets: list[WeightsOutlet] = []

    def notes(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        outlets.append(outlet)
        yield step(1)

    thread = thread_of(notes)
    thread.start()
    ended(thread)
    assert outlets == [thread.mailbox]


def until_stopped(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
    """A training that goes on until it is asked to stop."""
    number = 0
    while Stop() not in inbox.drain():
        number += 1
        yield step(number)
    yield Finished(number, 0.0, "stopped")


def test_a_stop_waits_for_the_end_and_keeps_every_event() -> None:
    thread = thread_of(until_stopped)
    thread.start()
    assert thread.stop(PATIENCE)
    assert not thread.is_alive()
    events = thread.channel.drain()
    assert isinstance(events[-1], Finished)
    assert [event.step for event in only(Step, events)] == list(range(1, len(events)))


def test_a_stop_frees_a_training_that_waits_for_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_channel, "CAPACITY", 2)
    thread = thread_of(until_stopped)
    thread.start()
    assert thread.stop(PATIENCE)


def test_a_stop_before_the_start_and_a_second_one_are_fine() -> None:
    thread = thread_of(two_steps)
    assert thread.stop(PATIENCE)
    thread.start()
    assert thread.stop(PATIENCE)
    assert thread.stop(PATIENCE)


def test_a_training_that_does_not_listen_is_not_waited_for_for_ever() -> None:
    gate = threading.Event()

    def deaf(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        gate.wait(PATIENCE)
        yield step(1)

    thread = thread_of(deaf)
    thread.start()
    assert not thread.stop(0.01)
    gate.set()
    assert thread.stop(PATIENCE)


def first_of(kind: type[TrainEvent], thread: TrainerThread, seen: list[TrainEvent]) -> None:
    """Take events until there is one of a kind, or the thread ends."""
    while thread.is_alive():
        drained = thread.channel.drain()
        seen += drained
        if only(kind, drained):
            return


def test_a_real_training_is_paused_stepped_and_stopped(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, steps=10**9)
    thread = thread_of(partial(events_of, run))
    thread.start()
    seen: list[TrainEvent] = []
    weights = thread.mailbox.wait_for_first(PATIENCE)
    assert weights is not None
    assert weights.step == 0
    thread.send(Pause())
    first_of(Paused, thread, seen)
    paused_at = only(Paused, seen)[0].step
    thread.send(SingleStep())
    first_of(Paused, thread, seen)
    assert only(Paused, seen)[1].step == paused_at + 1
    assert is_being_trained(run.folder)
    thread.send(Continue())
    assert thread.stop(PATIENCE)
    seen += thread.channel.drain()
    assert names(seen)[-2:] == ["Saved", "Finished"]
    assert seen == list(read_events(run.folder))
    assert not is_being_trained(run.folder)
    latest = thread.mailbox.latest()
    assert latest is not None
    assert latest.step == seen[-1].step


def test_a_stop_ends_a_real_training_in_a_pause(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, steps=10**9)
    thread = thread_of(partial(events_of, run))
    thread.send(Pause())
    thread.start()
    first_of(Paused, thread, [])
    assert thread.stop(PATIENCE)
    assert isinstance(list(read_events(run.folder))[-1], Finished)
