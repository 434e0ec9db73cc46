"""The surprise of a long text: read in a thread, looked at meanwhile."""

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from rnntui.errors import RnntuiError
from rnntui.runtime.session import Network
from rnntui.runtime.trainer_thread import give_way
from rnntui.text.cells import printable
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.tui.core.actions import Action
from rnntui.tui.core.exports import save_table_and_picture
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.sentences import one_line
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.lens.marking_screen import REST_SHARE
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.microscope.long_surprise import LongSurprise, long_surprise, ranked, text_to_read
from rnntui.tui.microscope.long_text_actions import LONG_TEXT
from rnntui.tui.microscope.long_text_export import long_about, long_csv, long_svg
from rnntui.tui.microscope.long_text_view import AverageStrip, LongTextView
from rnntui.tui.widgets.title_bar import TitleBar

TELL_SECONDS: Final = 0.5
"""How often the screen is told how far reading is."""

ASKED: Final = "A file, or the name of a text of the library; at most 1 MB of it is read:"


class LongTextScreen(Screen[None]):
    """A long text as a network is surprised by it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in LONG_TEXT]
    actions: ClassVar[Sequence[Action]] = LONG_TEXT

    def __init__(self, network: Network) -> None:
        """Read the network's own text."""
        super().__init__()
        self.network = network
        self.reference = ""
        """What is read: a file or a name of the library; empty for the network's own text."""
        self.found: LongSurprise | None = None
        self.place = 0
        self._worst = -1
        """The one of the worst stretches that was gone to last."""
        self._over = threading.Event()
        """Set once the present reading is to end."""
        self._threads = ThreadPoolExecutor(3, "long-text", give_way)
        """Of lower priority than the screen's: one reading ends, one begins, one exports."""

    def compose(self) -> ComposeResult:
        """The text and its figures."""
        yield TitleBar()
        yield LongTextView()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to read."""
        self._read_anew("")

    def on_unmount(self) -> None:
        """Let the thread end."""
        self._over.set()
        self._threads.shutdown(wait=False)

    def on_resize(self) -> None:
        """Lay the text out anew."""
        self.call_after_refresh(self._draw)

    @property
    def view(self) -> LongTextView:
        """What is seen of the text."""
        return self.query_one(LongTextView)

    def _read_anew(self, reference: str) -> None:
        self.reference, self.found, self.place, self._worst = reference, None, 0, -1
        what = one_line(reference) if reference else "its own text"
        self.query_one(TitleBar).show_title(f"surprise · {one_line(self.network.name)} · {what}")
        self._over.set()
        self._over = threading.Event()
        self._read(self.network, reference, self._over)

    @work(exclusive=True, group="long-text")
    async def _read(self, network: Network, reference: str, over: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._read_all, network, reference, over)
        except MeasurementStoppedError:
            pass
        except RnntuiError as error:
            self.notify(printable(str(error)), severity="error", markup=False)

    def _read_all(self, network: Network, reference: str, over: threading.Event) -> None:
        """Read in a thread of the screen's own, until it is over."""

        def wait(seconds: float) -> bool:
            return over.wait(seconds) if seconds > 0 else over.is_set()

        told = 0.0
        ids, left_out = text_to_read(network, reference)
        for found in long_surprise(network, ids, left_out, REST_SHARE, wait):
            is_due = time.monotonic() - told >= TELL_SECONDS or found.worst
            if is_due and not wait(0.0):
                shown = found if found.worst else ranked(found)
                self.app.call_from_thread(self._show, shown, over)
                told = time.monotonic()

    def _show(self, found: LongSurprise, over: threading.Event) -> None:
        if not over.is_set():  # by now another text may be read
            self.found = found
            self._draw()

    def _draw(self) -> None:
        if self.found is not None:
            self.view.show(self.found, self.network.vocabulary, self.place)

    def _go_to(self, place: int) -> None:
        if self.found is not None:
            self.place = min(max(place, 0), len(self.found.ids) - 1)
            self._draw()

    # Actions; `LONG_TEXT` says what each is for.

    def action_worst(self) -> None:
        """To the next of the stretches where the network was most wrong."""
        if self.found is not None and self.found.worst:
            self._worst = (self._worst + 1) % len(self.found.worst)
            self._go_to(self.found.worst[self._worst].start)

    def action_open(self) -> None:
        """Ask for another text, and read it."""
        self.app.push_screen(AskText("Read", ASKED, self.reference, "Read"), self._opened)

    def _opened(self, reference: str | None) -> None:
        if reference is not None:
            self._read_anew(reference)

    def action_own(self) -> None:
        """Read the network's own text."""
        self._read_anew("")

    def action_step(self, by: int) -> None:
        """To another character."""
        self._go_to(self.place + by)

    def action_line(self, by: int) -> None:
        """To another line, as lines are broken here."""
        self._go_to(self.view.start + self.view.bars.lines_away(by))

    def action_page(self, by: int) -> None:
        """As many lines on as are seen."""
        self.action_line(by * max(self.view.bars.size.height // 2 - 1, 1))

    def action_end(self, which: str) -> None:
        """To the first or the last character."""
        self._go_to(0 if which == "first" or self.found is None else len(self.found.ids))

    def action_export(self) -> None:
        """Save all numbers, and a picture of the text from its first line that is seen on."""
        if self.found is not None:
            self._export(self.found, self.view.start)

    @work(exclusive=True, group="export")
    async def _export(self, found: LongSurprise, start: int) -> None:
        # A table of a million lines takes seconds.
        loop, vocabulary = asyncio.get_running_loop(), self.network.vocabulary

        def made() -> tuple[str, str]:
            about = long_about(self.network, found, self.reference)
            return long_csv(found, vocabulary, about), long_svg(found, vocabulary, start, about)

        table, picture = await loop.run_in_executor(self._threads, made)
        save_table_and_picture(self, "The text's surprise", "long-text", table, picture)

    def action_leave(self) -> None:
        """Back to the Microscope."""
        self.dismiss()

    @on(TextBars.Chosen)
    def _choose(self, event: TextBars.Chosen) -> None:
        self._go_to(self.view.start + event.place)

    @on(AverageStrip.Chosen)
    def _choose_part(self, event: AverageStrip.Chosen) -> None:
        self._go_to(event.place)
