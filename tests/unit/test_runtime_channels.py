"""What passes between threads: commands, events and copies of weights."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime import event_channel
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.event_channel import EventChannel
from rnntui.runtime.weights import REFRESH_SECONDS, WeightsMailbox
from rnntui.training.commands import Command, Continue, Pause, SetLearningRate, Stop
from rnntui.training.events import Finished, Sampled, Saved, Step, TrainEvent, Warned
from tests.factories import TickingClock

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""


def step(number: int) -> Step:
    """The event of a step."""
    return Step(number, 0.0, 0.0, 1.0, 0.1, 1.0, 1.0)


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    """Start some work beside the test."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> bool:
    """Whether a thread comes to its end."""
    thread.join(PATIENCE)
    return not thread.is_alive()


# Commands.


def test_commands_are_taken_in_the_order_they_were_put() -> None:
    commands = CommandQueue()
    for command in (Pause(), SetLearningRate(0.1), Continue()):
        commands.put(command)
    assert list(commands.drain()) == [Pause(), SetLearningRate(0.1), Continue()]
    assert list(commands.drain()) == []


def test_a_wait_ends_with_all_that_has_come() -> None:
    commands = CommandQueue()
    commands.put(Pause())
    commands.put(Stop())
    assert list(commands.wait()) == [Pause(), Stop()]


def test_a_wait_lasts_until_something_comes() -> None:
    commands = CommandQueue()
    heard: list[Command] = []
    waiting = in_a_thread(lambda: heard.extend(commands.wait()))
    commands.put(Stop())
    assert ended(waiting)
    assert heard == [Stop()]


def test_no_command_of_many_threads_is_lost() -> None:
    commands = CommandQueue()

    def ask(number: int) -> None:
        for part in range(50):
            commands.put(SetLearningRate(number + part / 100))

    for thread in [in_a_thread(partial(ask, number)) for number in range(4)]:
        assert ended(thread)
    heard = [command.learning_rate for command in commands.drain()]  # type: ignore[union-attr]
    for number in range(4):
        own = [rate for rate in heard if int(rate) == number]
        assert own == [number + part / 100 for part in range(50)]


# Events.


def test_events_are_drained_in_order_and_once() -> None:
    channel = EventChannel()
    events = [step(1), step(2), Finished(2, 0.0, "budget")]
    for event in events:
        channel.put(event)
    assert list(channel.drain()) == events
    assert list(channel.drain()) == []


def test_rare_events_wake_the_reader_and_steps_do_not() -> None:
    woken: list[str] = []
    channel = EventChannel(lambda: woken.append("woken"))
    channel.put(step(1))
    assert woken == []
    rare: list[TrainEvent] = [
        *(Warned(1, 0.0, "Mind."), Saved(1, 0.0, "x"), Sampled(1, 0.0, "a", "b")),
        Finished(1, 0.0, "budget"),
    ]
    for event in rare:
        channel.put(event)
    assert woken == ["woken"] * 4


def test_a_reader_that_is_woken_finds_the_event() -> None:
    found: list[TrainEvent] = []
    channel = EventChannel(lambda: found.extend(channel.drain()))
    channel.put(step(1))
    channel.put(Finished(1, 0.0, "budget"))
    assert found == [step(1), Finished(1, 0.0, "budget")]


def test_a_closed_channel_wakes_nobody() -> None:
    woken: list[str] = []
    channel = EventChannel(lambda: woken.append("woken"))
    channel.close()
    channel.put(Finished(1, 0.0, "stopped"))
    assert woken == []
    assert list(channel.drain()) == [Finished(1, 0.0, "stopped")]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Channels with room for three events."""
    monkeypatch.setattr(event_channel, "CAPACITY", 3)
    return 3


def test_a_sender_waits_while_the_channel_is_full(small: int) -> None:
    channel = EventChannel()

    def send() -> None:
        for number in range(10):
            channel.put(step(number))

    sending = in_a_thread(send)
    received: list[TrainEvent] = []
    while len(received) < 10:
        drained = channel.drain()
        assert len(drained) <= small
        received += drained
    assert ended(sending)
    assert received == [step(number) for number in range(10)]


def test_closing_frees_a_sender_that_waits(small: int) -> None:
    channel = EventChannel()
    for number in range(small):
        channel.put(step(number))
    sending = in_a_thread(lambda: channel.put(step(99)))
    channel.close()
    assert ended(sending)
    # Nothing that was sent is lost.
    assert list(channel.drain()) == [step(0), step(1), step(2), step(99)]


# Weights.

CONFIG = ModelConfig(vocab_size=2, embedding_size=1, hidden_size=1, num_layers=1)
WEIGHTS = NetworkWeights(CONFIG, {"head.bias": np.zeros(2, np.float32)}, step=0)


def test_a_first_copy_is_wanted() -> None:
    mailbox = WeightsMailbox()
    assert mailbox.wanted()
    assert mailbox.latest() is None


def test_a_copy_that_nobody_has_read_is_not_replaced() -> None:
    clock = TickingClock(tick=1000.0)
    mailbox = WeightsMailbox(clock)
    mailbox.publish(WEIGHTS)
    assert not mailbox.wanted()
    assert mailbox.latest() is WEIGHTS
    assert mailbox.wanted()


def test_a_fresh_copy_is_not_replaced_at_once() -> None:
    clock = TickingClock(tick=0.0)
    mailbox = WeightsMailbox(clock)
    mailbox.publish(WEIGHTS)
    mailbox.latest()
    clock.now += REFRESH_SECONDS * 0.9
    assert not mailbox.wanted()
    clock.now += REFRESH_SECONDS * 0.2
    assert mailbox.wanted()


def test_only_the_latest_copy_is_kept() -> None:
    mailbox = WeightsMailbox()
    later = replace(WEIGHTS, step=7)
    mailbox.publish(WEIGHTS)
    mailbox.publish(later)
    assert mailbox.latest() is later
    assert mailbox.latest() is later


def test_a_reader_waits_for_the_first_copy() -> None:
    mailbox, received = WeightsMailbox(), []
    waiting = in_a_thread(lambda: received.append(mailbox.wait_for_first(PATIENCE)))
    mailbox.publish(WEIGHTS)
    assert ended(waiting)
    assert received == [WEIGHTS]


def test_a_reader_does_not_wait_for_ever() -> None:
    assert WeightsMailbox().wait_for_first(0.01) is None
