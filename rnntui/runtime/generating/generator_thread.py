"""The thread that generates items: it puts them into a bounded queue at a set pace."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from threadpoolctl import ThreadpoolController

from rnntui.errors import RnntuiError

CAPACITY = 512
"""Characters that may wait to be shown; beyond it the generator waits."""

Item = TypeVar("Item")

log = logging.getLogger(__name__)


class PacedThread(Generic[Item]):
    """A stream of items in the background.

    `pace` is items a second, 0 for as fast as they are drained; `pace` and `paused`
    may be set at any time and act on the next item.
    """

    def __init__(
        self,
        stream: Callable[[], Iterator[Item]],
        failed: Callable[[str], None],
        pace: float = 0.0,
        capacity: int = CAPACITY,
    ) -> None:
        """Prepare; `stream`, and `failed` with a sentence, are called in the thread.

        `capacity` is how many items may wait to be drained; beyond it the thread waits.
        """
        self._stream = stream
        self._failed = failed
        self.pace = pace
        self.paused = False
        self._waiting: queue.Queue[Item] = queue.Queue(capacity)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._generate, name="generator", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether the stream is in progress or paused."""
        return self._thread.is_alive() and not self._stopped.is_set()

    def drain(self) -> Sequence[Item]:
        """Return all waiting items, oldest first."""
        taken: list[Item] = []
        while not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
        return taken

    def stop(self, seconds: float = 2.0) -> None:
        """Stop generating; wait at most `seconds` for the thread to end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _generate(self) -> None:
        try:
            _keep_blas_to_one_thread()
            stream = self._stream()
            while self._goes_on(stream) and (item := next(stream, None)) is not None:
                self._wait_for_pace()
                self._put(item)
        except RnntuiError as error:
            self._report(str(error))
        except Exception as error:
            log.exception("The generator thread failed")
            self._report(f"Generation stopped on an unexpected error: {error!r}.")

    def _report(self, sentence: str) -> None:
        # Errors of a stopped stream are of no interest.
        if not self._stopped.is_set():
            self._failed(sentence)

    def _goes_on(self, _stream: Iterator[Item]) -> bool:
        """Wait for the end of a pause; False once stopped."""
        while self.paused and not self._stopped.is_set():
            self._stopped.wait(0.05)
        return not self._stopped.is_set()

    def _wait_for_pace(self) -> None:
        if self.pace:
            self._stopped.wait(1.0 / self.pace)

    def _put(self, item: Item) -> None:
        """Put an item into the queue, unless stopped before there is room."""
        while not self._stopped.is_set():
            try:
                self._waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return


def _keep_blas_to_one_thread() -> None:
    """Let NumPy's products run in the calling thread, for good.

    One row times a small matrix gains nothing from more threads, and spinning ones
    would take the processor from the trainer. torch has its own.
    """
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
