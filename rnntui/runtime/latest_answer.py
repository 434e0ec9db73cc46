"""Work in the background of which only the latest request matters.

For requests that come faster than they can be worked on, such as classifying a
sentence at every key.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Q = TypeVar("Q")


class LatestAnswer(Generic[Q]):
    """Calls `work` in a daemon thread with the latest question, one at a time.

    Questions overtaken by a later one are dropped. `work` delivers its result itself
    and must not raise.
    """

    def __init__(self, work: Callable[[Q], None]) -> None:
        """Start idle."""
        self._work = work
        self._lock = threading.Lock()
        self._asked: list[Q] = []
        self._is_working = False

    def ask(self, question: Q) -> None:
        """Work on `question` as soon as the one before it is done."""
        with self._lock:
            self._asked = [question]
            if self._is_working:
                return
            self._is_working = True
        threading.Thread(target=self._answer_all, name="answers", daemon=True).start()

    def _answer_all(self) -> None:
        while (question := self._next()) is not None:
            self._work(question[0])

    def _next(self) -> list[Q] | None:
        with self._lock:
            asked, self._asked = self._asked, []
            self._is_working = bool(asked)
            return asked or None
