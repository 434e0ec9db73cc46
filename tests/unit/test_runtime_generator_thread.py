"""The generator thread: characters in order, at a pace, held back by whoever reads them."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from rnntui.errors import CorpusError
from rnntui.runtime.generating.generator_thread import CAPACITY, PacedThread
from rnntui.sampling.stream import Character

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""


def character(number: int) -> Character:
    """A character that can be told from the others."""
    return Character(chr(0x4E00 + number), 0.5, (), number)


def characters(count: int) -> list[Character]:
    """The first characters of a stream."""
    return [character(number) for number in range(count)]


def no_failure(sentence: str) -> None:
    """Nothing is expected to go wrong."""
    raise AssertionError(sentence)


def generator_for(
    stream: Callable[[], Iterator[Character]], pace: float = 0.0, capacity: int = CAPACITY
) -> PacedThread:
    """A generator that is not expected to fail."""
    return PacedThread(stream, no_failure, pace, capacity)


def endless() -> Iterator[Character]:
    """A stream without an end."""
    return (character(number % 1000) for number in itertools.count())


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def taken(generator: PacedThread, count: int) -> list[Character]:
    """So many characters of a generator, and perhaps more."""
    read: list[Character] = []

    def enough() -> bool:
        read.extend(generator.drain())
        return len(read) >= count

    eventually(enough)
    return read


class Waits(threading.Event):
    """Stands in for the generator's clock: no wait takes any time, and each is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[float] = []
        self.then: Callable[[], None] = lambda: None

    def wait(self, timeout: float | None = None) -> bool:
        """Note the wait, and let something happen in it."""
        self.lengths.append(timeout or 0.0)
        self.then()
        return self.is_set()


def test_characters_arrive_in_their_order() -> None:
    generator = generator_for(lambda: iter(characters(2000)))
    generator.start()
    assert taken(generator, 2000) == characters(2000)
    eventually(lambda: not generator.is_alive())


def test_a_reader_that_does_not_read_holds_the_generator_back() -> None:
    drawn = itertools.count()
    latest = [0]

    def counted() -> Iterator[Character]:
        for number in drawn:
            latest[0] = number
            yield character(number)

    generator = generator_for(counted, capacity=5)
    generator.start()
    eventually(lambda: latest[0] == 5)
    assert list(generator.drain()) == characters(5)
    eventually(lambda: latest[0] == 10 or latest[0] == 11)
    generator.stop()
    assert not generator.is_alive()
    assert latest[0] <= 11


def test_nothing_waits_for_nobody_at_full_pace() -> None:
    generator = generator_for(lambda: iter(characters(300)))
    generator._stopped = waits = Waits()
    generator.start()
    taken(generator, 300)
    assert waits.lengths == []


def test_a_pace_is_a_wait_before_each_character() -> None:
    generator = generator_for(lambda: iter(characters(4)), pace=20.0)
    generator._stopped = waits = Waits()
    generator.start()
    assert taken(generator, 4) == characters(4)
    assert waits.lengths == [0.05] * 4


def test_a_pace_set_in_mid_stream_acts_on_the_next_character() -> None:
    generator = generator_for(lambda: iter(characters(4)), pace=20.0)
    generator._stopped = waits = Waits()

    def slower() -> None:
        generator.pace = 0.0 if len(waits.lengths) == 3 else generator.pace / 10

    waits.then = slower
    generator.start()
    assert taken(generator, 4) == characters(4)
    assert waits.lengths == pytest.approx([0.05, 0.5, 5.0])


def test_a_pause_holds_the_next_character_until_it_ends() -> None:
    generator = generator_for(lambda: iter(characters(3)))
    generator._stopped = waits = Waits()
    before: list[Character] = []

    def look() -> None:
        before.extend(generator.drain())
        generator.paused = len(waits.lengths) < 4

    waits.then, generator.paused = look, True
    generator.start()
    assert taken(generator, 3) == characters(3)
    assert before == []
    assert len(waits.lengths) == 4


@pytest.mark.parametrize("how", ["full", "paused", "slow", "free"])
def test_a_stop_ends_the_thread_whatever_it_waits_for(how: str) -> None:
    generator = generator_for(endless, pace=1e-6 if how == "slow" else 0.0, capacity=2)
    generator.paused = how == "paused"
    generator.start()
    if how == "full":
        eventually(lambda: generator._waiting.full())
    generator.stop(PATIENCE)
    assert not generator.is_alive()


def test_a_stop_before_the_start_and_a_second_one_are_fine() -> None:
    generator = generator_for(endless)
    generator.stop()
    generator.start()
    generator.stop()
    generator.stop()
    assert not generator.is_alive()
    assert list(generator.drain()) == []


def test_what_was_generated_before_a_stop_can_still_be_taken() -> None:
    generator = generator_for(endless, capacity=3)
    generator.start()
    eventually(lambda: generator._waiting.full())
    generator.stop()
    assert list(generator.drain()) == characters(3)


def test_a_stated_error_is_told_as_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    def refused() -> Iterator[Character]:
        yield character(0)
        raise CorpusError("That prime can't be read.")

    generator = PacedThread(refused, told.append)
    generator.start()
    eventually(lambda: not generator.is_alive())
    assert list(generator.drain()) == characters(1)
    assert told == ["That prime can't be read."]
    assert caplog.records == []


def test_an_error_that_should_not_happen_is_told_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    def broken() -> Iterator[Character]:
        raise IndexError("list index out of range")

    with caplog.at_level(logging.ERROR):
        generator = PacedThread(broken, told.append)
        generator.start()
        eventually(lambda: not generator.is_alive())
    assert len(told) == 1
    assert "IndexError" in told[0]
    assert told[0].endswith(".")
    assert "Traceback" in caplog.text


def test_the_stream_is_made_in_the_generators_own_thread() -> None:
    made_in: list[str] = []

    def stream() -> Iterator[Character]:
        made_in.append(threading.current_thread().name)
        return iter(characters(1))

    generator = generator_for(stream)
    assert made_in == []
    generator.start()
    taken(generator, 1)
    assert made_in == ["generator"]


def test_a_stopped_generator_has_no_more_failures_to_tell() -> None:
    gate, told = threading.Event(), list[str]()

    def waits_in_vain() -> Iterator[Character]:
        gate.wait(PATIENCE)
        raise CorpusError("There are no weights yet.")

    generator = PacedThread(waits_in_vain, told.append)
    generator.start()
    generator.stop(0.01)
    gate.set()
    eventually(lambda: not generator.is_alive())
    assert told == []
