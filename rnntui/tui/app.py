"""The app: it owns the session and the screens, and leaves only when all is saved."""

import logging
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from rnntui import places
from rnntui.runtime.session import Session
from rnntui.text.library import default_text_name
from rnntui.text.references import resolve_reference
from rnntui.training.recipes import DEFAULT, find_recipe
from rnntui.training.run_folder import BEST, find_checkpoint
from rnntui.tui.screens.playground import Playground

LOG_BYTES = 1_000_000
SHIPPED_MODEL = "tiny"
"""The network that is open at the start, so that it writes before any training."""

log = logging.getLogger(__name__)


def load_torch() -> float:
    """Import what a training needs, so that the first one begins at once.

    Returns the floating-point operations a second that a small network's
    training reaches on this machine.
    """
    from rnntui.training.speed import measure_speed

    return measure_speed()


class NewsArrived(Message):
    """Something rare has happened in a thread; the screen should poll now."""


class Warm(Message):
    """What a training needs is loaded."""

    def __init__(self, operations_per_second: float) -> None:
        """Tell the machine's speed."""
        super().__init__()
        self.operations_per_second = operations_per_second


class RnntuiApp(App[int]):
    """The interactive session."""

    TITLE = "rnntui"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-normal"),
        (140, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            id="quit",
            tooltip="Save what is going on, and leave.",
            priority=True,
        ),
    ]

    def __init__(
        self,
        session: Session | None = None,
        corpus: str | None = None,
        checkpoint: str | None = None,
        recipe: str | None = None,
        warm_up: Callable[[], float] = load_torch,
    ) -> None:
        """Open on a text, a checkpoint and a recipe; raises `RnntuiError` for one there isn't.

        `warm_up` is called in a thread once the first picture stands, and
        returns the machine's speed in operations a second.
        """
        super().__init__()
        self._warm_up = warm_up
        self.session = session or Session()
        self.session.wake = self._wake
        if corpus is not None:
            resolve_reference(corpus)
        found = find_recipe(recipe or DEFAULT)
        self._checkpoint = places.shipped_checkpoints_dir() / SHIPPED_MODEL / BEST
        if checkpoint is not None:
            self._checkpoint = find_checkpoint(
                places.checkpoints_dir(), checkpoint, places.shipped_checkpoints_dir()
            )
        text = corpus or found.corpus or default_text_name()
        self._playground = Playground(self.session, text, found.name)

    def on_mount(self) -> None:
        """Show the playground, and load torch once it stands."""
        self.push_screen(self._playground)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._checkpoint.is_file():
            self._playground.open_checkpoint(self._checkpoint)
        self._playground.show_machine("PyTorch is loading …")
        threading.Thread(target=self._get_warm, name="warm-up", daemon=True).start()

    def _get_warm(self) -> None:
        """Called in a thread of its own, which must not keep the app from leaving."""
        self.post_message(Warm(self._warm_up()))

    def on_warm(self, message: "Warm") -> None:
        """Say nothing more of loading; estimate times from now on."""
        self._playground.show_machine("")
        self._playground.setup.form.time_with(message.operations_per_second)

    def _wake(self) -> None:
        """Called in any thread."""
        self.post_message(NewsArrived())

    def on_news_arrived(self) -> None:
        """Show at once what a poll would show soon."""
        if self._playground.is_mounted:
            self._playground.poll()

    async def action_quit(self) -> None:
        """Leave, after a question where a training goes on."""
        self._playground.ask_to_quit()


def open_playground(corpus: str | None, checkpoint: str | None, recipe: str | None) -> int:
    """Run the interactive session; returns the exit code.

    Raises `RnntuiError` for a text, checkpoint or recipe that there isn't.
    """
    folder = places.state_dir()
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "rnntui.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("rnntui").addHandler(handler)
    app = RnntuiApp(corpus=corpus, checkpoint=checkpoint, recipe=recipe)
    app.run()
    return app.return_code or 0
