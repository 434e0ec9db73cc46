"""Questions answered in the background, of which only the latest counts.

For work that is asked for faster than it may be done, such as reading a sentence
at every key.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Q = TypeVar("Q")


class LatestAnswer(Generic[Q]):
    """Calls `work` in a daemon thread with one question at a time, the latest.

    Questions that were overtaken by another one are never worked on. `work`
    hands its result on itself, and must not raise.
    """

    def __init__(self, work: Callable[[Q], None]) -> None:
        """Begin with nothing asked."""
        self._work = work
        self._lock = threading.Lock()
        self._asked: list[Q] = []
        self._is_working = False

    def ask(self, question: Q) -> None:
        """Have `question` worked on as soon as the one before is done."""
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
