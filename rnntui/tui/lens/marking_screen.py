"""A screen on which a stretch of a text is marked, and the network's own text searched for it.

The search is in a thread of its own, which rests long while a training run goes on beside it.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from textual import on, work
from textual.screen import Screen
from textual.worker import get_current_worker

from rnntui.errors import RnntuiError
from rnntui.lenses.surgery import AnyOperation
from rnntui.runtime.session import Network
from rnntui.text.cells import printable
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.tui.lens.corpus_search import CorpusSearch, Searched
from rnntui.tui.lens.findings import Lens
from rnntui.tui.lens.marking import Mark, Marking, around
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.lens.traced_text import TracedText

REST_SHARE: Final = 30
"""How many times as long as a look took the next one waits: 1/30 is its share of a core."""

NOTICED_S: Final = 0.1
"""Seconds after which a thread that rests notices that it is to end."""

SETTLED_S: Final = 0.15
"""Seconds for which a mark stays as it is before its pattern is looked for."""


class MarkingScreen(Screen[None]):
    """The part of `LensScreen` that has to do with marks."""

    network: Network
    text: str
    lens: Lens
    place: int
    operations: tuple[AnyOperation, ...]
    traced: TracedText | None
    kept_step: int | None = None
    """The kept step whose weights are looked at; None for the network's newest ones."""

    def __init__(self) -> None:
        """Begin with nothing marked."""
        super().__init__()
        self.marking = Marking()
        """The stretch of the text that is marked, and what was found for it."""
        self._corpus_search = CorpusSearch()
        self._left = threading.Event()
        """Set once the screen is left, so that its threads end."""

    def look_anew(self) -> None:
        """Read the text anew."""
        raise NotImplementedError

    def draw_lens(self) -> None:
        """Bring the lens up to what is chosen."""
        raise NotImplementedError

    def on_own_text(self) -> None:
        """Called when `text` became another part of the network's own, which wasn't typed."""

    def action_mark(self) -> None:
        """Begin a mark at the cursor, end it, then clear it."""
        marking = self.marking
        if marking.mark is None:
            self._extend_mark(self.place, self.place)
        elif marking.anchor is not None:
            marking.anchor = None
        else:
            marking.clear()
            self.draw_lens()

    def action_extend(self, by: int) -> None:
        """Mark from the cursor, or from where the mark began, to another character."""
        if self.traced is not None:
            place = min(max(self.place + by, 0), len(self.traced.ids) - 1)
            anchor = self.marking.anchor
            self._extend_mark(self.place if anchor is None else anchor, place)

    @on(TextBars.Marked)
    def _mark_by_mouse(self, event: TextBars.Marked) -> None:
        """Mark where the mouse was dragged, or from the cursor to where it was clicked."""
        if self.lens == "unit":
            anchor = self.marking.anchor
            start = self.place if anchor is None else anchor
            self._extend_mark(start if event.start is None else event.start, event.place)

    def _extend_mark(self, anchor: int, place: int) -> None:
        self.place = place
        self.marking.extend(anchor, place)
        self.draw_lens()
        self.search_mark()

    def search_mark(self) -> None:
        """Search anew for what is marked in the text, if anything is."""
        if self.traced is None or self.marking.mark is None:
            return
        if self.marking.at is None:
            network = self.network.at(self.kept_step)
            self._search(network, self.operations, self.traced.ids, self.marking.mark)

    @work(thread=True, exclusive=True, group="mark")
    def _search(
        self,
        network: Network,
        operations: tuple[AnyOperation, ...],
        ids: Sequence[int],
        mark: Mark,
    ) -> None:
        worker = get_current_worker()

        def wait(seconds: float) -> bool:
            end = time.monotonic() + seconds
            while not (worker.is_cancelled or self._left.is_set()):
                if (rest := end - time.monotonic()) <= 0:
                    return False
                self._left.wait(min(rest, NOTICED_S))
            return True

        try:
            if wait(SETTLED_S):
                return
            search = self._corpus_search.search
            for found in search(network, operations, np.array(ids), mark, REST_SHARE, wait):
                if wait(0.0):
                    return
                self.app.call_from_thread(self._show_found, mark, found)
        except MeasurementStoppedError:
            pass
        except RnntuiError as error:
            sentence = printable(str(error))
            self.app.call_from_thread(self.notify, sentence, severity="error", markup=False)

    def _show_found(self, mark: Mark, found: Searched) -> None:
        marking = self.marking
        if marking.at is None and marking.mark == mark:
            marking.found = found
            self.draw_lens()

    def action_next_place(self) -> None:
        """To the next place like the mark; after the last one back to the text that was marked."""
        marking = self.marking
        if self.traced is None or marking.found is None or marking.mark is None:
            return
        if marking.at is None:
            marking.from_text = self.text, marking.mark
        marking.at = 0 if marking.at is None else marking.at + 1
        marking.anchor = None
        if marking.at < len(marking.places):
            place = marking.places[marking.at]
            self.text, marking.mark = around(marking.found, place, self.network.vocabulary)
        else:
            marking.at = None
            self.text, marking.mark = marking.from_text
        self.place = marking.mark[0]
        self.on_own_text()
        self.look_anew()
