"""The threads that share the work of a compiled step."""

import gc
import threading
import weakref

import pytest

from rnntui.nets.compiled.thread_pool import ThreadPool


def test_each_thread_does_its_share_and_results_come_in_order() -> None:
    pool = ThreadPool(3)
    for factor in (1, 10):
        assert pool.do(lambda place, factor=factor: place * factor) == [0, factor, 2 * factor]  # type: ignore[misc]


def test_the_first_share_is_the_callers_own() -> None:
    names = ThreadPool(2).do(lambda _: threading.current_thread().name)
    assert names[0] == threading.current_thread().name
    assert names[1] != names[0]


@pytest.mark.parametrize("failing", [0, 1])
def test_what_a_share_raises_reaches_the_caller_and_the_pool_goes_on(failing: int) -> None:
    pool = ThreadPool(2)

    def work(place: int) -> int:
        if place == failing:
            raise ValueError("no")
        return place

    with pytest.raises(ValueError, match="no"):
        pool.do(work)
    assert pool.do(lambda place: place) == [0, 1]


def test_threads_end_with_the_pool_and_keep_nothing_alive() -> None:
    class Thing:
        def work(self, place: int) -> int:
            return place

    thing, others = Thing(), set(threading.enumerate())
    pool = ThreadPool(3)
    helpers = set(threading.enumerate()) - others
    pool.do(thing.work)
    kept = weakref.ref(thing)
    del thing, pool
    gc.collect()
    for helper in helpers:
        helper.join(10)
    assert len(helpers) == 2
    assert not any(helper.is_alive() for helper in helpers)
    assert kept() is None
