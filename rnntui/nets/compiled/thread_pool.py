"""Threads that work on one task together, repeatedly."""

import threading
import weakref
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

Work = Callable[[int], Any]
Tasks = SimpleQueue[Work | None]
Results = SimpleQueue[tuple[int, Any, BaseException | None]]


class ThreadPool:
    """`size` threads, the caller's first; the others wait between tasks.

    They help only with work that releases the GIL. They end when the pool is closed or
    garbage-collected.
    """

    def __init__(self, size: int) -> None:
        """Start `size - 1` threads."""
        self.size = size
        self._tasks: list[Tasks] = [SimpleQueue() for _ in range(size - 1)]
        self._results: Results = SimpleQueue()
        for place, tasks in enumerate(self._tasks, start=1):
            arguments = (place, tasks, self._results)
            threading.Thread(target=_serve, args=arguments, daemon=True).start()
        self._dismissal = weakref.finalize(self, _dismiss, self._tasks)

    def do(self, work: Work) -> list[Any]:
        """Call `work(0)` to `work(size - 1)`, each in its own thread; return their results.

        When all are done, raises what any of them raised.
        """
        if not self._tasks:
            return [work(0)]
        for tasks in self._tasks:
            tasks.put(work)
        results: list[Any] = [None] * self.size
        failure: BaseException | None = None
        try:
            results[0] = work(0)
        except BaseException as error:
            failure = error
        for _ in self._tasks:
            place, results[place], raised = self._results.get()
            failure = failure or raised
        if failure is not None:
            raise failure
        return results

    def close(self) -> None:
        """End the threads; the pool can't be used afterwards."""
        self._dismissal()


def _dismiss(every: Sequence[Tasks]) -> None:
    for tasks in every:
        tasks.put(None)


def _serve(place: int, tasks: Tasks, results: Results) -> None:
    while (work := tasks.get()) is not None:
        try:
            results.put((place, work(place), None))
        except BaseException as error:
            results.put((place, None, error))
        # While it waits, a thread must not keep its work's objects alive.
        work = None
