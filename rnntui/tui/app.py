"""The app: it owns the session, the settings and the screens, and leaves only when all is saved."""

import gc
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.screen import Screen

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.runtime.session import Session
from rnntui.text.cells import printable
from rnntui.text.library import default_text_name
from rnntui.text.references import resolve_reference
from rnntui.training.recipes import DEFAULT, find_recipe
from rnntui.training.run_folder import BEST, find_checkpoint, find_run
from rnntui.tui.actions import APP, Action
from rnntui.tui.failures import SurvivingApp
from rnntui.tui.log_file import log_kept
from rnntui.tui.preferences import SETTINGS_NAME, PreferenceFile
from rnntui.tui.remembered import SCREEN_NAME, Remembered, load_remembered, save_remembered
from rnntui.tui.screens.playground import STOP_SECONDS, Playground
from rnntui.tui.widgets.too_small import RoomyApp

SHIPPED_MODEL = "tiny"
"""The network that is open at the start, so that it writes before any training."""

REPLAY_SPEED = 10.0
"""How many times as fast as the training a replay opens."""


def load_torch() -> float:
    """Import what a training needs, so that the first one begins at once.

    Returns the floating-point operations a second that a small network's
    training reaches on this machine.
    """
    from rnntui.training.speed import measure_speed

    return measure_speed()


def _palette() -> type[Provider]:
    from rnntui.tui.palette import ActionCommands

    return ActionCommands


class NewsArrived(Message):
    """Something rare has happened in a thread; the screen should poll now."""


class Warm(Message):
    """What a training needs is loaded."""

    def __init__(self, operations_per_second: float) -> None:
        """Tell the machine's speed."""
        super().__init__()
        self.operations_per_second = operations_per_second


class RnntuiApp(SurvivingApp[int], RoomyApp[int]):
    """The interactive session."""

    TITLE = "rnntui"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-normal"),
        (140, "-wide"),
        (180, "-broad"),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        *App.COMMANDS,
        _palette,
    }
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in APP]
    actions: ClassVar[Sequence[Action]] = APP

    def __init__(
        self,
        session: Session | None = None,
        corpus: str | None = None,
        checkpoint: str | None = None,
        recipe: str | None = None,
        replay: str | None = None,
        warm_up: Callable[[], float] = load_torch,
    ) -> None:
        """Open on a text, a checkpoint, a recipe, or the replay of a run.

        `warm_up` is called in a thread once the first picture stands, and
        returns the machine's speed in operations a second. Raises
        `RnntuiError` for something that there isn't.
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
        self._replay = find_run(places.checkpoints_dir(), replay).name if replay else None
        self._remembered = load_remembered(self._screen_file)
        self.preferences = PreferenceFile(
            places.config_dir() / SETTINGS_NAME,
            self.available_themes,
            _key_scopes(),
        )
        self._take_preferences()
        text = corpus or found.corpus or self._last_text() or default_text_name()
        self.playground = Playground(self.session, text, found.name, self.preferences.now)

    # Settings.

    @property
    def _screen_file(self) -> Path:
        return places.state_dir() / SCREEN_NAME

    def _last_text(self) -> str | None:
        """The text that was chosen last, if it is still there."""
        name = self._remembered.corpus
        try:
            return name if name and resolve_reference(name) else None
        except CorpusError:
            return None

    def _take_preferences(self) -> None:
        preferences = self.preferences.now
        self.theme = preferences.theme
        self.set_keymap(preferences.keymap)
        if preferences.is_still(os.environ):
            self.animation_level = "none"

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave, having looked at what was chosen while there is a screen to look at."""
        if self.playground.is_mounted:
            self.preferences.change(theme=self.theme, **self.playground.chosen())
        super().exit(result, return_code, message)

    def keep_preferences(self) -> None:
        """Save what was chosen on the screen, for the next session; it may be gone by now.

        Raises `ConfigError` where the settings can't be written.
        """
        corpus = self.playground.setup.corpus
        save_remembered(self._screen_file, Remembered(corpus, {}, first_start=False))
        self.preferences.save()

    # Beginning.

    def on_mount(self) -> None:
        """Show the playground, and load torch once it stands."""
        self.push_screen(self.playground)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._replay is not None:
            self.playground.replay(self._replay, REPLAY_SPEED)
        elif self._checkpoint.is_file() and self.session.phase == "idle":
            self.playground.open_checkpoint(self._checkpoint)
        for complaint in self.preferences.complaints:
            self.notify(printable(complaint), severity="warning", markup=False)
        self.playground.show_machine("PyTorch is loading …")
        threading.Thread(target=self._get_warm, name="warm-up", daemon=True).start()

    def _get_warm(self) -> None:
        """Called in a thread of its own, which must not keep the app from leaving."""
        self.post_message(Warm(self._warm_up()))

    def on_warm(self, message: Warm) -> None:
        """Say nothing more of loading; estimate times from now on."""
        # What is loaded by now stays; looking through it for garbage again and
        # again would hold up the screen for tens of milliseconds each time.
        gc.collect()
        gc.freeze()
        self.playground.show_machine("")
        self.playground.setup.form.time_with(message.operations_per_second)

    def _wake(self) -> None:
        """Called in any thread."""
        self.post_message(NewsArrived())

    def on_news_arrived(self) -> None:
        """Show at once what a poll would show soon."""
        if self.playground.is_mounted:
            self.playground.poll()

    # Actions.

    def action_help(self) -> None:
        """Open the help on what has the focus."""
        from rnntui.tui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help.about(self.screen))

    async def action_quit(self) -> None:
        """Leave, after a question where a training goes on."""
        self.playground.ask_to_quit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[Any]:
        """Textual's own commands but those that the registry has."""
        ours = {"Quit", "Keys", "Help"}
        yield from (
            command for command in super().get_system_commands(screen) if command.title not in ours
        )


def _key_scopes() -> list[dict[str, str]]:
    """The keys of each screen that may be bound anew, the app's among them."""
    if not (places.config_dir() / SETTINGS_NAME).exists():
        return []  # nothing is bound anew, so the other screens need not be loaded
    from rnntui.tui.screens.corpora import CorporaScreen
    from rnntui.tui.screens.duel import DuelScreen
    from rnntui.tui.screens.runs import RunsScreen

    return [
        {
            binding.id: binding.key
            for binding in (*App.BINDINGS, *RnntuiApp.BINDINGS, *screen.BINDINGS)
            if isinstance(binding, Binding) and binding.id
        }
        for screen in (Playground, CorporaScreen, DuelScreen, RunsScreen)
    ]


def open_playground(
    corpus: str | None, checkpoint: str | None, recipe: str | None, replay: str | None
) -> int:
    """Run the interactive session; returns the exit code.

    Raises `RnntuiError` for a text, checkpoint, recipe or run that there isn't.
    """
    with log_kept(places.state_dir()) as complaint:
        app = RnntuiApp(corpus=corpus, checkpoint=checkpoint, recipe=recipe, replay=replay)
        if complaint:
            app.call_later(app.notify, printable(complaint), severity="warning", markup=False)
        app.run()
        # It has ended already, unless the app left because it failed.
        app.session.close(STOP_SECONDS)
        app.keep_preferences()
        return app.return_code or 0
